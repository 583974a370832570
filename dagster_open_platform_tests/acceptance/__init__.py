"""Whole platforms, driven by the commands that the documentation tells somebody to type."""
