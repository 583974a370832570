"""Reconciliation: how many rows a table has in each place that holds it, and why the numbers differ."""
