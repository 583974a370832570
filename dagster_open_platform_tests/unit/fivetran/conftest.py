"""The warehouses that syncs load into."""

from dagster_open_platform_tests.fixtures.warehouse import warehouse

__all__ = ["warehouse"]
