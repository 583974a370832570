"""Tests: environment."""
