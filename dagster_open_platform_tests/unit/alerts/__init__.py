"""Tests: alerts."""
