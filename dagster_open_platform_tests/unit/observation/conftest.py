"""The warehouses on which tables are observed."""

from dagster_open_platform_tests.fixtures.warehouse import warehouse

__all__ = ["warehouse"]
