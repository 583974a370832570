"""Fixtures of the tests of the metrics report."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from dagster_open_platform.lib.metrics_report.report import Report, metrics_of
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_tests.fixtures.metrics import LAST, MetricsWarehouse, small_company
from dagster_open_platform_tests.fixtures.warehouse import DATABASES


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a warehouse that holds the small company."""
    directory = tmp_path_factory.mktemp("warehouse")
    MetricsWarehouse(duckdb_warehouse(directory, DATABASES)).load()
    return directory


@pytest.fixture
def company(loaded: Path, tmp_path: Path) -> MetricsWarehouse:
    """A small company, whose rows a test may change."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    return MetricsWarehouse(duckdb_warehouse(tmp_path, DATABASES), loaded=small_company())


def report_of(company: MetricsWarehouse, as_of: dt.date = LAST) -> Report:
    """The report of a company as it is now."""
    company.load()
    with company.resource.connect() as connection:
        return metrics_of(connection, company.table_of, as_of)


@pytest.fixture(scope="session")
def report(loaded: Path) -> Report:
    """The report of the small company."""
    return report_of(MetricsWarehouse(duckdb_warehouse(loaded, DATABASES), loaded=small_company()))
