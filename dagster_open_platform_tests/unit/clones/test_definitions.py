"""The jobs, the report and its sensor, as Dagster runs them."""

import datetime as dt
import json
import os
import re
import shlex
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.defs.snowflake.py import clones
from dagster_open_platform.lib.snowflake.clone_jobs import (
    clone_definitions,
    creating_job,
    dropping_job,
    idle_clones_report,
    idle_clones_sensor,
)
from dagster_open_platform.lib.snowflake.clones import NoPullRequest
from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.lib.warehouse.duckdb.resource import duckdb_warehouse
from dagster_open_platform.utils.databases import LOGICAL_DATABASES, REGION_DATABASES
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, environment_scope
from dagster_open_platform.utils.regions import REGIONS, US, Region
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

BRANCH = Environment(EnvironmentName.BRANCH, pull_request_id="42")
PROD = Environment(EnvironmentName.PROD)
EVERY = [Environment(EnvironmentName.LOCAL), BRANCH, Environment(EnvironmentName.DOGFOOD), PROD]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with local_duckdb(tmp_path / "w").connect() as connection:
        for database in LOGICAL_DATABASES:
            connection.execute(f"CREATE TABLE {database}.main.t AS SELECT 1 AS n")
    return tmp_path / "w"


def files(directory: Path) -> list[str]:
    return sorted(file.stem for file in directory.glob("*.duckdb"))


def forgotten(directory: Path, name: str, days: int = 20) -> None:
    """Make a clone that nobody has used for some days."""
    with local_duckdb(directory).connect_without_databases() as connection:
        connection.clone_database("purina", name)
    time = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).timestamp()
    os.utime(directory / f"{name}.duckdb", (time, time))


def run(
    job: dg.JobDefinition, warehouse: WarehouseResource, config: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    (op,) = job.nodes
    run_config = {"ops": {op.name: {"config": config or {}}}}
    return job.execute_in_process(
        resources={"warehouse": warehouse}, run_config=run_config, raise_on_error=True
    )


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_ci_gives_a_branch_its_clones_and_takes_them_when_it_is_closed(
    directory: Path, region: Region
) -> None:
    written = REGION_DATABASES[region.name]
    with duckdb_warehouse(directory, {name: name for name in written}).connect() as connection:
        for database in written:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {database}.main.t AS SELECT 1 AS n")
    warehouse = local_duckdb(directory)
    with environment_scope(BRANCH):
        assert run(creating_job(region), warehouse).success
        assert run(creating_job(region), warehouse).success
    assert files(directory) == sorted([*written, *(f"{name}_clone_42" for name in written)])
    with environment_scope(PROD):
        assert run(dropping_job(region), warehouse, {"pull_request_id": "42"}).success
        assert run(dropping_job(region), warehouse, {"pull_request_id": "42"}).success
    assert files(directory) == sorted(written)


def test_a_run_that_does_not_know_its_pull_request_says_so_and_is_not_retried(directory: Path) -> None:
    with environment_scope(PROD), pytest.raises(NoPullRequest) as raised:
        run(creating_job(US), local_duckdb(directory))
    assert not raised.value.allow_retries
    with environment_scope(BRANCH), pytest.raises(NoPullRequest):
        run(dropping_job(US), local_duckdb(directory), {"pull_request_id": "43"})
    assert files(directory) == sorted(LOGICAL_DATABASES)


@pytest.mark.parametrize("environment", EVERY, ids=lambda environment: environment.name.value)
def test_only_production_drops_unless_it_is_told_to(directory: Path, environment: Environment) -> None:
    forgotten(directory, "purina_clone_7")
    forgotten(directory, "purina_clone_8", days=3)
    with environment_scope(environment):
        done = dg.materialize([idle_clones_report(US)], resources={"warehouse": local_duckdb(directory)})

    (event,) = done.get_asset_materialization_events()
    metadata = event.materialization.metadata
    table = metadata["clones"]
    assert isinstance(table, dg.TableMetadataValue)
    drops = environment.name is EnvironmentName.PROD
    assert {str(record.data["name"]): record.data["action"] for record in table.records} == {
        "purina_clone_7": "dropped" if drops else "would be dropped",
        "purina_clone_8": "kept",
    }
    assert metadata["clones_dropped"].value == int(drops)
    assert metadata["dry_run"].value == (not drops)
    assert ("purina_clone_7" in files(directory)) == (not drops)
    assert {"purina", "dwh_reporting", "purina_clone_8"} <= set(files(directory))


def test_the_config_goes_before_the_environment(directory: Path) -> None:
    forgotten(directory, "purina_clone_7", days=3)
    ops = {"snowflake__housekeeping__idle_clones": {"config": {"dry_run": False, "idle_days": 2.0}}}
    assert dg.materialize(
        [idle_clones_report(US)], resources={"warehouse": local_duckdb(directory)}, run_config={"ops": ops}
    ).success
    assert files(directory) == sorted(LOGICAL_DATABASES)


def tick(directory: Path, cursor: str | None) -> dg.SensorResult:
    """Evaluate the sensor."""
    sensor = idle_clones_sensor(idle_clones_report(US).key, dg.DefaultSensorStatus.RUNNING)
    with dg.build_sensor_context(cursor=cursor, resources={"warehouse": local_duckdb(directory)}) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def test_the_sensor_requests_the_report_once_for_each_clone_that_becomes_idle(directory: Path) -> None:
    first = tick(directory, None)
    assert not first.run_requests
    forgotten(directory, "purina_clone_7")
    second = tick(directory, first.cursor)
    assert second.run_requests is not None
    assert [request.asset_selection for request in second.run_requests] == [[idle_clones_report(US).key]]
    third = tick(directory, second.cursor)
    assert not third.run_requests
    assert third.cursor == second.cursor
    forgotten(directory, "purina_clone_8")
    fourth = tick(directory, third.cursor)
    assert len(fourth.run_requests or []) == 1
    with local_duckdb(directory).connect_without_databases() as connection:
        connection.drop_database("purina_clone_7")
        connection.drop_database("purina_clone_8")
    assert tick(directory, fourth.cursor).cursor == first.cursor


@pytest.mark.parametrize("environment", EVERY, ids=lambda environment: environment.name.value)
def test_the_sensor_is_registered_where_it_runs(environment: Environment) -> None:
    with environment_scope(environment):
        built = clone_definitions(US)
    names = [sensor.name for sensor in built.sensors or ()]
    assert names == ([] if environment is BRANCH else ["idle_clones_sensor"])
    assert {job.name for job in built.jobs or () if isinstance(job, dg.JobDefinition)} == {
        "create_database_clones",
        "drop_database_clones",
    }


def test_the_commands_for_ci_are_right() -> None:
    """The configuration that the module tells people to type is that of the job that it names."""
    jobs = {job.name: job for job in clone_definitions(US).jobs or () if isinstance(job, dg.JobDefinition)}
    lines = re.findall(r"^    ((?:dg|dagster-cloud job) launch .*)$", clones.__doc__ or "", re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        words = shlex.split(line)
        options = dict(
            zip(words[words.index("launch") + 1 :: 2], words[words.index("launch") + 2 :: 2], strict=True)
        )
        job = jobs[options["--job"]]
        config = json.loads(options.get("--config-json", "{}"))
        assert dg.validate_run_config(job, config)
