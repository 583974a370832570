"""Fixtures of the unit tests of the PostgreSQL service."""

from pathlib import Path

import pytest

from dagster_open_platform_local.state import LocalState


@pytest.fixture
def tmp_state(tmp_path: Path) -> LocalState:
    """A state directory that nobody has made yet."""
    return LocalState(tmp_path / "state")
