"""Tests of the PyPI downloads."""
