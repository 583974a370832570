"""The demo's work on a synthetic code location with a real instance: whole, incremental, and honest about failures."""

import io
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from rich.console import Console

from dagster_open_platform_local.demo.due import complete_partitions
from dagster_open_platform_local.demo.execute import Execution, Outcome
from dagster_open_platform_local.demo.graph import Atom, Graph, read_graph
from dagster_open_platform_local.demo.location import materialize_all, moment
from dagster_open_platform_local.demo.plan import Batch
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.records import read_records
from dagster_open_platform_local.demo.verdict import complaints, count_checks
from dagster_open_platform_local.stack.signals import Interrupted
from dagster_open_platform_tests.fixtures.synthetic_platform import Switchboard, build

MONDAY, TUESDAY = "2026-06-15", "2026-06-16"
EVERYTHING = {
    *("daily", "each_day", "weekly", "snapshot", "twins", "staging", "mart", "other_mart", "report"),
    *("unique", "related", "trusted", "adds_up", "reachable"),
}


class Demo:
    """One synthetic platform on one instance."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.board = Switchboard()
        self.defs = build(self.board)
        self.instance = instance
        self.said = io.StringIO()

    def run(self, as_of: str) -> Outcome:
        progress = Progress(Console(file=self.said, width=200))
        _, outcome = materialize_all(self.defs, self.instance, as_of, progress)
        return outcome

    def complaints(self, outcome: Outcome, as_of: str) -> list[str]:
        graph = read_graph(self.defs)
        complete = complete_partitions(moment(as_of), self.instance)
        return complaints(graph, read_records(self.instance, graph), outcome, complete)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def demo(instance: dg.DagsterInstance) -> Demo:
    return Demo(instance)


def test_the_first_time_everything_is_made_as_real_runs(demo: Demo) -> None:
    outcome = demo.run(MONDAY)
    assert outcome.failed == outcome.skipped == {}
    assert demo.complaints(outcome, MONDAY) == []
    calls = list(demo.board.calls)
    assert set(demo.board.executed()) == EVERYTHING
    # Days and weeks up to the company's midnight, in one run where the asset says so, or else one by one.
    days = tuple(f"2026-06-{day:02}" for day in range(1, 15))
    assert ("daily", days) in calls
    assert ("weekly", ("2026-06-01", "2026-06-08")) in calls
    assert [keys for name, keys in calls if name == "each_day"] == [(day,) for day in days]
    # The models, staging and marts, in one go although they need a weekly asset and one that runs daily.
    assert [name for name, _ in calls].count("staging") == 1
    materialized = demo.instance.get_materialized_partitions(dg.AssetKey("daily"))
    assert materialized == set(days)
    runs = demo.instance.get_runs()
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
    assert {run.job_name for run in runs} == {"__ASSET_JOB"}
    # And one that observes what others load.
    assert len(runs) == outcome.runs + 1
    # daily; each day; weekly; all that is unpartitioned
    assert outcome.runs == 1 + len(days) + 1 + 1


def test_a_second_time_nothing_runs(demo: Demo) -> None:
    demo.run(MONDAY)
    demo.board.executed()
    outcome = demo.run(MONDAY)
    assert demo.board.executed() == []
    assert outcome.runs == 0
    assert demo.complaints(outcome, MONDAY) == []
    assert "Nothing is due" in demo.said.getvalue()


def test_another_day_brings_its_partitions_and_everything_that_reads_them(demo: Demo) -> None:
    demo.run(MONDAY)
    demo.board.calls.clear()
    outcome = demo.run(TUESDAY)
    calls = list(demo.board.calls)
    # The week of that day is not over.
    assert ("daily", ("2026-06-15",)) in calls
    assert ("each_day", ("2026-06-15",)) in calls
    assert set(demo.board.executed()) == EVERYTHING - {"weekly"}
    assert demo.complaints(outcome, TUESDAY) == []


def test_a_failed_asset_stops_what_needs_it_and_nothing_else(demo: Demo) -> None:
    demo.board.broken = {"weekly"}
    outcome = demo.run(MONDAY)
    assert outcome.failed == {"weekly": "weekly is broken; mend it"}
    # The check on it, the models that read it and the report; not the model that doesn't.
    assert outcome.skipped == dict.fromkeys(
        ("staging", "mart", "mart:related", "mart:trusted", "weekly:adds_up", "report"), "weekly"
    )
    executed = set(demo.board.executed())
    assert {"daily", "each_day", "twins", "other_mart", "reachable"} <= executed
    assert not {"staging", "mart", "report"} & executed
    said = demo.complaints(outcome, MONDAY)
    assert said[0] == "weekly failed: weekly is broken; mend it"
    assert said[1].endswith("skipped, because weekly failed")
    assert len(said) == 2

    demo.board.broken = set()
    mended = demo.run(MONDAY)
    assert demo.complaints(mended, MONDAY) == []
    assert set(demo.board.executed()) == {
        *("weekly", "adds_up", "staging", "mart", "unique", "related", "trusted", "report"),
    }


def test_a_failed_model_does_not_blame_the_others_of_its_command(demo: Demo) -> None:
    demo.board.broken = {"staging"}
    outcome = demo.run(MONDAY)
    assert outcome.failed == {"staging": "dbt failed on staging"}
    assert outcome.skipped.keys() == {"mart", "mart:related", "mart:trusted", "report"}
    demo.board.broken = set()
    demo.board.executed()
    mended = demo.run(MONDAY)
    assert demo.complaints(mended, MONDAY) == []
    assert "other_mart" not in demo.board.executed()


def test_a_partition_that_fails_stops_the_asset_and_is_made_later(demo: Demo) -> None:
    demo.board.broken = {"each_day"}
    outcome = demo.run(MONDAY)
    # The first day told enough.
    assert demo.board.executed().count("each_day") == 1
    assert outcome.failed.keys() == {"each_day"}
    demo.board.broken = set()
    demo.run(MONDAY)
    assert demo.board.executed().count("each_day") == 14


def test_a_retry_that_helps_is_no_failure(demo: Demo) -> None:
    demo.board.flaky = {"snapshot"}
    outcome = demo.run(MONDAY)
    assert demo.board.executed().count("snapshot") == 2
    assert demo.complaints(outcome, MONDAY) == []


def test_a_blocking_check_that_fails_keeps_the_report_from_running(demo: Demo) -> None:
    demo.board.failing = {"trusted"}
    outcome = demo.run(MONDAY)
    assert "report" not in demo.board.executed()
    assert outcome.skipped == {"report": "mart:trusted"}
    assert "check mart:trusted failed: as told" in demo.complaints(outcome, MONDAY)
    # It is asked again; what it blocked follows once it passes.
    demo.board.failing = set()
    mended = demo.run(MONDAY)
    assert {"trusted", "report"} <= set(demo.board.executed())
    assert demo.complaints(mended, MONDAY) == []


def test_a_failed_check_is_a_failure_and_a_warning_is_not(demo: Demo) -> None:
    demo.board.failing = {"adds_up", "unique"}
    outcome = demo.run(MONDAY)
    assert demo.complaints(outcome, MONDAY) == ["check mart:unique failed"]
    graph = read_graph(demo.defs)
    counts = count_checks(graph, read_records(demo.instance, graph))
    assert (counts.passed, counts.warned, counts.failed, counts.never) == (4, 1, 1, 0)


def test_checks_can_be_left_out_by_their_name(demo: Demo) -> None:
    whole, without = read_graph(demo.defs), read_graph(demo.defs, without={"related", "unique"})
    left_out = whole.checks - without.checks
    assert {check.name for check in left_out} == {"related", "unique"}
    # Nothing remains of a check that ran by itself, and the assets of the others do.
    assert without.assets == whole.assets
    assert all(atom.assets or atom.checks for atom in without.atoms.values())


def test_a_run_that_was_killed_is_closed_and_its_work_done(demo: Demo) -> None:
    demo.run(MONDAY)
    demo.board.calls.clear()
    # As a kill leaves it: a run that goes on for ever, a materialization without its checks.
    job = demo.defs.resolve_implicit_global_asset_job_def()
    dead = demo.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    demo.instance.report_runless_asset_event(dg.AssetMaterialization("mart"))
    outcome = demo.run(MONDAY)
    closed = demo.instance.get_run_by_id(dead.run_id)
    assert closed is not None
    assert closed.status is dg.DagsterRunStatus.FAILURE
    assert "Unfinished runs of a process that is gone: 1" in demo.said.getvalue()
    assert {"mart", "unique", "related", "trusted", "report"} == set(demo.board.executed())
    assert demo.complaints(outcome, MONDAY) == []


def test_a_signal_while_an_asset_runs_ends_the_demo_and_the_run(instance: dg.DagsterInstance) -> None:
    """Dagster turns the signal into a failure of the step; the demo must not go on with the next batch."""
    after: list[str] = []

    @dg.asset
    def first() -> dg.MaterializeResult:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the signal did not arrive")

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["only"]), deps=[first])
    def second() -> dg.MaterializeResult:
        after.append("second")
        return dg.MaterializeResult()

    with pytest.raises(Interrupted):
        materialize_all(
            dg.Definitions([first, second]), instance, MONDAY, Progress(Console(file=io.StringIO()))
        )
    assert after == []
    assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]


def test_a_company_that_is_ahead_of_the_calendar_has_to_wait(instance: dg.DagsterInstance) -> None:
    """`advance` goes beyond today; a day that is not over is no partition, here as in the UI."""
    today = datetime.now(UTC).date()

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition(str(today - timedelta(days=2))),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def daily() -> dg.MaterializeResult:
        return dg.MaterializeResult()

    progress = Progress(Console(file=io.StringIO()))
    _, outcome = materialize_all(dg.Definitions([daily]), instance, str(today + timedelta(days=3)), progress)
    assert outcome.failed == outcome.skipped == {}
    over = {str(today - timedelta(days=days)) for days in (1, 2)}
    assert instance.get_materialized_partitions(daily.key) == over


def test_a_run_that_cannot_be_built_is_told_as_that(demo: Demo, instance: dg.DagsterInstance) -> None:
    unknown = Atom("unknown", frozenset({dg.AssetKey("unknown")}))
    graph = Graph({unknown.id: unknown}, {})
    execution = Execution(demo.defs, graph, instance, MONDAY, Progress(Console(file=demo.said)))

    outcome = execution.run([Batch((unknown,), (None,))])

    assert outcome.runs == 0
    assert outcome.unbuilt == [outcome.failed["unknown"]]
    assert outcome.unbuilt[0].startswith("Dagster cannot build the run: ")
