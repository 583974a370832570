"""Workspace snapshots that customers send, exploded into objects."""
