"""Replication from Postgres as pure functions: files, columns, what Sling says, errors."""
