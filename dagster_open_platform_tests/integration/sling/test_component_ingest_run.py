"""Runs of a ``ProdDbReplicationsComponent`` through its own op: real Postgres, Sling and DuckDB."""

import contextlib
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.lib.postgres.errors import DatabaseUnavailable
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.sling import Site

SCHEMA = "cloud_product_x"
TABLES = ("users", "runs", "events")
FILES = {
    "ingest/defs.yaml": """
        type: dagster_open_platform.lib.ProdDbReplicationsComponent
        attributes:
          config_dir: configs
          replications:
            - name: everything
              shards: [x]
              last_update_freshness_check: {hours: 1}
        """,
    "ingest/configs/x/everything.yaml": """
        source: TEST_PRODUCT
        target: PURINA
        streams:
          public.users:
          public.runs: {mode: incremental, primary_key: id, update_key: updated_at}
          public.events: {mode: incremental, primary_key: id, update_key: id}
        """,
}
OP = f"{SCHEMA}_everything"


def key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["sling", SCHEMA, table])


@contextmanager
def definitions(site: Site) -> Iterator[dg.Definitions]:
    resources = {"postgres": PostgresResource(), "sling": site.sling, "warehouse": site.warehouse}
    with loaded(FILES, resources) as defs:
        yield defs


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def defs(site: Site) -> Iterator[dg.Definitions]:
    site.source(
        "create table users (id bigint primary key, name text)",
        "create table runs (id bigint primary key, state text, updated_at timestamptz)",
        "create table events (id bigint primary key, what jsonb)",
        "insert into users select n, 'user ' || n from generate_series(1, 7) n",
        "insert into runs select n, 'old', '2026-06-01Z'::timestamptz + n * interval '1 hour' from generate_series(1, 11) n",
        "insert into events select n, '{}' from generate_series(1, 13) n",
    )
    with definitions(site) as found:
        yield found


def run(
    defs: dg.Definitions, instance: dg.DagsterInstance, tables: Collection[str] = TABLES, **config: Any
) -> dg.ExecuteInProcessResult:
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=[key(table) for table in tables],
        run_config={"ops": {OP: {"config": config}}} if config else None,
        raise_on_error=False,
    )


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Table to the metadata of its materialization, as plain values."""
    found = {}
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        assert event.asset_key is not None
        table = event.asset_key.path[-1]
        assert table not in found, "materialized twice"
        found[table] = {name: value.value for name, value in materialization.metadata.items()}
    return found


def stored(site: Site, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(site.directory / "warehouse" / "purina.duckdb"), read_only=True) as connection:
        connection.execute(f"USE {SCHEMA}")
        return connection.execute(query).fetchall()


def present(site: Site) -> set[str]:
    return {
        name
        for (name,) in stored(
            site, "select table_name from duckdb_tables() where schema_name = current_schema()"
        )
    }


def failure_of(result: dg.ExecuteInProcessResult) -> tuple[str, str]:
    """Type and text of what the op failed with."""
    (event,) = [event for event in result.all_events if event.is_step_failure]
    error = event.step_failure_data.error
    assert error is not None
    data = event.step_failure_data.user_failure_data
    return error.cls_name or "", f"{data.description if data else ''} {error}"


def retries(result: dg.ExecuteInProcessResult) -> int:
    return sum(event.event_type is dg.DagsterEventType.STEP_UP_FOR_RETRY for event in result.all_events)


def test_metadata_says_what_is_there(site: Site, defs: dg.Definitions, instance: dg.DagsterInstance) -> None:
    before = time.time()
    result = run(defs, instance)
    assert result.success
    found = materialized(result)
    assert found.keys() == set(TABLES)
    for table, metadata in found.items():
        ((count,),) = stored(site, f"select count(*) from {table}")  # noqa: S608 - the test's own
        assert metadata["dagster/row_count"] == metadata["rows_read"] == metadata["rows_inserted"] == count
        columns = [(column.name, column.type) for column in metadata["dagster/column_schema"].columns]
        assert columns == [row[:2] for row in stored(site, f"describe {table}")]
        assert before <= metadata["loaded_at"] <= time.time()
        assert metadata["load_seconds"] < time.time() - before
        assert "read_since" not in metadata
    assert {table: metadata["mode"] for table, metadata in found.items()} == {
        "users": "full-refresh",
        "runs": "incremental",
        "events": "incremental",
    }
    site.source("insert into runs values (12, 'new', '2026-07-01Z'), (13, 'new', '2026-07-01Z')")
    again = materialized(run(defs, instance))["runs"]
    assert again["dagster/row_count"] == 13
    assert again["rows_read"] == 3  # the newest that is there is read again
    assert again["rows_inserted"] == 2
    assert again["read_since"].startswith("2026-06-01 11:00:00")


def test_a_run_of_some_tables_leaves_the_others_alone(
    site: Site, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    assert materialized(run(defs, instance, ["runs"])).keys() == {"runs"}
    assert present(site) == {"runs"}
    assert run(defs, instance).success
    others = {table: stored(site, f"from {table} order by id") for table in ("users", "events")}
    site.source(
        "insert into users values (8, 'eight')",
        "insert into events values (14, '{}')",
        "insert into runs values (12, 'new', now())",
    )
    assert materialized(run(defs, instance, ["runs"])).keys() == {"runs"}
    assert stored(site, "select count(*) from runs") == [(12,)]
    assert {table: stored(site, f"from {table} order by id") for table in others} == others


def test_a_full_refresh_of_one_table_is_of_that_alone(
    site: Site, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    assert run(defs, instance).success
    # Nothing of this shows in an update key.
    site.source(
        "update runs set state = 'corrected' where id = 1",
        "delete from runs where id = 2",
        "delete from events where id = 2",
    )
    assert run(defs, instance).success
    assert stored(site, "select count(*), count(*) filter (state = 'corrected') from runs") == [(11, 0)]
    result = run(defs, instance, ["runs"], full_refresh=True)
    assert result.success
    assert materialized(result)["runs"]["rows_read"] == 10
    assert stored(site, "select count(*), count(*) filter (state = 'corrected') from runs") == [(10, 1)]
    assert stored(site, "select count(*) from events") == [(13,)]
    assert materialized(run(defs, instance, full_refresh=True))["events"]["dagster/row_count"] == 12


def test_a_bad_stream_fails_the_run_by_name_and_keeps_no_other_from_being_loaded(
    site: Site, defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    site.source("drop table runs")
    result = run(defs, instance)
    assert not result.success
    found = materialized(result)
    assert {table: metadata["dagster/row_count"] for table, metadata in found.items()} == {
        "users": 7,
        "events": 13,
    }
    assert instance.get_latest_materialization_event(key("runs")) is None
    kind, text = failure_of(result)
    assert kind == "TablesFailed"
    assert "1 of 3 tables failed (2 succeeded)" in text
    assert "public.runs" in text
    assert "everything.yaml:5" in text
    assert "public.users:" not in text
    assert retries(result) == 0


def test_a_source_that_is_not_there_fails_the_run_and_is_tried_again(
    site: Site, defs: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy waits half a minute, so another process waits, and is ended once it says so."""
    monkeypatch.setenv("TEST_PRODUCT", f"postgresql://reader:hunter2@127.0.0.1:{free_port()}/none")
    home = tmp_path / "dagster"
    home.mkdir()
    module = "dagster_open_platform_tests.integration.sling.test_component_ingest_run"
    child = Popen([sys.executable, "-m", module, str(tmp_path), str(home)], stdout=DEVNULL, stderr=DEVNULL)
    try:
        with dg.DagsterInstance.local_temp(str(home)) as instance:
            events = retried(instance, child)
    finally:
        child.kill()
        child.wait()
    assert DatabaseUnavailable.__name__ in events
    assert "hunter2" not in events


def retried(instance: dg.DagsterInstance, child: "Popen[bytes]") -> str:
    """Wait until the run is to be tried again, and return all that it has said."""
    while child.poll() is None:
        for record in instance.get_runs():
            entries = instance.all_logs(record.run_id)
            kinds = [entry.dagster_event.event_type for entry in entries if entry.dagster_event]
            if dg.DagsterEventType.STEP_UP_FOR_RETRY in kinds:
                return "\n".join(map(str, entries))
        with contextlib.suppress(TimeoutExpired):
            child.wait(0.2)
    raise AssertionError("The run ended without a retry.")


def main(directory: str, home: str) -> None:
    """One run of everything, in a process of its own."""
    with definitions(Site(Path(directory), url="")) as defs, dg.DagsterInstance.local_temp(home) as instance:
        run(defs, instance)


def test_the_freshness_checks_pass_after_a_load_and_not_before(
    defs: dg.Definitions, instance: dg.DagsterInstance
) -> None:
    checks = dg.define_asset_job("checks", selection=dg.AssetSelection.all_asset_checks())
    job = dg.Definitions.merge(defs, dg.Definitions(jobs=[checks])).resolve_job_def("checks")

    def outcomes() -> dict[str, bool]:
        result = job.execute_in_process(instance=instance)
        assert result.success
        found = result.get_asset_check_evaluations()
        return {evaluation.asset_key.path[-1]: evaluation.passed for evaluation in found}

    assert outcomes() == dict.fromkeys(TABLES, False)
    assert run(defs, instance, ["users", "runs"]).success
    assert outcomes() == {"users": True, "runs": True, "events": False}


if __name__ == "__main__":
    main(*sys.argv[1:])
