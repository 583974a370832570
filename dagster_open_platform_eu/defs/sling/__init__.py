"""Replication of the product's database in the EU."""
