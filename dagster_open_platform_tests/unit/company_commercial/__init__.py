"""Tests of what sales and marketing know."""
