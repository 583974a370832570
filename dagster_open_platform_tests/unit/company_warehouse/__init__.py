"""Tests: what others share with the warehouse."""
