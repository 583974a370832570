"""Every state in which a run may meet a connector, caused at the server and seen through the platform."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import dagster as dg
import pytest

from dagster_open_platform.lib.fivetran.monitoring import CONNECTOR_IS_FRESH, SETUP_TESTS_JOB
from dagster_open_platform_tests.fixtures.fivetran import CRM, CRM_TABLES, SHEET, FivetranServer
from dagster_open_platform_tests.fixtures.fivetran_platform import (
    FivetranPlatform,
    failure_of,
    materialized,
    op_of,
)

TABLES = {f"crm.{name}" for name in CRM_TABLES}
FOREVER = 3600


@pytest.fixture
def impatient(platform: FivetranPlatform) -> FivetranPlatform:
    return replace(platform, patience_seconds=0.5)


@pytest.fixture
def synced(fivetran: FivetranServer) -> FivetranServer:
    """The server after a first sync, which is historical."""
    fivetran.sync(CRM)
    return fivetran


def log_of(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> str:
    return "\n".join(entry.message for entry in instance.all_logs(result.run_id))


SKIPPED = {
    "paused": ({"paused": True}, "paused"),
    "put off for long": ({"rescheduled_seconds": FOREVER}, "put the sync off"),
    "put off for long when it begins": ({"next_sync_rescheduled_seconds": FOREVER}, "put the sync off"),
    "in a long historical sync": ({"historical_seconds": FOREVER}, "historical sync is in progress"),
}


@pytest.mark.parametrize("state", SKIPPED)
def test_nothing_is_materialized_for_a_sync_that_did_not_end(
    state: str, synced: FivetranServer, impatient: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    changes, said = SKIPPED[state]
    before = synced.tables("crm", CRM_TABLES)
    synced.advance()
    synced.control(CRM, **changes)
    result = impatient.run("crm", instance)
    assert result.success
    assert materialized(result) == {}
    assert result.get_asset_check_evaluations() == []
    warnings = [entry for entry in instance.all_logs(result.run_id) if int(entry.level) >= logging.WARNING]
    assert any(said in entry.message and "Nothing is materialized" in entry.message for entry in warnings)
    assert synced.tables("crm", CRM_TABLES) == before


@pytest.mark.parametrize("state", ["paused", "put off for long"])
def test_what_depends_on_a_skipped_sync_is_not_run(
    state: str, synced: FivetranServer, impatient: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.control(CRM, **SKIPPED[state][0])
    with impatient.definitions() as defs:
        keys = [*op_of(defs, "crm").keys, dg.AssetKey("downstream")]
        job = defs.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(instance=instance, asset_selection=keys)
        assert result.success
        assert result.get_asset_materialization_events() == []
        (skipped,) = [event for event in result.all_events if event.is_step_skipped]
        assert skipped.step_key == "downstream"
        # And when it is there again, both are made.
        synced.control(CRM, paused=False, rescheduled_seconds=0)
        result = job.execute_in_process(instance=instance, asset_selection=keys)
        assert {event.asset_key for event in result.get_asset_materialization_events()} == {*keys}


def test_automation_follows_a_sync_and_not_a_skipped_one(
    synced: FivetranServer, impatient: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    downstream = dg.AssetKey("downstream")
    assert impatient.run("crm", instance).success
    with impatient.definitions() as defs:
        cursor = None

        def requested() -> bool:
            """Whether it would run now; looking changes what is new."""
            nonlocal cursor
            result = dg.evaluate_automation_conditions(
                defs=defs,
                instance=instance,
                asset_selection=dg.AssetSelection.assets(downstream),
                cursor=cursor,
            )
            cursor = result.cursor
            return result.get_num_requested(downstream) > 0

        seen = [requested()]
        for changes in (
            {"paused": True},
            {"paused": False, "rescheduled_seconds": FOREVER},
            {"rescheduled_seconds": 0},
        ):
            synced.advance()
            synced.control(CRM, **changes)
            assert impatient.run("crm", instance).success
            seen.append(requested())
    assert seen[1:] == [False, False, True]


WAITED_FOR = {
    "put off for a moment": {"rescheduled_seconds": 1},
    "put off for a moment when it begins": {"next_sync_rescheduled_seconds": 1},
    "in a short historical sync": {"historical_seconds": 1},
}


@pytest.mark.parametrize("state", WAITED_FOR)
def test_a_sync_that_will_end_is_waited_for(
    state: str, synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.advance()
    synced.control(CRM, **WAITED_FOR[state])
    result = platform.run("crm", instance)
    assert result.success, failure_of(result)
    assert materialized(result).keys() == TABLES
    # It is the sync of today that was waited for.
    assert synced.rows("crm.setting")[0]["weight"] == 1.5
    assert "waiting for" in log_of(instance, result)


FAILING = {
    "broken": ({"setup_state": "broken"}, "ConnectorBroken", "broken"),
    "not set up": ({"setup_state": "incomplete"}, "ConnectorBroken", "incomplete"),
    "deleted": ({"deleted": True}, "ConnectorDeleted", "just refresh-state"),
    "about to fail": ({"next_sync_fails": "The source said no."}, "SyncFailed", "The source said no."),
}


@pytest.mark.parametrize("state", FAILING)
def test_a_connector_that_does_not_work_fails_the_run_and_says_why(
    state: str, synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    changes, kind, said = FAILING[state]
    before = synced.tables("crm", CRM_TABLES)
    synced.advance()
    synced.control(CRM, **changes)
    result = platform.run("crm", instance)
    found, text = failure_of(result)
    assert (found, said in text) == (kind, True), text
    assert materialized(result) == {}
    assert synced.tables("crm", CRM_TABLES) == before
    synced.control(CRM, setup_state="connected", deleted=False)
    assert materialized(platform.run("crm", instance)).keys() == TABLES


def test_a_running_sync_is_joined(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.control(CRM, sync_seconds=1)
    synced.data("POST", f"/v1/connections/{CRM}/sync", json={})
    result = platform.run("crm", instance)
    found = materialized(result)
    assert found.keys() == TABLES
    assert all(metadata["sync_joined"] for metadata in found.values())
    synced.control(CRM, sync_seconds=0)
    found = materialized(platform.run("crm", instance))
    assert not any(metadata["sync_joined"] for metadata in found.values())


def test_a_sync_that_takes_too_long_may_be_joined_later(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.control(CRM, sync_seconds=2)
    kind, text = failure_of(replace(platform, sync_timeout_seconds=0.5).run("crm", instance))
    assert (kind, "joins it" in text) == ("SyncTimedOut", True)
    found = materialized(platform.run("crm", instance))
    assert found.keys() == TABLES
    assert all(metadata["sync_joined"] for metadata in found.values())


def test_two_runs_at_once_make_one_sync(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.control(CRM, sync_seconds=1.5)
    results: list[dg.ExecuteInProcessResult] = []
    with dg.DagsterInstance.ephemeral() as other:
        threads = [
            threading.Thread(target=lambda where=where: results.append(platform.run("crm", where)))
            for where in (instance, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [result.success for result in results] == [True, True]
        assert [materialized(result).keys() for result in results] == [TABLES, TABLES]
        moments = {str(materialized(result)["crm.account"]["synced_at"]) for result in results}
    assert len(moments) == 1


def test_a_connector_on_fivetrans_own_schedule_is_taken_off_it_and_told(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.control(CRM, schedule_type="auto")
    result = platform.run("crm", instance)
    assert materialized(result).keys() == TABLES
    assert synced.details(CRM)["schedule_type"] == "manual"
    assert "own schedule" in log_of(instance, result)


@contextmanager
def checks_of(platform: FivetranPlatform) -> Iterator[dg.JobDefinition]:
    with platform.definitions() as defs:
        keys = [key for key in defs.resolve_asset_graph().asset_check_keys if key.name == CONNECTOR_IS_FRESH]
        job = dg.define_asset_job("fresh", selection=dg.AssetSelection.checks(*keys))
        yield dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("fresh")


def test_freshness_is_told_of_every_connector(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    with checks_of(platform) as job:
        seen = {}
        for changes in ({}, {"paused": True}, {"paused": False, "setup_state": "broken"}, {"deleted": True}):
            synced.control(CRM, **changes)
            result = job.execute_in_process(instance=instance)
            for each in result.get_asset_check_evaluations():
                told = (each.passed, str(each.description))
                seen.setdefault(each.asset_key.to_user_string(), []).append(told)
    assert [passed for passed, _ in seen["google_sheets/targets_sheet"]] == [False] * 4
    assert "never synced" in seen["google_sheets/targets_sheet"][0][1]
    assert [passed for passed, _ in seen["crm/api"]] == [True, True, False, False]
    parts = ("0:00 h ago", "paused", "broken", "just refresh-state")
    assert all(part in text for part, (_, text) in zip(parts, seen["crm/api"], strict=True))


def test_the_job_of_setup_tests_reports_every_failure(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    def run() -> dg.ExecuteInProcessResult:
        with platform.definitions() as defs:
            job = defs.resolve_job_def(SETUP_TESTS_JOB)
            return job.execute_in_process(instance=instance, raise_on_error=False)

    assert run().success
    for connector, message in ((CRM, "The password has expired."), (SHEET, "The sheet is not shared.")):
        tests = [
            {"title": "Connecting", "status": "PASSED", "message": ""},
            {"title": "Reading", "status": "FAILED", "message": message},
        ]
        fivetran.control(connector, setup_tests=tests)
    kind, text = failure_of(run())
    assert kind == "SetupTestsFailed"
    for part in (
        "2 of 2",
        "crm",
        "The password has expired.",
        "google_sheets.targets",
        "The sheet is not shared.",
    ):
        assert part in text
