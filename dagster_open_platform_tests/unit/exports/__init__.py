"""Tests: delivering the exports."""
