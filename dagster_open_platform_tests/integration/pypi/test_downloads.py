"""The whole way: the company's files, the service, Google's client, the warehouse."""

from collections import Counter
from typing import Any

import duckdb
import pytest

from dagster_open_platform.defs.pypi.py.errors import DownloadsMissing
from dagster_open_platform_local.company.pypi import file_downloads_directory
from dagster_open_platform_tests.fixtures.bigquery import BigQueryService
from dagster_open_platform_tests.fixtures.pypi import DAILY, WEEKLY, Platform, checks

DAYS = """
    select cast(timestamp at time zone 'UTC' as date), file.project, file.version, details.installer.name,
           details.python, count(*)
    from downloads group by all
"""
WEEKS = """
    select date_trunc('week', timestamp at time zone 'UTC')::date, file.project, file.version, count(*), 7
    from downloads group by all
"""
DOWNLOADS = """
    create view downloads as from read_parquet('{files}/*.parquet', hive_partitioning = false)
    where file.project in ('dagster', 'dagstermill') or file.project like 'dagster-%'
"""


def counted(service: BigQueryService, sql: str) -> Counter[tuple[Any, ...]]:
    """An independent count over the company's files, by another query in another dialect."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(DOWNLOADS.format(files=file_downloads_directory(service.company)))
        return Counter(connection.execute(sql).fetchall())


def test_days_and_weeks_equal_an_independent_count(service: BigQueryService, run_platform: Platform) -> None:
    bigquery = service.resource(page_rows=1500)
    result = run_platform.run(DAILY, bigquery, "2026-06-01", "2026-07-12")
    assert run_platform.daily_rows() == counted(service, DAYS)
    assert all(check.passed for name, check in checks(result).items() if name != "daily_total_is_plausible")

    result = run_platform.run(WEEKLY, None, "2026-06-01", "2026-07-06")
    assert run_platform.weekly_rows() == counted(service, WEEKS)
    assert checks(result)["weekly_totals_equal_daily_totals"].passed


def test_what_a_query_cost_is_on_the_page(service: BigQueryService, run_platform: Platform) -> None:
    result = run_platform.run(DAILY, service.resource(), "2026-06-01", "2026-06-02")
    metadata = result.asset_materializations_for_node("pypi_daily_file_downloads")[0].metadata
    two_days = int(str(metadata["bytes_billed"].value))
    assert two_days > 0
    result = run_platform.run(DAILY, service.resource(), "2026-06-01", "2026-07-12")
    metadata = result.asset_materializations_for_node("pypi_daily_file_downloads")[0].metadata
    assert int(str(metadata["bytes_billed"].value)) >= two_days
    assert str(metadata["bigquery_job"].value)


def test_a_day_that_has_not_come_yet(service: BigQueryService, run_platform: Platform) -> None:
    run_platform.run(DAILY, service.resource(), "2026-07-12")
    before = run_platform.daily_rows()
    with pytest.raises(DownloadsMissing, match="no downloads for 2026-07-13"):
        run_platform.run(DAILY, service.resource(), "2026-07-12", "2026-07-13")
    assert run_platform.daily_rows() == before
