"""Tests of the BigQuery resource that need no service."""
