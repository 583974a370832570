"""Tests: change tables with the local S3 and DuckDB, and runs that are killed."""
