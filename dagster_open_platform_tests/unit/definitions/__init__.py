"""Tests: definitions."""
