"""What a ``HightouchSyncComponent`` makes of its YAML, and what the end of a run means for the asset and its check."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pytest

from dagster_open_platform.lib import DopHightouchSyncComponent, HightouchSyncComponent
from dagster_open_platform.lib.automation import on_inputs_settled
from dagster_open_platform.lib.hightouch.fake import FakeHightouch, FakeRun
from dagster_open_platform.lib.hightouch.protocol import RowCounts
from dagster_open_platform.lib.hightouch.report import ALL_ROWS_SYNCED
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.utils.fake_clock import FakeClock
from dagster_open_platform_tests.fixtures.components import loaded
from dagster_open_platform_tests.fixtures.hightouch_fake import (
    ARR,
    FIELDS,
    KEY,
    MODEL,
    MODELS,
    VARIABLE,
    YAML,
    resource_over,
    workspace,
)

ASSET, SOURCE = dg.AssetKey.from_user_string(KEY), dg.AssetKey.from_user_string(MODEL)
OP = "hightouch__account_arr"
FILES = {"hightouch/defs.yaml": YAML, "models/models.py": MODELS}
REFUSED = (
    "2 of 6 rows were rejected.\nadded org_1: INVALID_EMAIL_ADDRESS: not one\nchanged org_2: DUPLICATE: twice"
)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeHightouch:
    monkeypatch.setenv(VARIABLE, ARR)
    monkeypatch.delenv("HIGHTOUCH_WORKSPACE", raising=False)
    return workspace(FakeClock(dt.datetime.now(dt.UTC)))


@pytest.fixture(scope="module")
def defs() -> Iterator[dg.Definitions]:
    with loaded(FILES, {"hightouch": "not used"}) as found:
        yield found


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


class Location:
    """The code location with the fake behind it."""

    def __init__(self, defs: dg.Definitions, fake: FakeHightouch, instance: dg.DagsterInstance) -> None:
        self.fake, self.instance = fake, instance
        self.defs = dg.Definitions.merge(
            dg.Definitions(assets=defs.assets),
            dg.Definitions(resources={"hightouch": resource_over(fake, 300.0)}),
        )

    def run(
        self, config: dict[str, object] | None = None, key: dg.AssetKey = ASSET
    ) -> dg.ExecuteInProcessResult:
        """Materializes an asset."""
        ops = {OP: {"config": config}} if config else {}
        job = self.defs.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(
            run_config={"ops": ops}, instance=self.instance, asset_selection=[key], raise_on_error=False
        )

    def run_check(self) -> dg.ExecuteInProcessResult:
        """Runs the check alone."""
        alone = dg.define_asset_job(
            "alone", selection=dg.AssetSelection.checks(dg.AssetCheckKey(ASSET, ALL_ROWS_SYNCED))
        )
        job = dg.Definitions.merge(self.defs, dg.Definitions(jobs=[alone])).resolve_job_def("alone")
        return job.execute_in_process(instance=self.instance, raise_on_error=False)

    def check(self) -> dg.AssetCheckEvaluation | None:
        """The check's last result that the instance has stored."""
        found = self.instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(ASSET, ALL_ROWS_SYNCED)]
        )
        record = next(iter(found.values()), None)
        event = record.event.dagster_event if record and record.event else None
        if event is None or event.event_type_value != "ASSET_CHECK_EVALUATION":
            return None  # only planned
        return event.asset_check_evaluation_data

    @property
    def made(self) -> dg.AssetMaterialization | None:
        """The last materialization that the instance has stored."""
        event = self.instance.get_latest_materialization_event(ASSET)
        return event.asset_materialization if event else None


@pytest.fixture
def location(defs: dg.Definitions, fake: FakeHightouch, instance: dg.DagsterInstance) -> Location:
    return Location(defs, fake, instance)


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """The error of the step that failed."""
    assert not result.success
    data = result.failure_data_for_node(OP)
    assert data is not None
    error = data.error
    assert error is not None
    return str((error.cause or error).to_string())


def test_both_names_are_one_component() -> None:
    assert DopHightouchSyncComponent is HightouchSyncComponent


def test_a_sync_is_an_asset_of_its_model(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    node = graph.get(ASSET)
    assert node.parent_keys == {SOURCE}
    assert node.pools == {"warehouse"}
    assert {each.name for each in node.check_keys} == {ALL_ROWS_SYNCED}
    assert node.automation_condition == on_inputs_settled()
    assert graph.get(dg.AssetCheckKey(ASSET, ALL_ROWS_SYNCED)).blocking is False


def test_a_condition_of_its_own_stays() -> None:
    more = '    automation_condition: "{{ dg.AutomationCondition.eager() }}"\n'
    with loaded({**FILES, "hightouch/defs.yaml": YAML + more}, {"hightouch": "not used"}) as defs:
        found = defs.resolve_asset_graph().get(ASSET).automation_condition
    assert found == dg.AutomationCondition.eager()


def test_a_new_model_is_sent(location: Location) -> None:
    before = dg.evaluate_automation_conditions(location.defs, location.instance)
    assert before.get_num_requested(ASSET) == 0
    assert location.run(key=SOURCE).success
    after = dg.evaluate_automation_conditions(location.defs, location.instance, cursor=before.cursor)
    assert after.get_num_requested(ASSET) == 1


def test_a_run_that_sent_all_rows_is_a_materialization(location: Location) -> None:
    location.fake.plan(ARR, FakeRun(seconds=4, planned=RowCounts(3, 2, 1), query_size=12))
    assert location.run().success
    assert location.made is not None
    said = {name: value.value for name, value in location.made.metadata.items()}
    assert said["dagster/row_count"] == said["query_size"] == 12
    assert (said["planned_rows"], said["successful_rows"], said["failed_rows"]) == (6, 6, 0)
    assert said["duration_seconds"] == 4.0
    assert said["hightouch_run"] == "9001"
    assert "| removed | 1 | 1 | 0 |" in str(said["rows_by_operation"])
    assert "hightouch_page" not in said
    schema = said["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns] == list(FIELDS)
    check = location.check()
    assert check is not None
    assert check.passed
    assert check.description == "6 of 6 rows arrived, 0 were refused, 0 were not sent."
    assert check.target_materialization_data is not None


@pytest.mark.parametrize(
    ("plan", "names", "retried"),
    [
        (FakeRun(status="warning", failed=RowCounts(1, 1, 0), error=REFUSED), "RowsRejected", False),
        (FakeRun(failed=RowCounts(1, 1, 0), error=REFUSED), "RowsRejected", False),
        (FakeRun(lost=2), "RowsRejected", False),
        (FakeRun(status="failed", error="Salesforce: INVALID_SESSION_ID"), "SyncFailed", True),
        (FakeRun(status="interrupted"), "SyncInterrupted", True),
        (FakeRun(status="cancelled", lost=2), "SyncCancelled", False),
    ],
)
def test_anything_less_is_none_and_the_check_says_so(
    location: Location, plan: FakeRun, names: str, retried: bool
) -> None:
    location.fake.plan(ARR, *[plan] * 3)
    result = location.run()
    assert names in failure_of(result)
    assert location.made is None
    check = location.check()
    assert check is not None, "Dagster has not stored what came before the failure"
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.ERROR
    retries = [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
    assert len(retries) == (2 if retried else 0)
    if plan.error == REFUSED:
        sample = check.metadata["refused_sample"].value
        assert "| added | org_1 | INVALID_EMAIL_ADDRESS: not one |" in str(sample)
        assert "| changed | org_2 | DUPLICATE: twice |" in str(sample)
        assert check.description is not None
        assert "4 of 6 rows arrived, 2 were refused" in check.description


def test_a_warning_about_something_else_is_a_success(location: Location) -> None:
    location.fake.plan(ARR, FakeRun(status="warning", error="The model has a column that is not sent."))
    assert location.run().success
    check = location.check()
    assert check is not None
    assert check.passed
    assert location.made is not None


def test_what_was_mended_passes_again(location: Location) -> None:
    location.fake.plan(ARR, FakeRun(status="warning", failed=RowCounts(1, 1, 0), error=REFUSED))
    assert not location.run().success
    assert location.run().success
    check = location.check()
    assert check is not None
    assert check.passed


def test_a_disabled_sync_makes_nothing_and_fails_nothing(location: Location) -> None:
    location.fake.disable(ARR)
    result = location.run()
    assert result.success
    assert location.made is None
    assert location.check() is None


def test_the_check_alone_looks_at_the_last_run_and_sends_nothing(location: Location) -> None:
    assert location.run_check().success
    assert location.check() is None
    location.fake.plan(
        ARR, FakeRun(status="warning", failed=RowCounts(1, 1, 0), error=REFUSED), FakeRun(seconds=900)
    )
    location.fake.start(ARR)
    location.fake.clock.sleep(10)
    location.fake.start(ARR)
    location.fake.clock.sleep(10)
    assert location.run_check().success
    check = location.check()
    assert check is not None
    assert not check.passed
    assert location.made is None
    assert "trigger" not in {call[0] for call in location.fake.calls}


def test_production_waits_between_attempts() -> None:
    without = YAML.replace("  retry_policy: {max_retries: 2}\n", "")
    assert without != YAML
    with loaded({**FILES, "hightouch/defs.yaml": without}, {"hightouch": "not used"}) as defs:
        found = defs.resolve_assets_def(ASSET).op.retry_policy
    assert found == RETRIES


def test_all_rows_are_sent_if_a_run_wants_it(location: Location) -> None:
    assert location.run({"full_resync": True}).success
    assert ("trigger", ARR, True) in location.fake.calls


def test_the_run_that_began_after_the_model_was_made_is_joined(location: Location) -> None:
    location.run(key=SOURCE)
    location.fake.clock.sleep(60)
    location.fake.plan(ARR, FakeRun(seconds=30))
    location.fake.start(ARR)
    assert location.run().success
    assert location.made is not None
    assert location.made.metadata["sync_joined"].value is True


def test_a_sync_that_goes_on_for_too_long_is_joined_by_the_next_attempt(location: Location) -> None:
    location.run(key=SOURCE)
    location.fake.clock.sleep(60)
    location.fake.plan(ARR, FakeRun(seconds=700))
    assert location.run().success
    assert [call[0] for call in location.fake.calls].count("trigger") == 1


def test_a_variable_that_is_not_set_is_named(location: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    assert f"set {VARIABLE}" in failure_of(location.run())
    assert location.fake.calls == []


def test_the_page_of_the_run_is_linked(location: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIGHTOUCH_WORKSPACE", "acme")
    assert location.run().success
    assert location.made is not None
    page = location.made.metadata["hightouch_page"].value
    assert page == "https://app.hightouch.com/acme/syncs/1001/runs/9001"
