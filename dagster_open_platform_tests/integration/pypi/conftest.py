"""Fixtures of the PyPI tests against the local BigQuery service."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.bigquery import BigQueryService, bigquery_service
from dagster_open_platform_tests.fixtures.pypi import Platform, platform


@pytest.fixture(scope="package")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQueryService]:
    with (
        bigquery_service(tmp_path_factory.mktemp("bigquery"), today=date(2026, 7, 13)) as running,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("BIGQUERY_EMULATOR_HOST", running.url)
        environment.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        yield running


@pytest.fixture
def service(running_service: BigQueryService) -> Iterator[BigQueryService]:
    """The service without faults, also after the test."""
    running_service.misbehave([])
    yield running_service
    running_service.misbehave([])


@pytest.fixture
def run_platform(tmp_path: Path) -> Iterator[Platform]:
    with platform(tmp_path) as made:
        yield made
