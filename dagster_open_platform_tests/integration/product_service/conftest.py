"""Fixtures of the product's tests."""

from dagster_open_platform_tests.fixtures.postgres import make_database, postgres_server, source_database

__all__ = ["make_database", "postgres_server", "source_database"]
