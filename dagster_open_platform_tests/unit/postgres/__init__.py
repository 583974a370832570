"""Postgres as a source without a server: URLs and errors."""
