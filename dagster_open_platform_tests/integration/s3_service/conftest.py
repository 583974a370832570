"""A server for each test."""

from dagster_open_platform_tests.fixtures.s3 import s3
from dagster_open_platform_tests.fixtures.s3_process import s3_process

__all__ = ["s3", "s3_process"]
