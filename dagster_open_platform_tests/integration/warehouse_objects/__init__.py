"""Declared objects of the warehouse, with a real S3 on loopback."""
