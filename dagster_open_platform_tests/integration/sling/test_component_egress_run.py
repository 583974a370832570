"""Runs of an ``EgressReplicationComponent`` through its own op: real DuckDB, Sling and Postgres."""

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import pytest

from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.egress import CONNECTION, DATABASE, Outlet, outlet_fixture

__all__ = ["outlet_fixture"]

FILES = {
    "egress/defs.yaml": """
        type: dagster_open_platform.lib.EgressReplicationComponent
        attributes:
          config_dir: configs
          replications:
            - name: usage
              deps: [marts/input]
        """,
    "egress/configs/usage.yaml": f"""
        source: {DATABASE.upper()}
        target: {CONNECTION}
        streams:
          marts.daily:
          marts.weekly: {{primary_key: id}}
          marts.monthly:
        """,
}
TABLES = ("daily", "weekly", "monthly")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def defs(outlet: Outlet) -> Iterator[dg.Definitions]:
    resources = {"postgres": PostgresResource(), "sling": outlet.sling, "warehouse": outlet.warehouse}
    outlet.model(
        "create table daily as select range as id, 1.5::decimal(10,2) as amount from range(7)",
        "create table weekly as select range as id, 'w' || range as name from range(11)",
        "create table monthly as select range as id from range(13)",
    )
    with loaded(FILES, resources) as found:
        yield found


def run(
    defs: dg.Definitions, instance: dg.DagsterInstance, tables: Collection[str] = TABLES
) -> dg.ExecuteInProcessResult:
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(["reporting", table]) for table in tables],
        raise_on_error=False,
    )


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Table to the metadata of its materialization, as plain values."""
    return {
        event.asset_key.path[-1]: {
            name: value.value
            for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }


def test_metadata_says_what_is_published(
    outlet: Outlet, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    result = run(defs, instance)
    assert result.success
    found = materialized(result)
    assert {table: metadata["dagster/row_count"] for table, metadata in found.items()} == {
        "daily": 7,
        "weekly": 11,
        "monthly": 13,
    }
    for table, metadata in found.items():
        assert outlet.table(table, "id") == outlet.modelled(f"from {table} order by id")
        columns = [(column.name, column.type) for column in metadata["dagster/column_schema"].columns]
        assert columns == outlet.catalog(table)
        assert (metadata["rows_before"], metadata["changes"]) == (0, "created")
    outlet.model("delete from daily where id < 3")
    again = materialized(run(defs, instance))["daily"]
    assert (again["dagster/row_count"], again["rows_before"], again["changes"]) == (4, 7, "none")


def test_a_run_of_some_tables_leaves_the_others_alone(
    outlet: Outlet, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    assert run(defs, instance).success
    outlet.model("delete from daily", "delete from weekly", "delete from monthly")
    assert materialized(run(defs, instance, ["weekly"])).keys() == {"weekly"}
    assert [len(outlet.table(table, "id")) for table in TABLES] == [7, 0, 13]


def test_a_bad_stream_fails_the_run_by_name_and_keeps_no_other_from_being_published(
    outlet: Outlet, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    assert run(defs, instance).success
    outlet.model(
        "insert into daily values (100, 0)", "insert into weekly values (0, 'twice')", "drop table monthly"
    )
    result = run(defs, instance)
    assert not result.success
    assert materialized(result).keys() == {"daily"}
    assert [len(outlet.table(table, "id")) for table in TABLES] == [8, 11, 13]
    (event,) = [event for event in result.all_events if event.is_step_failure]
    text = str(event.step_failure_data)
    assert "TablesFailed" in text
    assert "2 of 3 tables failed (1 succeeded)" in text
    assert "marts.weekly: " in text
    assert "marts.monthly: " in text
    assert "marts.daily: " not in text
    kinds = [event.event_type for event in result.all_events]
    assert dg.DagsterEventType.STEP_UP_FOR_RETRY not in kinds


def test_no_event_holds_the_password(
    outlet: Outlet, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    assert run(defs, instance).success
    outlet.model("insert into weekly values (0, 'twice')", "drop table monthly")
    result = run(defs, instance)
    assert not result.success
    events = [str(entry) for record in instance.get_runs() for entry in instance.all_logs(record.run_id)]
    assert len(events) > 10
    password = str(urlsplit(outlet.url).password)
    assert len(password) > 10
    assert not [event for event in events if password in event]
