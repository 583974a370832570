"""Declared objects of the warehouse, without services."""
