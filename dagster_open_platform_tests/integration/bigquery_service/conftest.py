"""Fixtures of the BigQuery service's tests."""

from dagster_open_platform_tests.fixtures.company import bigquery_service, running_service, small_company

__all__ = ["bigquery_service", "running_service", "small_company"]
