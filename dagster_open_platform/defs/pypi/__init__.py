"""Downloads of Dagster's packages, from the public log of the Python Package Index in BigQuery."""
