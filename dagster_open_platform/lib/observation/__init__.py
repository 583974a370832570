"""When tables that others load changed last, told to Dagster without a run."""
