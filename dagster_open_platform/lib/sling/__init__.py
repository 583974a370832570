"""Replication with Sling: product databases into the warehouse, marts back into a reporting database."""
