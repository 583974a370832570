"""Tests: change tables out of files of changes."""
