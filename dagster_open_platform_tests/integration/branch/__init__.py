"""Tests: a pull request from its opening to its end, on DuckDB."""
