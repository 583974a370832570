"""Fixtures of the tests of the PostgreSQL service."""

import pytest

from dagster_open_platform_tests.fixtures.postgres import (
    PostgresServer,
    make_database,
    postgres_server,
    source_database,
)

__all__ = ["make_database", "postgres_server", "source_database"]


@pytest.fixture
def server(postgres_server: PostgresServer) -> PostgresServer:
    """A running server, whatever the test before did to it."""
    if not postgres_server.is_running:
        postgres_server.start()
    return postgres_server
