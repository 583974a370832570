"""Tests of what `dg scaffold` writes."""
