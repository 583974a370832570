"""Tests: the exports as the real services deliver them."""
