"""Starts, watches and stops the local services."""
