"""Tests: the dbt project, run by dbt on DuckDB, and its Snowflake SQL on an emulation."""
