"""What runs, the sensor, the schedules and the checks of staging tell Dagster."""

import datetime as dt
import json
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.defs.aws.py import schedules, sensors
from dagster_open_platform.defs.aws.py.assets import OP, key_of
from dagster_open_platform.lib.aws.buckets import WORKSPACE
from dagster_open_platform.lib.aws.errors import ObjectStoreUnavailable
from dagster_open_platform.lib.aws.fake import FakeObjectStore, FakeS3
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE
from dagster_open_platform.lib.aws.workspace.discovery import discover
from dagster_open_platform.lib.aws.workspace.errors import OrganizationsFailed
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS
from dagster_open_platform_tests.fixtures.aws import AwsPlatform
from dagster_open_platform_tests.fixtures.definitions import ENVIRONMENTS, definitions_in
from dagster_open_platform_tests.fixtures.workspace import Json, Sent

LOCATION: Json = {"name": "l", "repositories": [{"name": "r", "assets": [{"key": ["a"], "kinds": []}]}]}
DAYS = ["2026-08-01", "2026-08-02", "2026-08-03"]
THREE_AT_NIGHT = dt.datetime(2026, 8, 4, 3, tzinfo=dt.UTC)


def send(memory: FakeObjectStore, day: str, *organizations: str) -> None:
    for organization in organizations:
        Sent(day, organization, [LOCATION]).send(memory.put)


def break_one(memory: FakeObjectStore, day: str, organization: str) -> None:
    memory.put(WORKSPACE, f"raw/workspace/{day}/{organization}/manifest.json", b"{")


def observed(platform: AwsPlatform, kind: str) -> dict[str, Any]:
    """The latest observation of each partition: its metadata."""
    records = platform.instance.fetch_observations(key_of(kind), limit=100).records
    return {
        record.partition_key: {name: value.value for name, value in record.asset_observation.metadata.items()}
        for record in reversed(records)
        if record.asset_observation and record.partition_key
    }


def materialized(platform: AwsPlatform, kind: str) -> dict[str, Any]:
    records = platform.instance.fetch_materializations(key_of(kind), limit=100).records
    return {
        record.partition_key: {
            name: value.value for name, value in record.asset_materialization.metadata.items()
        }
        for record in reversed(records)
        if record.asset_materialization and record.partition_key
    }


def test_a_run_of_some_days_materializes_each_with_its_amounts(
    platform: AwsPlatform, memory: FakeObjectStore
) -> None:
    send(memory, DAYS[0], "a", "b")
    send(memory, DAYS[2], "a")
    assert platform.stage(DAYS[0], DAYS[2]).success
    for kind in OBJECTS:
        found = materialized(platform, kind)
        rows = 1 if kind in ("assets", "workspaces", "code_locations", "repositories") else 0
        assert [found[day]["rows"] for day in DAYS] == [2 * rows, 0, rows]
        assert [found[day]["organizations"] for day in DAYS] == [2, 0, 1]
        chunks = memory.objects(WORKSPACE, f"staging/{kind}/{DAYS[0]}/")
        assert found[DAYS[0]]["chunks"] == len(chunks)
        assert found[DAYS[0]]["bytes"] == sum(map(len, chunks.values()))
    assert isinstance(platform.s3, FakeS3)
    assert platform.s3.roles == [WORKSPACE_ROLE_VARIABLE]


def test_one_bad_organization_fails_the_run_after_the_others_and_its_day_alone(
    platform: AwsPlatform, memory: FakeObjectStore
) -> None:
    send(memory, DAYS[0], "a", "bad", "c")
    send(memory, DAYS[1], "a")
    break_one(memory, DAYS[0], "bad")
    with pytest.raises(
        OrganizationsFailed, match=r"(?s)1 snapshots could not be staged.*bad of 2026-08-01: s3://"
    ) as raised:
        platform.stage(DAYS[0], DAYS[1])
    assert not raised.value.allow_retries
    for kind in OBJECTS:
        assert platform.staged(kind) == {DAYS[1]}
        assert observed(platform, kind)[DAYS[0]]["organizations"] == 2
        assert observed(platform, kind)[DAYS[0]]["organizations_missing"] == 1
    send(memory, DAYS[0], "bad")
    assert platform.stage(DAYS[0]).success
    assert platform.staged("assets") == {DAYS[0], DAYS[1]}
    assert materialized(platform, "assets")[DAYS[0]]["organizations_staged_by_this_run"] == 1


def test_batches_materialize_the_day_with_the_last_of_them(
    platform: AwsPlatform, memory: FakeObjectStore
) -> None:
    send(memory, DAYS[0], "a", "b", "c")
    assert platform.stage(DAYS[0], organizations=["a", "c"]).success
    assert platform.staged("assets") == set()
    assert observed(platform, "jobs")[DAYS[0]]["organizations"] == 2
    assert platform.stage(DAYS[0], organizations=["b"]).success
    for kind in OBJECTS:
        assert platform.staged(kind) == {DAYS[0]}
        assert materialized(platform, kind)[DAYS[0]]["organizations"] == 3


def test_an_outage_materializes_nothing(platform: AwsPlatform, memory: FakeObjectStore) -> None:
    send(memory, DAYS[0], "a", "b")

    def before(request: str, key: str) -> None:
        if request == "put_object" and "/b" in key:
            raise ObjectStoreUnavailable("Away.")

    memory.before = before
    with pytest.raises(ObjectStoreUnavailable):
        platform.stage(DAYS[0])
    assert platform.staged("assets") == set()


def test_checks_pass_on_what_a_run_made_and_name_what_is_wrong(
    platform: AwsPlatform, memory: FakeObjectStore
) -> None:
    assert all(found.passed for found in platform.check_staging().values())
    send(memory, DAYS[0], "a", "b")
    platform.stage(DAYS[0])
    found = platform.check_staging()
    assert len(found) == 1 + len(OBJECTS)
    assert all(each.passed for each in found.values())
    assert found["assets:rows_equal_the_markers"].metadata["rows"].value == 2
    assert found["workspaces:every_organization_is_staged"].metadata["snapshots_staged"].value == 2
    send(memory, DAYS[0], "late")
    chunk = next(iter(memory.objects(WORKSPACE, f"staging/assets/{DAYS[0]}/a/")))
    memory.put(WORKSPACE, chunk.replace("-00000", "-00001"), memory.objects(WORKSPACE)[chunk])
    memory.put(WORKSPACE, next(iter(memory.objects(WORKSPACE, "staging/repositories/"))), b"broken")
    failed = {
        name: str(each.description) for name, each in platform.check_staging().items() if not each.passed
    }
    assert set(failed) == {
        "workspaces:every_organization_is_staged",
        "assets:rows_equal_the_markers",
        "repositories:rows_equal_the_markers",
    }
    assert "belongs to no marker" in failed["assets:rows_equal_the_markers"]
    assert "cannot be read" in failed["repositories:rows_equal_the_markers"]


def sensor_tick(memory: FakeObjectStore, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult:
    sensor = sensors.workspace_organizations_sensor(dg.DefaultSensorStatus.RUNNING)
    with dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"s3": FakeS3(memory)}
    ) as context:
        found = sensor(context)
    assert isinstance(found, dg.SensorResult)
    for request in found.dynamic_partitions_requests or ():
        instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
    return found


def test_the_sensor_adds_an_organization_once_and_reports_it(memory: FakeObjectStore) -> None:
    send(memory, DAYS[0], "a", "b")
    send(memory, DAYS[1], "b", "c")
    memory.put(WORKSPACE, "raw/workspace/README/x", b"")
    with dg.DagsterInstance.ephemeral() as instance:
        first = sensor_tick(memory, instance, None)
        assert instance.get_dynamic_partitions("workspace_organizations") == ["a", "b", "c"]
        events = [event for event in first.asset_events if isinstance(event, dg.AssetMaterialization)]
        assert [(event.asset_key, event.partition) for event in events] == [
            (dg.AssetKey(["s3", "workspace_replication", "raw"]), name) for name in ("a", "b", "c")
        ]
        second = sensor_tick(memory, instance, first.cursor)
        assert (list(second.asset_events), list(second.dynamic_partitions_requests or ())) == ([], [])
        assert "No new organization" in str(second.skip_reason)
        send(memory, DAYS[0], "late")
        third = sensor_tick(memory, instance, second.cursor)
        assert [event.partition for event in third.asset_events] == ["late"]


def test_a_look_takes_a_bounded_number_of_days_and_goes_on(memory: FakeObjectStore) -> None:
    days = [f"2026-07-{day:02}" for day in range(1, 31)]
    for number, day in enumerate(days):
        send(memory, day, f"o{number:02}")
    cursor, known, looks = None, set(), 0
    while len(known) < len(days):
        found = discover(memory, WORKSPACE, cursor, known, days=7)
        assert len(found.days) <= 7
        cursor, known, looks = found.cursor, known | set(found.organizations), looks + 1
    assert looks == 6  # each but the first looks again at the last two days
    assert json.loads(cursor or "") == {"day": days[-1]}


def schedule_tick(
    memory: FakeObjectStore, instance: dg.DagsterInstance, at: dt.datetime = THREE_AT_NIGHT
) -> list[dg.RunRequest]:
    return schedules.workspace_requests(instance, memory, at)


def batch_of(request: dg.RunRequest) -> list[str]:
    return request.run_config["ops"][OP]["config"]["organizations"]


def test_the_schedule_asks_for_what_is_not_staged_in_batches(
    platform: AwsPlatform, memory: FakeObjectStore
) -> None:
    send(memory, "2026-07-31", "too-old")
    send(memory, DAYS[0], "a", "b")
    send(memory, DAYS[1], *(f"o{number:03}" for number in range(schedules.BATCH + 1)))
    send(memory, "2026-08-04", "not-over")
    platform.stage(DAYS[0])
    requests = schedule_tick(memory, platform.instance)
    assert [(r.partition_key, len(batch_of(r))) for r in requests] == [
        (DAYS[1], 200),
        (DAYS[1], 1),
        (DAYS[2], 0),
    ]
    assert [batch_of(requests[0])[0], *batch_of(requests[1])] == ["o000", "o200"]
    assert len({request.run_key for request in requests}) == 3
    assert requests == schedule_tick(memory, platform.instance)
    for request in requests:
        assert request.partition_key
        platform.stage(request.partition_key, organizations=batch_of(request))
    assert schedule_tick(memory, platform.instance) == []
    assert platform.staged("assets") == set(DAYS)
    send(memory, DAYS[0], "late")
    assert [batch_of(request) for request in schedule_tick(memory, platform.instance)] == [["late"]]


def test_the_schedule_asks_for_a_day_that_is_staged_and_was_not_materialized(
    platform: AwsPlatform, memory: FakeObjectStore
) -> None:
    send(memory, DAYS[0], "a")
    platform.stage(DAYS[0], DAYS[2])
    with dg.DagsterInstance.ephemeral() as other:
        assert [(r.partition_key, batch_of(r)) for r in schedule_tick(memory, other)] == [
            (day, []) for day in DAYS
        ]


def test_nothing_is_asked_for_before_the_first_day_is_over(memory: FakeObjectStore) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert schedule_tick(memory, instance, dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC)) == []


@pytest.mark.parametrize(
    ("tick", "month"),
    [("2026-06-03", None), ("2026-07-01", "2026-06-01"), ("2027-01-06", "2026-12-01")],
)
def test_last_months_bill_is_fetched_again(tick: str, month: str | None) -> None:
    schedule = schedules.cost_corrections_schedule(dg.DefaultScheduleStatus.RUNNING)
    at = dt.datetime.fromisoformat(f"{tick}T07:00:00+00:00")
    found = schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert (found.partition_key if isinstance(found, dg.RunRequest) else None) == month


@pytest.fixture(scope="module")
def registered() -> dict[str, dict[str, str]]:
    """Environment to what is registered of ours, with its status."""
    names = ("aws_workspace_schedule", "aws_cost_corrections_schedule", "workspace_organizations_sensor")
    return {
        environment.name.value: {
            found.name: found.default_status.value
            for found in [*(defs.schedules or ()), *(defs.sensors or ())]
            if found.name in names and isinstance(found, dg.ScheduleDefinition | dg.SensorDefinition)
        }
        for environment in ENVIRONMENTS
        for defs in [definitions_in(environment)]
    }


def test_unattended_work_is_registered_by_environment(registered: dict[str, dict[str, str]]) -> None:
    assert {name: len(found) for name, found in registered.items()} == {
        "local": 3, "branch": 0, "dogfood": 3, "prod": 3,
    }  # fmt: skip
    assert set(registered["local"].values()) == {"STOPPED"}
    assert set(registered["prod"].values()) == {"RUNNING"}
