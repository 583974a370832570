"""Tests: product events out of micro-batches."""
