"""Tests: the metrics report."""
