"""Tests of the GitHub ingestion against a real process."""
