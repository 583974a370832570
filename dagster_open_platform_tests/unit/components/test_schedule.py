"""Where a ``ScheduleComponent`` is registered and what its ticks launch."""

import datetime as dt
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.definition_checks import InvalidDefinitions
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

YAML = """
type: dagster_open_platform.lib.ExecutableComponent
attributes:
  name: reports
  execute_fn: .functions.materialize
  assets: [{{key: reports}}]
  partitions_def: {partitions}
---
type: dagster_open_platform.lib.ScheduleComponent
attributes:
  name: nightly
  target: key:reports
  cron: "30 2 * * *"
  timezone: Europe/Berlin
  environments: [{environments}]
  tags: {{team: devrel}}
  description: Before the analysts wake.
  {more}
"""
DAILY = "{type: daily, start_date: 2026-06-01}"


def files(partitions: str = "null", environments: str = "local, prod", more: str = "") -> dict[str, str]:
    yaml = YAML.format(partitions=partitions, environments=environments, more=more)
    return {"a/components/defs.yaml": yaml}


def tick(defs: dg.Definitions, at: dt.datetime, instance: dg.DagsterInstance | None = None) -> Any:
    repository = defs.get_repository_def()
    with nullcontext(instance) if instance else dg.DagsterInstance.ephemeral() as used:
        context = dg.build_schedule_context(
            instance=used, scheduled_execution_time=at, repository_def=repository
        )
        return repository.get_schedule_def("nightly_schedule").evaluate_tick(context)


AT = dt.datetime(2026, 6, 5, 0, 30, tzinfo=dt.UTC)


def test_the_schedule_says_what_yaml_says() -> None:
    with loaded(files()) as defs:
        schedule = defs.resolve_schedule_def("nightly_schedule")
        job = defs.resolve_job_def("nightly")
    assert schedule.cron_schedule == "30 2 * * *"
    assert schedule.execution_timezone == "Europe/Berlin"
    assert schedule.tags == {"team": "devrel"}
    assert schedule.description == "Before the analysts wake."
    assert job.tags["team"] == "devrel"


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        (EnvironmentName.LOCAL, dg.DefaultScheduleStatus.STOPPED),
        (EnvironmentName.BRANCH, None),
        (EnvironmentName.DOGFOOD, None),
        (EnvironmentName.PROD, dg.DefaultScheduleStatus.RUNNING),
    ],
)
def test_it_is_registered_only_where_it_runs(
    environment: EnvironmentName, status: dg.DefaultScheduleStatus | None
) -> None:
    with loaded(files(), environment=environment) as defs:
        assert [job.name for job in defs.jobs or ()] == ["nightly"]
        assert [schedule.default_status for schedule in defs.schedules or ()] == ([status] if status else [])


@pytest.mark.parametrize("word", ["running", "stopped"])
def test_the_status_can_be_said(word: str) -> None:
    with loaded(files(more=f"default_status: {word}")) as defs:
        schedule = defs.resolve_schedule_def("nightly_schedule")
        assert schedule.default_status == dg.DefaultScheduleStatus[word.upper()]


def test_a_tick_runs_assets_without_partitions_as_they_are() -> None:
    with loaded(files()) as defs:
        (request,) = tick(defs, AT).run_requests or []
        assert request.partition_key is None


def test_a_tick_runs_the_latest_complete_partition() -> None:
    with loaded(files(DAILY)) as defs:
        (request,) = tick(defs, AT).run_requests or []
        assert request.partition_key == "2026-06-04"
        assert request.tags["dagster/partition"] == "2026-06-04"


def test_a_tick_before_the_first_partition_is_skipped() -> None:
    with loaded(files(DAILY)) as defs:
        data = tick(defs, dt.datetime(2026, 6, 1, 0, 30, tzinfo=dt.UTC))
        assert (data.run_requests, data.skip_message) == ([], "No partition is complete yet.")


@pytest.mark.parametrize(
    ("at", "first", "last"),
    [
        # On the first the month before is complete; on the sixteenth fifteen days are; on the second one is.
        (dt.datetime(2026, 8, 1, 4, tzinfo=dt.UTC), "2026-07-01", "2026-07-31"),
        (dt.datetime(2026, 8, 16, 4, tzinfo=dt.UTC), "2026-08-01", "2026-08-15"),
        (dt.datetime(2026, 8, 2, 4, tzinfo=dt.UTC), "2026-08-01", "2026-08-01"),
        # The partitions begin in the middle of the month.
        (dt.datetime(2026, 6, 16, 4, tzinfo=dt.UTC), "2026-06-08", "2026-06-15"),
    ],
)
def test_a_tick_can_make_the_month_anew_in_one_run(at: dt.datetime, first: str, last: str) -> None:
    with loaded(files("{type: daily, start_date: 2026-06-08}", more="partitions: month")) as defs:
        (request,) = tick(defs, at).run_requests or []
    assert request.partition_key is None
    assert request.tags["dagster/asset_partition_range_start"] == first
    assert request.tags["dagster/asset_partition_range_end"] == last
    assert request.tags["platform/backfill"] == "month"


def test_several_times_are_one_schedule() -> None:
    yaml = files()["a/components/defs.yaml"].replace('"30 2 * * *"', '["0 4 1 * *", "0 4 16 * *"]')
    with loaded({"a/components/defs.yaml": yaml}) as defs:
        assert defs.resolve_schedule_def("nightly_schedule").cron_schedule == ["0 4 1 * *", "0 4 16 * *"]


def test_one_wrong_time_of_several_is_told_by_its_place() -> None:
    yaml = files()["a/components/defs.yaml"].replace('"30 2 * * *"', '["0 4 1 * *", monthly]')
    with (
        pytest.raises(InvalidYaml, match=r"attributes\.cron\.1: found 'monthly'"),
        loaded({"a/components/defs.yaml": yaml}),
    ):
        pass


@pytest.mark.parametrize("field", ["partitions: month", "skip_while_running: true"])
def test_what_ticks_do_needs_ticks(field: str) -> None:
    yaml = files(more=field)["a/components/defs.yaml"]
    for line in ('  cron: "30 2 * * *"\n', "  environments: [local, prod]\n"):
        yaml = yaml.replace(line, "")
    with pytest.raises(InvalidYaml, match="no ticks"), loaded({"a/components/defs.yaml": yaml}):
        pass


@pytest.mark.parametrize(
    ("status", "skipped"),
    [
        (dg.DagsterRunStatus.NOT_STARTED, True),
        (dg.DagsterRunStatus.STARTED, True),
        (dg.DagsterRunStatus.SUCCESS, False),
        (dg.DagsterRunStatus.FAILURE, False),
    ],
)
def test_a_tick_can_wait_for_the_run_before_it(
    tmp_path: Path, status: dg.DagsterRunStatus, skipped: bool
) -> None:
    instance = dg.DagsterInstance.local_temp(str(tmp_path))
    with loaded(files(more="skip_while_running: true")) as defs, instance:
        run = instance.create_run_for_job(defs.resolve_job_def("nightly"), status=status)
        data = tick(defs, AT, instance)
    assert len(data.run_requests or []) == (0 if skipped else 1)
    assert (run.run_id in (data.skip_message or "")) == skipped


def test_a_tick_runs_every_static_partition() -> None:
    with loaded(files("{type: static, partition_keys: [eu, us]}")) as defs:
        assert [request.partition_key for request in tick(defs, AT).run_requests or []] == ["eu", "us"]


OBSERVED = """
type: dagster_open_platform.lib.LastUpdatedObservationComponent
attributes:
  name: vendor_last_updated
  group_name: vendor
  owners: [team:data-platform]
  kinds: [snowflake]
  tables:
    - key: vendor/users
      table: purina.vendor.users
      updated_at_columns: [updated_at]
      freshness: {hours: 9}
---
type: dagster_open_platform.lib.ScheduleComponent
attributes:
  name: nightly
  target: key:"vendor/*"
  cron: "30 2 * * *"
  environments: [local]
"""
LOADED_AT = dt.datetime(2026, 6, 5, tzinfo=dt.UTC)


def test_observable_assets_are_observed_and_checked(tmp_path: Path) -> None:
    warehouse = local_duckdb(tmp_path)
    with warehouse.connect() as connection:
        connection.execute("CREATE SCHEMA purina.vendor")
        connection.execute("CREATE TABLE purina.vendor.users AS SELECT ? AS updated_at", [LOADED_AT])
    with (
        loaded({"a/components/defs.yaml": OBSERVED}, {"warehouse": warehouse}) as defs,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        (request,) = tick(defs, AT).run_requests or []
        assert request.partition_key is None
        result = defs.resolve_job_def("nightly").execute_in_process(instance=instance)
        [observed] = result.get_asset_observation_events()
        assert observed.asset_key == dg.AssetKey(["vendor", "users"])
        assert [each.check_name for each in result.get_asset_check_evaluations()] == ["freshness_check"]


BY_HAND = """
type: dagster_open_platform.lib.ExecutableComponent
attributes:
  name: reports
  execute_fn: .functions.materialize
  assets: [{key: reports}]
---
type: dagster_open_platform.lib.ScheduleComponent
attributes: {name: by_hand, target: "key:reports"}
"""


@pytest.mark.parametrize("environment", list(EnvironmentName))
def test_without_a_time_there_is_only_a_job(environment: EnvironmentName) -> None:
    with loaded({"a/components/defs.yaml": BY_HAND}, environment=environment) as defs:
        assert ([job.name for job in defs.jobs or ()], list(defs.schedules or ())) == (["by_hand"], [])
        assert defs.resolve_job_def("by_hand").execute_in_process().success


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('cron: "0 6 * * *"', "attributes.cron: expected `environments`"),
        ("environments: [prod]", "attributes.environments: expected `cron`"),
        ("default_status: running", "attributes.default_status: expected `cron`"),
    ],
)
def test_half_a_schedule_is_refused(more: str, expected: str) -> None:
    yaml = BY_HAND.replace('"key:reports"', f'"key:reports", {more}')
    with pytest.raises(InvalidYaml, match=expected), loaded({"a/components/defs.yaml": yaml}):
        pass


def test_a_group_of_observable_assets_is_refused_with_the_way_that_works() -> None:
    yaml = OBSERVED.replace('key:"vendor/*"', "group:vendor")
    expected = (
        r'attributes.target: found .group:vendor., which matches only observable.* such as key:"vendor/\*"'
    )
    with pytest.raises(InvalidDefinitions, match=expected), loaded({"a/components/defs.yaml": yaml}):
        pass


def test_a_target_with_an_external_asset_is_refused() -> None:
    # Dagster would say so when the job is resolved, without a file or a line.
    external = "import dagster as dg\n\nroles = dg.AssetSpec(['vendor', 'roles'])\n"
    files = {"a/components/defs.yaml": OBSERVED, "a/py/sources.py": external}
    with pytest.raises(InvalidDefinitions, match="matches 'vendor/roles', which nothing here"), loaded(files):
        pass


def test_a_job_is_not_called_as_an_op_is() -> None:
    yaml = BY_HAND.replace("name: by_hand", "name: reports")
    expected = r"attributes\.name: found 'reports', which is an op's name"
    with pytest.raises(InvalidDefinitions, match=expected), loaded({"a/components/defs.yaml": yaml}):
        pass
