"""The warehouses that the tests of the seam run on."""

from dagster_open_platform_tests.fixtures.warehouse import connection, warehouse

__all__ = ["connection", "warehouse"]
