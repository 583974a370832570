"""Postgres as a source and as a place to publish to: connections, its catalog, atomic publication."""
