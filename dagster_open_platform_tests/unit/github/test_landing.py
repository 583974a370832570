"""Rows of a fetch on their way into each warehouse engine."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.defs.github.py.checks import CHECKS
from dagster_open_platform.lib.github.arrow import TABLES
from dagster_open_platform.lib.github.ingest import Fetched, Landed, checks_of, fetch, land
from dagster_open_platform.lib.github.table_checks import check_table
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource, WriteResult
from dagster_open_platform_tests.fixtures.github import (
    REPOSITORIES,
    company_state,
    expected_rows,
    in_process_client,
    ordered,
    window,
)
from dagster_open_platform_tests.fixtures.warehouse import connection, warehouse

__all__ = ["connection", "warehouse"]  # fixtures

DAYS = window(dt.date(2026, 9, 14), 2)
SINCE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def fetched_days() -> Fetched:
    return fetch(in_process_client(company_state()), REPOSITORIES, DAYS, list(TABLES))


def rows_of(connection: WarehouseConnection, warehouse: WarehouseResource, name: str) -> list[dict[str, Any]]:
    table = warehouse.table("purina", "github", name)
    return ordered(connection.query(f"SELECT * FROM {connection.quoted(table)}").to_pylist())  # noqa: S608


def test_rows_land_whole_and_once_on_either_engine(
    connection: WarehouseConnection, warehouse: WarehouseResource
) -> None:
    fetched = fetched_days()
    expected = expected_rows(company_state(), DAYS)
    for again in (False, True):
        for name, rows in fetched.tables.items():
            landed = land(connection, name, warehouse.table("purina", "github", name), rows)
            assert rows_of(connection, warehouse, name) == expected[name]
            assert landed.rows_found == landed.rows_in_table == len(expected[name])
            assert landed.written.rows_inserted == (0 if again else len(expected[name]))
    labels = [json.loads(row["labels"]) for row in rows_of(connection, warehouse, "issues")]
    assert any(len(names) > 1 for names in labels)


def test_table_checks_pass_on_either_engine(
    connection: WarehouseConnection, warehouse: WarehouseResource
) -> None:
    tables = {name: warehouse.table("purina", "github", name) for name in TABLES}
    for name, rows in fetched_days().tables.items():
        land(connection, name, tables[name], rows)

    for name, checks in CHECKS.items():
        for check in checks:
            result = check_table(connection, tables, name, check, since=SINCE)
            assert result.passed, result.description


def test_an_empty_fetch_makes_the_table_and_fails_no_row_check(
    connection: WarehouseConnection, warehouse: WarehouseResource
) -> None:
    empty = fetched_days().tables["issues"].slice(0, 0)
    landed = land(connection, "issues", warehouse.table("purina", "github", "issues"), empty)

    assert (landed.rows_found, landed.rows_in_table) == (0, 0)
    assert rows_of(connection, warehouse, "issues") == []


@pytest.mark.parametrize(("found", "passed"), [(0, False), (1, False), (2, True)])
def test_rows_that_did_not_land_fail_the_check(found: int, passed: bool) -> None:
    fetched = fetched_days()
    rows = fetched.tables["issues"].slice(0, 2)
    landed = Landed("issues", TableRef("purina", "github", "issues"), rows, WriteResult(0, 2), found, 10)
    results = {result.check_name: result for result in checks_of(dg.AssetKey("issues"), landed, fetched)}

    assert results["rows_landed"].passed is passed
    assert results["rows_landed"].severity is dg.AssetCheckSeverity.ERROR
    assert results["window_not_empty"].passed
    empty = replace(landed, fetched=rows.slice(0, 0), rows_found=0)
    assert [result.passed for result in checks_of(dg.AssetKey("issues"), empty, fetched)] == [True, False]
