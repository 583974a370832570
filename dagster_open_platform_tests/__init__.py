"""Tests of Dagster Open Platform."""
