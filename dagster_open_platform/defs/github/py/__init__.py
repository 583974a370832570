"""Python definitions of the GitHub ingestion."""
