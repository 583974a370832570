"""From what the EU's platform lets out to the American warehouse: every row and column arrives, day after day, and nothing else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.defs.snowflake.py.eu import NOTHING_ELSE, REPLICA_KEY, TABLES, key_of
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.landing.land import land_eu
from dagster_open_platform_local.state import LocalState

COMPANY = CompanySettings(seed=4, scale=1.0)
KEYS = [REPLICA_KEY, *map(key_of, TABLES)]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalState:
    found = LocalState(tmp_path / "state")
    found.create()
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(found.warehouse))
    monkeypatch.setenv("WAREHOUSE_EU_DUCKDB_DIR", str(found.warehouse_eu))
    return found


@pytest.fixture(scope="module")
def job() -> dg.JobDefinition:
    return build_definitions().resolve_implicit_global_asset_job_def()


@pytest.fixture
def take_over(job: dg.JobDefinition, state: LocalState) -> Callable[..., dg.ExecuteInProcessResult]:
    """Takes over what the EU has let out, with the platform's own definitions and resources."""
    instance = dg.DagsterInstance.ephemeral()

    def run(**options: Any) -> dg.ExecuteInProcessResult:
        return job.execute_in_process(instance=instance, asset_selection=KEYS, **options)

    return run


def rows(file: Path, schema: str, table: str) -> dict[Any, dict[str, Any]]:
    """Rows by id, read by DuckDB alone."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(f"SELECT * EXCLUDE _sling_loaded_at FROM {schema}.{table}")  # noqa: S608 - constants
        return {row["id"]: row for row in found.to_arrow_table().to_pylist()}


def test_every_row_and_column_of_every_table_day_after_day(
    state: LocalState, take_over: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    counts: list[list[int]] = []
    result: dg.ExecuteInProcessResult | None = None
    # The column agent_version comes between the second and the third.
    for today in (date(2026, 7, 1), date(2026, 8, 20), date(2026, 10, 20)):
        land_eu(state.warehouse_eu, COMPANY, today)
        result = take_over()
        assert {found.passed for found in result.get_asset_check_evaluations()} == {True}
        expected = product_tables(COMPANY, "eu", today, TABLES)
        for table in TABLES:
            copied = rows(state.warehouse / "purina.duckdb", "cloud_product_eu", table)
            assert copied.keys() == {*expected[table]["id"].to_pylist()}, (today, table)
            assert copied == rows(state.warehouse_eu / "outbound.duckdb", "cloud_product", table)
        counts.append([expected[table].num_rows for table in TABLES])
    assert counts[0] < counts[1] < counts[2]
    assert all(counts[0])
    assert result is not None
    told = {
        found.asset_key.path[-1]: found.metadata["dagster/row_count"].value
        for found in result.asset_materializations_for_node("cloud_product_eu_from_outbound_eu")
    }
    assert list(map(told.get, TABLES)) == counts[-1]


def test_what_should_not_have_left_the_region_is_told(
    state: LocalState, take_over: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    land_eu(state.warehouse_eu, COMPANY, date(2026, 7, 1))
    with duckdb.connect(str(state.warehouse_eu / "outbound.duckdb")) as connection:
        connection.execute("CREATE TABLE cloud_product.runs AS SELECT 1 AS id")
    result = take_over()
    failed = [found for found in result.get_asset_check_evaluations() if not found.passed]
    assert [found.check_name for found in failed] == [NOTHING_ELSE]
    assert "runs" in str(failed[0].description)


def test_a_table_that_did_not_come_fails_the_run_and_names_it(
    state: LocalState, take_over: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    land_eu(state.warehouse_eu, COMPANY, date(2026, 7, 1))
    with duckdb.connect(str(state.warehouse_eu / "outbound.duckdb")) as connection:
        connection.execute("DROP TABLE cloud_product.users")
    result = take_over(raise_on_error=False)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "NotAllTablesArrived" in str(failure.event_specific_data)
    assert "no table users" in str(failure.event_specific_data)


def test_a_pull_request_leaves_productions_replica_alone(
    state: LocalState, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_eu(state.warehouse_eu, COMPANY, date(2026, 7, 1))
    branch = Environment(EnvironmentName.BRANCH, pull_request_id="42", chosen_engine="duckdb")
    monkeypatch.setenv("DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT", "1")
    monkeypatch.setenv("DAGSTER_CLOUD_PULL_REQUEST_ID", "42")
    monkeypatch.setenv("WAREHOUSE_ENGINE", "duckdb")
    job = build_definitions(environment=branch).resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), asset_selection=[REPLICA_KEY], raise_on_error=False
    )
    assert not result.success
    assert not (state.warehouse / "outbound_eu.duckdb").exists()
