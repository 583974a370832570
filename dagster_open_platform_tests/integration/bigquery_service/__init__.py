"""Tests of the BigQuery service with the real client."""
