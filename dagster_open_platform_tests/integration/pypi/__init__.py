"""PyPI downloads through the real BigQuery client and the local service."""
