"""The local S3 and a warehouse for these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform_tests.fixtures.s3 import S3Server, s3_server
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A server whose variables are this process's, as in a run of the stack."""
    with s3_server(tmp_path / "s3") as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    """An empty warehouse."""
    return local_duckdb(tmp_path / "warehouse")
