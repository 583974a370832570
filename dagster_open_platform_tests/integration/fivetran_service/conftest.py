"""The emulated Fivetran on a real socket, for each test."""

from dagster_open_platform_tests.fixtures.fivetran import fivetran

__all__ = ["fivetran"]
