"""Replication from a real Postgres by the real Sling into a real DuckDB."""
