"""Where a ``ScheduleComponent`` is registered and what its ticks launch."""

import datetime as dt
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.components import loaded

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


def tick(defs: dg.Definitions, at: dt.datetime) -> Any:
    repository = defs.get_repository_def()
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=at, repository_def=repository
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


def test_a_tick_runs_every_static_partition() -> None:
    with loaded(files("{type: static, partition_keys: [eu, us]}")) as defs:
        assert [request.partition_key for request in tick(defs, AT).run_requests or []] == ["eu", "us"]
