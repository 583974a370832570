"""Tests: copies of tables from one warehouse into another."""
