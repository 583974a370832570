"""What watches the connectors: the check of freshness, and the job that tests the connections."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.fivetran.fake import FakeFivetran
from dagster_open_platform.lib.fivetran.monitoring import freshness_of, run_setup_tests
from dagster_open_platform.lib.fivetran.protocol import SetupTest
from dagster_open_platform.lib.fivetran.state import state_text
from dagster_open_platform.lib.http import ServerError
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.fivetran_fake import (
    CRM,
    NOON,
    SHEET,
    YAML,
    account,
    answering_with,
    state,
)

CONNECTORS = list(state().connectors.values())
YAML_WITH_TESTS = f'{YAML}  connection_setup_tests_schedule: "0 4 * * *"\n'
FILES = {"fivetran/defs.yaml": YAML_WITH_TESTS, "fivetran/state.json": state_text(state())}
CRM_API, SHEET_API = dg.AssetKey(["crm", "api"]), dg.AssetKey(["google_sheets", "targets_sheet"])


@pytest.fixture
def fake() -> FakeFivetran:
    return account()


@pytest.fixture
def defs(fake: FakeFivetran) -> Iterator[dg.Definitions]:
    with loaded(FILES, {"fivetran": answering_with(fake), "warehouse": "not used"}) as found:
        yield found


def checked(defs: dg.Definitions) -> dict[dg.AssetKey, dg.AssetCheckEvaluation]:
    job = defs.resolve_job_def("fivetran_connector_freshness")
    result = job.execute_in_process(instance=dg.DagsterInstance.ephemeral())
    assert result.success
    return {each.asset_key: each for each in result.get_asset_check_evaluations()}


def test_one_call_a_group_checks_every_connector(defs: dg.Definitions, fake: FakeFivetran) -> None:
    found = checked(defs)
    assert {key: each.passed for key, each in found.items()} == {CRM_API: True, SHEET_API: True}
    assert {each.check_name for each in found.values()} == {"connector_is_fresh"}
    assert fake.calls == [("connectors", "purple_group")]


def test_a_run_that_syncs_checks_afterwards(defs: dg.Definitions) -> None:
    """A connector's first sync makes it fresh, and a check before it would say otherwise."""
    graph = defs.resolve_asset_graph()
    for source in (CRM_API, SHEET_API):
        after = graph.get(dg.AssetCheckKey(source, "connector_is_fresh")).parent_entity_keys - {source}
        tables = {key for key in graph.materializable_asset_keys if source in graph.get(key).parent_keys}
        assert after
        assert after <= tables


@given(st.floats(min_value=0, max_value=100), st.floats(min_value=1, max_value=100), st.booleans())
def test_a_connector_is_fresh_as_long_as_it_is_allowed(hours: float, allowed: float, paused: bool) -> None:
    fake = account()
    fake.change(CRM, succeeded_at=NOON - timedelta(hours=hours), paused=paused)
    result = freshness_of(state().connectors[CRM], fake[CRM].details, timedelta(hours=allowed), NOON)
    assert result.passed is (timedelta(hours=hours) <= timedelta(hours=allowed))
    assert ("It is paused." in (result.description or "")) is paused


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"succeeded_at": None}, "It has never synced."),
        ({"setup_state": "broken", "problems": ("no access",)}, "It is broken: no access."),
        ({"succeeded_at": NOON - timedelta(hours=40)}, "ended 40:00 h ago; 36:00 h are allowed."),
    ],
)
def test_what_is_wrong_is_told(
    defs: dg.Definitions, fake: FakeFivetran, change: dict[str, Any], text: str
) -> None:
    fake.change(CRM, **change)
    found = checked(defs)
    assert not found[CRM_API].passed
    assert text in (found[CRM_API].description or "")
    assert found[SHEET_API].passed


def test_a_deleted_connector_is_not_fresh(defs: dg.Definitions, fake: FakeFivetran) -> None:
    fake.delete(SHEET)
    found = checked(defs)
    assert found[CRM_API].passed
    assert not found[SHEET_API].passed
    assert "`just refresh-state`" in (found[SHEET_API].description or "")


def run_tests(defs: dg.Definitions) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("fivetran_connection_setup_tests").execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    )


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    [event] = result.get_step_failure_events()
    found = event.step_failure_data.user_failure_data
    return (found.description if found else None) or ""


def test_every_connection_is_tested(defs: dg.Definitions, fake: FakeFivetran) -> None:
    assert run_tests(defs).success
    assert {call[1] for call in fake.calls if call[0] == "run_setup_tests"} == {CRM, SHEET}


def test_all_failures_are_reported_and_not_only_the_first(defs: dg.Definitions, fake: FakeFivetran) -> None:
    fake[CRM].setup_tests = [
        SetupTest("Host", "PASSED"),
        SetupTest("Login", "FAILED", "wrong password"),
        SetupTest("Permissions", "JOB_FAILED", "timed out"),
        SetupTest("Advice", "WARNING", "use a role"),
    ]
    fake.delete(SHEET)
    result = run_tests(defs)
    assert not result.success
    message = failure_of(result)
    assert message.splitlines() == [
        "2 of 2 connections do not work:",
        "crm: Login (FAILED): wrong password",
        "crm: Permissions (JOB_FAILED): timed out",
        f"google_sheets.targets: could not be tested: Fivetran has no connector {SHEET}.",
    ]


def test_one_that_cannot_be_tested_does_not_keep_the_others_from_it() -> None:
    fake = account()
    fake.fail_next("run_setup_tests", ServerError("Fivetran answered 503."))
    told: list[str] = []
    with pytest.raises(dg.Failure, match="1 of 2 connections"):
        run_setup_tests(told.append, fake, CONNECTORS)
    assert told == ["google_sheets.targets: Connecting: PASSED"]
