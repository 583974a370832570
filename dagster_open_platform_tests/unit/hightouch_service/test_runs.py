"""Runs: what is sent, what is refused, and what stops them."""

import threading
from collections.abc import Mapping

import duckdb
import pytest

from dagster_open_platform_local.services.saas.crm.objects import ACCOUNT
from dagster_open_platform_local.services.saas.hightouch.errors import ApiError
from dagster_open_platform_local.services.saas.hightouch.state import INTERRUPTION
from dagster_open_platform_tests.fixtures.hightouch import crm_rows_of
from dagster_open_platform_tests.unit.hightouch_service.conftest import ACCOUNTS, ID, World


def counts(of: Mapping[str, int]) -> tuple[int, ...]:
    return (of["added"], of["changed"], of["removed"])


def test_rows_go_to_their_records_and_only_differences_follow(world: World) -> None:
    world.model(org_1=1, org_2=2, org_nobody=9, org_4=9)
    first = world.sync()
    assert (first.status, first.query_size, first.error) == ("success", 4, None)
    assert counts(first.planned) == counts(first.successful) == (4, 0, 0)
    assert world.revenues == {"a1": 1.0, "a2": 2.0}
    assert counts(world.sync().planned) == (0, 0, 0)
    world.model(org_1=1, org_2=3, org_nobody=9, org_4=9)
    changed = world.sync()
    assert counts(changed.planned) == counts(changed.successful) == (0, 1, 0)
    assert world.revenues == {"a1": 1.0, "a2": 3.0}


def test_the_fields_of_a_record_whose_row_is_gone_are_cleared(world: World) -> None:
    world.model(org_1=1, org_2=2)
    world.sync()
    world.model(org_1=1)
    assert counts(world.sync().successful) == (0, 0, 1)
    assert world.revenues == {"a1": 1.0, "a2": None}
    assert counts(world.sync().planned) == (0, 0, 0)


def test_a_row_without_a_record_is_sent_when_there_is_one(world: World) -> None:
    world.model(org_1=1, org_5=5)
    world.sync()
    world.rows = crm_rows_of({ACCOUNT: [*ACCOUNTS, {"id": "a5", "organization_id_c": "org_5"}]})
    assert counts(world.sync().planned) == (1, 0, 0)
    assert world.revenues == {"a1": 1.0, "a5": 5.0}
    assert counts(world.sync().planned) == (0, 0, 0)


def test_a_full_resync_sends_all_rows_and_changes_none(world: World) -> None:
    world.model(org_1=1, org_2=2)
    world.sync()
    before = world.crm.store.written(ACCOUNT)
    assert counts(world.sync(full=True).successful) == (2, 0, 0)
    assert world.crm.store.written(ACCOUNT) == before


def test_a_refused_row_is_told_and_tried_again_and_others_go_through(world: World) -> None:
    world.model(org_1=1, org_2=2)
    world.control(rejected={"org_1": "FIELD_CUSTOM_VALIDATION_EXCEPTION: too early"})
    run = world.sync()
    assert run.status == "warning"
    assert (counts(run.planned), counts(run.successful), counts(run.failed)) == (
        (2, 0, 0),
        (1, 0, 0),
        (1, 0, 0),
    )
    assert (run.error or "").splitlines() == [
        "1 of 2 rows were rejected by the destination.",
        "added org_1: FIELD_CUSTOM_VALIDATION_EXCEPTION: too early",
    ]
    assert world.revenues == {"a2": 2.0}
    world.control(rejected={})
    again = world.sync()
    assert (again.status, counts(again.planned)) == ("success", (1, 0, 0))
    assert world.revenues == {"a1": 1.0, "a2": 2.0}


def test_a_value_that_the_crm_does_not_take_is_a_refused_row(world: World) -> None:
    world.model(org_1=1, org_2=float("1e9"))
    database = world.directory / "warehouse" / "dwh_reporting.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("UPDATE hightouch.salesforce_account_arr SET currency = repeat('x', 300)")
    run = world.sync()
    assert (run.status, counts(run.failed)) == ("warning", (2, 0, 0))
    assert "STRING_TOO_LONG: Dagster Currency" in (run.error or "")
    assert world.revenues == {}


def test_of_two_records_the_older_one_is_written_or_none(world: World) -> None:
    world.model(org_3=3)
    world.control(fail_on_duplicates=True)
    run = world.sync()
    assert run.status == "warning"
    assert "added org_3: DUPLICATE_VALUE: 2 records have organization_public_id org_3: a3, a3twice" in (
        run.error or ""
    )
    world.control(fail_on_duplicates=False)
    assert world.sync().status == "success"
    assert world.revenues == {"a3": 3.0}


def test_a_run_that_is_asked_for_during_another_waits_and_there_is_one_such(world: World) -> None:
    world.model(org_1=1)
    world.control(run_seconds=60.0)
    first = world.workspace.trigger(ID, full=False)
    while world.run(first.id).status == "queued":
        threading.Event().wait(0.005)
    second = world.workspace.trigger(ID, full=False)
    third = world.workspace.trigger(ID, full=True)
    assert first.id != second.id == third.id
    assert (world.run(second.id).status, world.run(second.id).full) == ("queued", True)
    world.control(run_seconds=0.0)
    world.control(cancel=True)
    world.wait()
    assert [each.status for each in world.workspace.states.runs(ID)] == ["success", "cancelled"]
    assert world.revenues == {"a1": 1.0}


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DROP TABLE hightouch.salesforce_account_arr", "does not exist"),
        ("ALTER TABLE hightouch.salesforce_account_arr DROP currency", "currency"),
        (
            "INSERT INTO hightouch.salesforce_account_arr FROM hightouch.salesforce_account_arr",
            "org_1 comes twice",
        ),
        ("UPDATE hightouch.salesforce_account_arr SET organization_public_id = NULL", "is null"),
    ],
)
def test_a_model_that_cannot_be_sent_fails_the_run(world: World, statement: str, reason: str) -> None:
    world.model(org_1=1)
    with duckdb.connect(str(world.directory / "warehouse" / "dwh_reporting.duckdb")) as connection:
        connection.execute(statement)
    run = world.sync()
    assert (run.status, counts(run.planned)) == ("failed", (0, 0, 0))
    assert reason in (run.error or "")
    assert world.revenues == {}


def test_a_warehouse_that_another_writes_is_waited_for_and_then_the_run_fails(world: World) -> None:
    world.model(org_1=1)
    world.workspace.close()
    world.patience_seconds = 0.2
    world.open()
    with duckdb.connect(str(world.directory / "warehouse" / "dwh_reporting.duckdb")):
        run = world.sync()
    assert run.status == "failed"
    assert "another process has dwh_reporting.duckdb open" in (run.error or "")
    assert world.sync().status == "success"


def test_what_is_caused_from_outside_happens_once(world: World) -> None:
    world.model(org_1=1)
    world.control(next_run_fails="Salesforce is down for maintenance")
    failed = world.sync()
    assert (failed.status, failed.error) == ("failed", "Salesforce is down for maintenance")
    world.control(next_run_interrupted=True)
    interrupted = world.sync()
    assert (interrupted.status, interrupted.error) == ("interrupted", INTERRUPTION)
    assert world.sync().status == "success"


def test_runs_of_a_process_that_is_gone_are_interrupted(world: World) -> None:
    world.model(org_1=1)
    world.control(run_seconds=60.0)
    first = world.workspace.trigger(ID, full=False)
    second = world.workspace.trigger(ID, full=False)
    world.workspace.close()
    world.open()
    ended = {each.id: each for each in world.workspace.states.runs(ID)}
    assert {ended[first.id].status, ended[second.id].status} == {"interrupted"}
    assert all(each.is_over and each.finished_at and each.error == INTERRUPTION for each in ended.values())
    world.control(run_seconds=0.0)
    assert world.sync().status == "success"


def test_a_sync_that_is_disabled_or_gone_is_not_triggered(world: World) -> None:
    for changes, status in (({"disabled": True}, 422), ({"disabled": False, "deleted": True}, 404)):
        world.control(**changes)
        with pytest.raises(ApiError) as caught:
            world.workspace.trigger(ID, full=False)
        assert caught.value.status == status
    assert world.workspace.states.runs(ID) == []
