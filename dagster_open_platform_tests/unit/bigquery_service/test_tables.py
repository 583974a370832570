"""The tables follow the company."""

# ruff: noqa: S608 - queries are what is tested

from datetime import date
from pathlib import Path

import pytest

from dagster_open_platform_local.company.build import advance, build
from dagster_open_platform_local.company.errors import CompanyNotBuiltError
from dagster_open_platform_local.company.pypi import day_file
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.bigquery.engine import Engine
from dagster_open_platform_local.services.bigquery.errors import BigQueryError
from dagster_open_platform_local.services.bigquery.tables import PUBLIC_PROJECT, Catalog, TableName

DOWNLOADS = "`bigquery-public-data.pypi.file_downloads`"
TINY = CompanySettings(seed=3, scale=0.01)


def last_day(engine: Engine, result: str) -> str:
    plan = engine.plan(f"SELECT MAX(DATE(timestamp)) FROM {DOWNLOADS}", [])
    engine.run(plan, result)
    return engine.rows(plan.columns, result, 0, 1, int64_timestamp=True)[0]


def test_a_new_day_is_there_at_once_and_a_day_to_come_is_not(tmp_path: Path) -> None:
    build(tmp_path, TINY, date(2026, 6, 4))
    # What a killed build leaves: the file of a day that is not complete in the company yet.
    later = tmp_path / "later"
    build(later, TINY, date(2026, 6, 8))
    day_file(tmp_path, date(2026, 6, 6)).write_bytes(day_file(later, date(2026, 6, 6)).read_bytes())
    engine = Engine(Catalog(tmp_path, "here"))
    assert "2026-06-03" in last_day(engine, "before")
    advance(tmp_path)
    assert "2026-06-04" in last_day(engine, "after")


def test_a_company_without_days_has_an_empty_table(tmp_path: Path) -> None:
    build(tmp_path, TINY, TINY.epoch)
    engine = Engine(Catalog(tmp_path, "here"))
    assert last_day(engine, "empty") == '{"f":[{"v":null}]}'
    plan = engine.plan(f"SELECT * FROM {DOWNLOADS}", [])
    assert engine.run(plan, "all") == 0
    table = engine.catalog.table(TableName(PUBLIC_PROJECT, "pypi", "file_downloads"))
    assert engine.table_rows(table, 0, 5, int64_timestamp=True) == []
    assert [field["name"] for field in plan.schema()["fields"]] == table.schema.names


def test_rows_of_a_table_in_pages(small_company: Path) -> None:
    engine = Engine(Catalog(small_company, "here"))
    table = engine.catalog.table(TableName(PUBLIC_PROJECT, "pypi", "file_downloads"))
    whole = engine.table_rows(table, 0, 60, int64_timestamp=False)
    assert (
        engine.table_rows(table, 0, 25, int64_timestamp=False)
        + engine.table_rows(table, 25, 35, int64_timestamp=False)
        == whole
    )


def test_a_damaged_file_is_not_an_error_to_try_again(tmp_path: Path) -> None:
    build(tmp_path, TINY, date(2026, 6, 4))
    path = day_file(tmp_path, date(2026, 6, 2))
    engine = Engine(Catalog(tmp_path, "here"))
    plan = engine.plan(f"SELECT MAX(url) FROM {DOWNLOADS}", [])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(BigQueryError) as broken:
        engine.run(plan, "broken")
    assert broken.value.status == 400


def test_no_company_is_said(tmp_path: Path) -> None:
    engine = Engine(Catalog(tmp_path, "here"))
    with pytest.raises(CompanyNotBuiltError):
        engine.plan(f"SELECT 1 FROM {DOWNLOADS}", [])
    assert engine.plan("SELECT 1", []).partitions == 0
