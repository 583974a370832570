"""The platform's twelve syncs beside the emulated Hightouch, over HTTP: what arrives, what is refused, and what goes wrong."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

import dagster_open_platform.defs.hightouch.components as instances
from dagster_open_platform.lib.hightouch.report import ALL_ROWS_SYNCED
from dagster_open_platform.lib.hightouch.resource import HightouchResource
from dagster_open_platform_local.services.saas.crm.objects import (
    ACCOUNT,
    COMPANIES,
    CONTACT,
    CONTACTS,
    SALESFORCE,
    field_name,
)
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.hightouch import (
    ARR,
    HightouchServer,
    crm_rows_of,
    hightouch_server,
    sync_of,
)

DEFS = (Path(*instances.__path__) / "defs.yaml").read_text()
RECORDS = {
    ACCOUNT: [{"id": f"a{number}", "organization_id_c": f"org_{number}"} for number in (1, 2, 3)],
    CONTACT: [{"id": "p1", "user_id_c": "1"}],
    COMPANIES: [{"id": 11, "property_organization_id": 1}],
    CONTACTS: [{"id": 21, "property_dagster_user_id": 1}],
}
KEYS = {"organization_public_id": "'org_1'", "organization_id": "1", "user_id": "1"}
TRIGGER = "/hightouch/api/v1/syncs/[0-9]+/trigger"
RUNS = "/hightouch/api/v1/syncs/[0-9]+/runs"


FIELD = field_name(SALESFORCE, "dagster_arr_c")


class Quick(HightouchResource):
    """Production's resource with a tenth of its waits: the emulated Hightouch sends in moments."""

    max_attempts: int = 3
    sync_timeout_seconds: float = 60.0

    def sleep(self, seconds: float) -> None:
        """Waits a tenth of it."""
        time.sleep(seconds / 10)


def arr(**revenues: float) -> str:
    """A query that makes the model of revenue; by organization."""
    rows = ", ".join(f"('{key}', {value}::DOUBLE)" for key, value in revenues.items())
    return (
        "SELECT key AS organization_public_id, revenue AS annual_recurring_revenue, 'USD' AS currency,"  # noqa: S608 - the test's own values
        " DATE '2026-06-01' AS contract_start_date, DATE '2026-06-01' AS customer_since_date"
        f" FROM (VALUES {rows}) AS rows(key, revenue)"
    )


class Platform:
    """The code location, its instance, and Hightouch."""

    def __init__(self, defs: dg.Definitions, server: HightouchServer, instance: dg.DagsterInstance) -> None:
        self.server, self.instance = server, instance
        self._job = defs.resolve_implicit_global_asset_job_def()

    def sync(self, *slugs: str, full: bool = False) -> dg.ExecuteInProcessResult:
        """Materializes syncs."""
        ops = {f"hightouch__{slug}": {"config": {"full_resync": True}} for slug in slugs} if full else {}
        return self._job.execute_in_process(
            run_config={"ops": ops},
            instance=self.instance,
            asset_selection=[dg.AssetKey(["hightouch", slug]) for slug in slugs],
            raise_on_error=False,
        )

    def revenues(self) -> dict[str, Any]:
        """What Salesforce has, by account."""
        found = {}
        for record in RECORDS[ACCOUNT]:
            answer = self.server.salesforce(f"/Account/{record['id']}")
            assert answer.status_code == 200, answer.text
            found[record["id"]] = answer.json()[FIELD]
        return found


def said(result: dg.ExecuteInProcessResult, slug: str = ARR) -> dict[str, Any]:
    """The metadata of a materialization."""
    [found] = result.asset_materializations_for_node(f"hightouch__{slug}")
    return {name: value.value for name, value in found.metadata.items()}


def check_of(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    """The result of the check."""
    [found] = result.get_asset_check_evaluations()
    assert found.check_name == ALL_ROWS_SYNCED
    return found


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """Why the sync of revenue failed."""
    assert not result.success
    data = result.failure_data_for_node(f"hightouch__{ARR}")
    assert data is not None
    assert data.error is not None
    return data.error.message


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HightouchServer]:
    with hightouch_server(tmp_path_factory.mktemp("hightouch"), crm_rows_of(RECORDS)) as found:
        yield found


@pytest.fixture(scope="module")
def defs() -> Iterator[dg.Definitions]:
    # Retries wait half a minute; these tests ask again by themselves.
    quick = DEFS.replace("\nattributes:\n", "\nattributes:\n  retry_policy: {max_retries: 1}\n")
    with loaded({"hightouch/defs.yaml": quick}, {"hightouch": Quick()}) as found:
        yield found


@pytest.fixture
def platform(
    defs: dg.Definitions, server: HightouchServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    server.misbehave()
    server.control(ARR, disabled=False, deleted=False, rejected={}, run_seconds=0, next_run_fails=None)
    server.models(**{ARR: arr(org_1=1, org_2=2)})
    server.sync(ARR, full=True)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Platform(defs, server, instance)


def test_every_instance_sends_the_model_of_its_name(platform: Platform) -> None:
    platform.server.models(
        **{
            sync.slug: "SELECT "
            + ", ".join(
                [
                    f"{KEYS[sync.key]} AS {sync.key}",
                    *(f"NULL::VARCHAR AS {column}" for column in sync.mappings),
                ]
            )
            for sync in SYNCS
            if sync.slug != ARR
        }
    )
    slugs = [sync.slug for sync in SYNCS]
    result = platform.sync(*slugs)
    assert result.success
    assert len(slugs) == 12
    for slug in slugs:
        found = said(result, slug)
        assert found["hightouch_sync"] == f"{slug} ({sync_of(slug).id})"
        assert found["failed_rows"] == 0
        assert found["dagster/row_count"] == (2 if slug == ARR else 1)


def test_a_changed_row_arrives_and_two_runs_are_as_one(platform: Platform) -> None:
    platform.server.models(**{ARR: arr(org_1=1, org_2=20, org_nobody=9)})
    first = said(platform.sync(ARR))
    assert (first["query_size"], first["planned_rows"], first["successful_rows"]) == (3, 2, 2)
    assert "| changed | 1 | 1 | 0 |" in first["rows_by_operation"]
    assert platform.revenues() == {"a1": 1.0, "a2": 20.0, "a3": None}
    again = said(platform.sync(ARR))
    assert (again["query_size"], again["planned_rows"]) == (3, 0)
    assert platform.revenues() == {"a1": 1.0, "a2": 20.0, "a3": None}


def test_all_rows_are_sent_if_a_run_wants_it(platform: Platform) -> None:
    assert said(platform.sync(ARR, full=True))["planned_rows"] == 2
    columns = said(platform.sync(ARR, full=True))["dagster/column_schema"].columns
    assert columns[0].name == FIELD


def test_refused_rows_fail_the_check_and_the_run_until_they_are_mended(platform: Platform) -> None:
    platform.server.models(**{ARR: arr(org_1=10, org_2=20, org_3=30)})
    platform.server.control(ARR, rejected={"org_1": "FIELD_CUSTOM_VALIDATION_EXCEPTION: too early"})
    result = platform.sync(ARR)
    assert "was refused 1 of 3 rows" in failure_of(result)
    assert result.asset_materializations_for_node(f"hightouch__{ARR}") == []
    check = check_of(result)
    assert not check.passed
    sample = str(check.metadata["refused_sample"].value)
    assert "| changed | org_1 | FIELD_CUSTOM_VALIDATION_EXCEPTION: too early |" in sample
    # The others are there.
    assert platform.revenues() == {"a1": 1.0, "a2": 20.0, "a3": 30.0}
    platform.server.control(ARR, rejected={})
    mended = platform.sync(ARR)
    assert check_of(mended).passed
    assert said(mended)["planned_rows"] == 1
    assert platform.revenues() == {"a1": 10.0, "a2": 20.0, "a3": 30.0}


def test_a_run_that_fails_is_tried_again(platform: Platform) -> None:
    platform.server.models(**{ARR: arr(org_1=7)})
    platform.server.control(ARR, next_run_fails="Salesforce: INVALID_SESSION_ID")
    result = platform.sync(ARR)
    assert result.success
    assert [each.passed for each in result.get_asset_check_evaluations()] == [False, True]
    told = result.get_asset_check_evaluations()[0].metadata["hightouch_says"].value
    assert told == "Salesforce: INVALID_SESSION_ID"
    assert platform.revenues()["a1"] == 7.0


def test_a_run_that_breaks_off_is_gone_on_with(platform: Platform) -> None:
    platform.server.models(**{ARR: arr(org_1=8)})
    platform.server.control(ARR, next_run_interrupted=True)
    assert platform.sync(ARR).success
    assert platform.revenues()["a1"] == 8.0


def test_a_disabled_sync_is_left_alone_and_a_deleted_one_is_named(platform: Platform) -> None:
    before = platform.revenues()
    platform.server.models(**{ARR: arr(org_1=99)})
    platform.server.control(ARR, disabled=True)
    result = platform.sync(ARR)
    assert result.success
    assert result.asset_materializations_for_node(f"hightouch__{ARR}") == []
    assert result.get_asset_check_evaluations() == []
    platform.server.control(ARR, disabled=False, deleted=True)
    assert "HIGHTOUCH_SALESFORCE_ACCOUNT_ARR_SYNC_ID names" in failure_of(platform.sync(ARR))
    platform.server.control(ARR, deleted=False)
    assert platform.revenues() == before


def test_a_run_of_somebody_else_is_not_taken_for_one_of_the_new_model(platform: Platform) -> None:
    """The instance does not know when the model was made, so the run under way may have read the old one."""
    platform.server.control(ARR, run_seconds=0.5)
    other = platform.server.trigger(ARR)
    found = said(platform.sync(ARR))
    assert found["sync_joined"] is False
    assert found["hightouch_run"] != other


def test_a_run_that_began_after_the_model_was_made_is_joined(platform: Platform) -> None:
    model = dg.AssetKey(["dwh_reporting", "hightouch", ARR])
    platform.instance.report_runless_asset_event(dg.AssetMaterialization(model))
    platform.server.control(ARR, run_seconds=1.0)
    other = platform.server.trigger(ARR)
    found = said(platform.sync(ARR))
    assert found["hightouch_run"] == other
    assert found["sync_joined"] is True


@pytest.mark.parametrize(
    ("path", "fault"), [(TRIGGER, {"drop": True}), (RUNS, {"status": 503}), (RUNS, {"malformed": True})]
)
def test_a_fault_that_passes_changes_nothing(platform: Platform, path: str, fault: dict[str, Any]) -> None:
    platform.server.models(**{ARR: arr(org_1=5, org_2=6)})
    platform.server.misbehave({"path": path, "calls": [1], **fault})
    result = platform.sync(ARR)
    assert result.success
    assert platform.revenues()["a2"] == 6.0
    assert [rule["fired"] for rule in platform.server.faults()] == [1]


def test_credentials_that_hightouch_does_not_know_fail_once(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIGHTOUCH_API_TOKEN", "ht-another-0123456789")
    result = platform.sync(ARR)
    told = failure_of(result)
    assert "Check HIGHTOUCH_API_TOKEN" in told
    assert "ht-another" not in told
    assert not [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
