"""The embedded PostgreSQL as real processes: its life, and who may do what in it."""
