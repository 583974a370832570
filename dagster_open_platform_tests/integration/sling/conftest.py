"""Fixtures of the tests of the replication."""

from dagster_open_platform_tests.fixtures.postgres import make_database, postgres_server, source_database
from dagster_open_platform_tests.fixtures.sling import site

__all__ = ["make_database", "postgres_server", "site", "source_database"]
