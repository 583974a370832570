"""Tests of the product: its application over a real PostgreSQL."""
