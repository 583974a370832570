"""Queries against BigQuery, as Arrow."""
