"""Tests: utils."""
