"""The instance over the files that the stack makes for the EU: every row and column arrives, day after day."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.definitions import build_definitions
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.european import TABLES
from dagster_open_platform_local.stack.vendors import write_shared_databases
from dagster_open_platform_local.state import LocalState

COMPANY = CompanySettings(seed=4, scale=1.0)
KEYS = [dg.AssetKey(["sling", "cloud_product_eu", table]) for table in TABLES]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalState:
    found = LocalState(tmp_path / "state")
    found.create()
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(found.warehouse))
    monkeypatch.setenv("WAREHOUSE_EU_DUCKDB_DIR", str(found.warehouse_eu))
    return found


@pytest.fixture
def replicate(state: LocalState) -> Callable[[date], dg.ExecuteInProcessResult]:
    """Brings the EU's warehouse to a date and copies it, with the platform's own definitions and resources."""
    job = build_definitions().resolve_implicit_global_asset_job_def()
    instance = dg.DagsterInstance.ephemeral()

    def run(today: date) -> dg.ExecuteInProcessResult:
        write_shared_databases(state, CompanyClock(COMPANY, today))
        return job.execute_in_process(instance=instance, asset_selection=KEYS)

    return run


def rows(file: Path, schema: str, table: str) -> dict[Any, dict[str, Any]]:
    """Rows by id, read by DuckDB alone."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(f"FROM {schema}.{table}").to_arrow_table().to_pylist()
    by_id = {row["id"]: row for row in found}
    assert len(by_id) == len(found)
    return by_id


def test_every_row_and_column_of_every_table_day_after_day(
    state: LocalState, replicate: Callable[[date], dg.ExecuteInProcessResult]
) -> None:
    counts: list[list[int]] = []
    result: dg.ExecuteInProcessResult | None = None
    # The column agent_version comes between the second and the third.
    for today in (date(2026, 7, 1), date(2026, 8, 20), date(2026, 10, 20)):
        result = replicate(today)
        assert {found.passed for found in result.get_asset_check_evaluations()} == {True}
        expected = product_tables(COMPANY, "xregion", today, TABLES)
        for table in TABLES:
            copied = rows(state.warehouse / "purina.duckdb", "cloud_product_eu", table)
            assert copied == {row["id"]: row for row in expected[table].to_pylist()}, (today, table)
            assert copied == rows(state.warehouse_eu / "purina.duckdb", "cloud_product", table)
        counts.append([expected[table].num_rows for table in TABLES])
    assert counts[0] < counts[1] < counts[2]
    assert all(counts[0])
    assert result is not None
    told = {
        found.asset_key.path[-1]: found.metadata["dagster/row_count"].value
        for found in result.asset_materializations_for_node("cloud_product_eu_from_warehouse_eu")
    }
    assert list(map(told.get, TABLES)) == counts[-1]
