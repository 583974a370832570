"""Unit tests of raw tables that are landed without services."""
