"""Fixtures of the BigQuery service's unit tests."""

from dagster_open_platform_tests.fixtures.company import small_company

__all__ = ["small_company"]
