"""Tests of the BigQuery service without its process."""
