"""Tests: the EU region's real files copied into the US warehouse."""
