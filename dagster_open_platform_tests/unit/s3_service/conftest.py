"""An account without a server, for each test."""

from dagster_open_platform_tests.fixtures.s3_in_process import account

__all__ = ["account"]
