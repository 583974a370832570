"""Fixtures: the emulated Fivetran with made-up connectors, and the platform beside it."""

from collections.abc import Iterator

import dagster as dg
import pytest

from dagster_open_platform_tests.fixtures.fivetran import FivetranServer, fivetran
from dagster_open_platform_tests.fixtures.fivetran_platform import FivetranPlatform, for_server

__all__ = ["fivetran"]  # a fixture


@pytest.fixture
def platform(fivetran: FivetranServer, monkeypatch: pytest.MonkeyPatch) -> FivetranPlatform:
    """The platform, with the state of the moment."""
    for name, value in fivetran.variables.items():
        monkeypatch.setenv(name, value)
    return for_server(fivetran)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Where runs are recorded."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made
