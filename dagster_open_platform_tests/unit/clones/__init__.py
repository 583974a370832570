"""Tests: clones of databases for pull requests."""
