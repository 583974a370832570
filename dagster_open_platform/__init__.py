"""A company's whole data platform as one Dagster code location."""
