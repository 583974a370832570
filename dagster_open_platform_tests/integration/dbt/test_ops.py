"""The ops, run by Dagster with a dbt process of their own: what they record, and what they say when something is wrong."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.defs.dbt.py.assets import definitions_of
from dagster_open_platform.lib.dbt.errors import DbtTestsFailed
from dagster_open_platform.lib.dbt.resource import dbt_resource
from dagster_open_platform.lib.warehouse.duckdb.resource import duckdb_warehouse
from dagster_open_platform.lib.warehouse.errors import CorruptDatabase, MissingObject, WarehouseLocked
from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData

DAYS = 10
LAST = EPOCH + timedelta(days=DAYS - 1)
DATABASES = {"purina": "purina", "dwh_reporting": "dwh_reporting"}
# The tests of the sources are checks of assets that another op makes; a run of the whole graph has them too.
ALL = dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()


def models(schema: str, *names: str) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*(dg.AssetKey(["dwh_reporting", schema, name]) for name in names))


PYPI = models("staging", "stg_oss_analytics__dagster_pypi_downloads") | models(
    "community", "pypi_downloads_weekly"
)
GITHUB = models(
    "staging", *(f"stg_github__{name}" for name in ("issues", "comments", "discussions"))
) | models("community", "github_issue_response_times")
PART = GITHUB | PYPI.without_checks()
"""A mart of GitHub's, with what it reads and their tests, and one of PyPI's: enough to fail in one and not in the other."""


COMMUNITY = (
    GITHUB
    | PYPI
    | models("seeds", "oss_packages")
    | models("utilities", "time_spine")
    | models("community", "dim_oss_packages", "dim_github_repositories")
    | models("staging", "stg_pypi__daily_file_downloads")
    | models("seeds", "download_clients")
    | models("community", "oss_downloads_by_client_weekly")
)
"""What the rows made by hand are enough for, of what is built whole; the whole project is built over a company (`test_company.py`)."""
DAILY = models("community", "pypi_downloads_daily", "github_activity_daily")
SNAPSHOTS = models("snapshots", "github_issues_snapshot")


@pytest.fixture(scope="module")
def ops(manifest: Mapping[str, Any]) -> Mapping[str, dg.AssetsDefinition]:
    """The ops of the real project by name; a retry comes at once."""
    at_once = dg.RetryPolicy(max_retries=1)
    assets = definitions_of(manifest, retries=at_once).assets or ()
    return {asset.op.name: asset for asset in assets if isinstance(asset, dg.AssetsDefinition)}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def run(
    asset: dg.AssetsDefinition,
    raw: RawData,
    instance: dg.DagsterInstance,
    *,
    selection: dg.AssetSelection = ALL,
    days: tuple[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    tags: dict[str, str] = dict(
        zip(
            ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end"),
            days or (),
            strict=False,
        )
    )
    return dg.materialize(
        [asset],
        selection=selection,
        instance=instance,
        tags=tags,
        run_config={"ops": {asset.op.name: {"config": dict(config or {})}}},
        resources={"dbt": dbt_resource("local"), "warehouse": duckdb_warehouse(raw.directory, DATABASES)},
        raise_on_error=False,
    )


def failure_of(result: dg.ExecuteInProcessResult) -> dg.DagsterEvent:
    assert not result.success
    [event] = [event for event in result.all_events if event.is_step_failure]
    return event


def failure_type(result: dg.ExecuteInProcessResult) -> tuple[str, str]:
    error = failure_of(result).step_failure_data.error
    assert error is not None
    if error.cls_name == "RetryRequestedFromPolicy":
        error = error.cause
        assert error is not None
    return error.cls_name or "", error.message


def lineage_of(
    built: Mapping[dg.AssetKey, dg.AssetMaterialization], schema: str, name: str, column: str
) -> set[str]:
    value = built[dg.AssetKey(["dwh_reporting", schema, name])].metadata["dagster/column_lineage"]
    assert isinstance(value, dg.TableColumnLineageMetadataValue)
    found = value.column_lineage.deps_by_column[column]
    return {f"{dependency.asset_key.to_user_string()}.{dependency.column_name}" for dependency in found}


def test_one_day_of_work(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    raw.load(EPOCH, EPOCH + timedelta(days=DAYS))
    first = run(ops["dbt_non_partitioned"], raw, instance, selection=COMMUNITY)
    assert first.success
    materializations = [event.materialization for event in first.get_asset_materialization_events()]
    built = {materialization.asset_key: materialization for materialization in materializations}
    op = ops["dbt_non_partitioned"]
    selected = COMMUNITY.resolve([op])
    assert set(built) == selected
    checks = first.get_asset_check_evaluations()
    evaluated = {dg.AssetCheckKey(check.asset_key, check.check_name) for check in checks}
    own = {key for key in op.check_keys if key.asset_key in selected}
    # And the tests of the sources that these read.
    assert {key.name for key in evaluated ^ own if not key.name.startswith("source_")} == set()
    # A package that the seed does not know is the fixture's one imperfection.
    assert [check.check_name for check in checks if not check.passed] == [
        "accepted_values_dim_oss_packages_package_family__core__integration__community"
    ]
    weekly = built[dg.AssetKey(["dwh_reporting", "community", "pypi_downloads_weekly"])].metadata
    assert weekly["dagster/row_count"].value == 6
    schema = weekly["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchemaMetadataValue)
    assert all(column.type and column.description for column in schema.schema.columns)

    assert lineage_of(built, "community", "pypi_downloads_weekly", "download_count") == {
        "dwh_reporting/staging/stg_oss_analytics__dagster_pypi_downloads.download_count"
    }
    assert lineage_of(built, "staging", "stg_github__issues", "closed_date") == {"github/issues.closed_at"}

    days = (EPOCH.isoformat(), LAST.isoformat())
    daily = run(ops["dbt_daily"], raw, instance, selection=DAILY, days=days)
    assert daily.success
    assert len(daily.get_asset_materialization_events()) == 2 * DAYS
    assert run(ops["dbt_snapshots"], raw, instance, selection=SNAPSHOTS).success
    with duckdb.connect(str(raw.directory / "dwh_reporting.duckdb"), read_only=True) as connection:
        query = "select count(distinct download_date) from community.pypi_downloads_daily"
        assert connection.execute(query).fetchall() == [(DAYS,)]
    assert_checks_run_by_themselves(ops["dbt_daily"], raw, instance, days)
    assert_a_full_refresh_keeps_all_days(ops, raw, instance)


def assert_checks_run_by_themselves(
    op: dg.AssetsDefinition, raw: RawData, instance: dg.DagsterInstance, days: tuple[str, str]
) -> None:
    """A run of checks alone may be tagged with days, too, which then are nobody's."""
    own = {key for key in op.check_keys if key.asset_key in DAILY.resolve([op])}
    alone = run(op, raw, instance, selection=dg.AssetSelection.checks(*own), days=days)
    assert alone.success
    assert {event.asset_check_key for event in alone.get_asset_check_evaluations()} == own
    assert alone.get_asset_materialization_events() == []


def assert_a_full_refresh_keeps_all_days(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    query = "select count(distinct download_date) from community.pypi_downloads_daily"
    refreshed = run(
        ops["dbt_daily"],
        raw,
        instance,
        selection=DAILY,
        days=(LAST.isoformat(), LAST.isoformat()),
        config={"full_refresh": True},
    )
    assert refreshed.success
    with duckdb.connect(str(raw.directory / "dwh_reporting.duckdb"), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [(DAYS,)]


def test_a_failed_test_shows_rows_and_stops_what_builds_on_it(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    raw.load(EPOCH, EPOCH + timedelta(days=7))
    with raw.connect() as connection:
        connection.execute(
            "update github.issues set closed_at = created_at - interval 1 day where id = 'I_0'"
        )
    result = run(ops["dbt_non_partitioned"], raw, instance, selection=PART)
    kind, message = failure_type(result)
    assert kind == DbtTestsFailed.__name__
    assert "stg_github__issues_are_closed_after_they_are_opened" in message
    [check] = [
        check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "stg_github__issues_are_closed_after_they_are_opened"
    ]
    assert not check.passed
    sample = check.metadata["sample of failing rows"]
    assert isinstance(sample, dg.MarkdownMetadataValue)
    assert "| I_0 |" in (sample.md_str or "")
    built = {
        event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key
    }
    assert "pypi_downloads_weekly" in built
    assert "github_issue_response_times" not in built
    # The run's one attempt: a retry would find the same rows.
    assert not [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]


def test_before_the_ingestion_has_run(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    (raw.directory / "purina.duckdb").unlink()
    kind, message = failure_type(run(ops["dbt_non_partitioned"], raw, instance))
    assert kind == MissingObject.__name__
    assert "Materialize the ingestion assets first" in message


def test_a_vanished_source_table(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    raw.load(EPOCH, EPOCH + timedelta(days=2))
    with raw.connect() as connection:
        connection.execute("drop table github.discussions")
    result = run(ops["dbt_non_partitioned"], raw, instance, selection=PART)
    kind, message = failure_type(result)
    assert kind == MissingObject.__name__
    assert "which reads github/discussions" in message
    assert "discussions does not exist" in message
    built = {
        event.asset_key.path[-1] for event in result.get_asset_materialization_events() if event.asset_key
    }
    assert "pypi_downloads_weekly" in built


def test_a_damaged_warehouse(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    (raw.directory / "dwh_reporting.duckdb").write_bytes(b"not a database" * 1000)
    kind, message = failure_type(run(ops["dbt_snapshots"], raw, instance))
    assert kind == CorruptDatabase.__name__
    assert "dwh_reporting.duckdb" in message


def test_a_warehouse_that_somebody_else_has_open(
    ops: Mapping[str, dg.AssetsDefinition], raw: RawData, instance: dg.DagsterInstance
) -> None:
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(raw.directory / "dwh_reporting.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        result = run(ops["dbt_snapshots"], raw, instance)
        holder.communicate("")
    kind, message = failure_type(result)
    assert kind == WarehouseLocked.__name__
    assert [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
    assert f"process {holder.pid}" in message
