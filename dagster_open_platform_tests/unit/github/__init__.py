"""Tests of the GitHub ingestion."""
