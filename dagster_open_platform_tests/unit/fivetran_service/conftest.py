"""The emulated Fivetran without sockets."""

from dagster_open_platform_tests.fixtures.fivetran_in_process import client

__all__ = ["client"]
