"""The embedded PostgreSQL: what can be said of it without starting it."""
