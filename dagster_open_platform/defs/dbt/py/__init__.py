"""The ops that build the dbt assets."""
