"""Tests: why places that hold a table differ."""
