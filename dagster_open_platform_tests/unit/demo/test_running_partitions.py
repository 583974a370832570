"""Partitions that are offered before they have ended: made once they have begun, and again until they were made after their end."""

import datetime as dt
import io
from collections.abc import Iterator

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dagster_open_platform_local.demo.due import complete_partitions, find_due
from dagster_open_platform_local.demo.graph import Atom, Graph
from dagster_open_platform_local.demo.location import materialize_all, moment
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.records import Records

BILL = dg.AssetKey("bill")
RUNNING = dg.MonthlyPartitionsDefinition("2026-06-01", end_offset=1)
MONTHS = ("2026-06-01", "2026-07-01", "2026-08-01", "2026-09-01")
dates = st.dates(dt.date(2026, 6, 1), dt.date(2026, 9, 30)).map(dt.date.isoformat)


def next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + number // 12}-{number % 12 + 1:02}-01"


@pytest.fixture(scope="module")
def empty() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@given(as_of=dates)
def test_a_month_is_offered_from_the_day_after_its_start(empty: dg.DagsterInstance, as_of: str) -> None:
    offered = complete_partitions(moment(as_of), empty)
    assert offered(RUNNING) == tuple(month for month in MONTHS if month < as_of)
    ended = dg.MonthlyPartitionsDefinition("2026-06-01")
    assert offered(ended) == tuple(month for month in MONTHS if next_month(month) <= as_of)
    far = dg.MonthlyPartitionsDefinition("2026-06-01", end_offset=3)
    assert offered(far) == tuple(month for month in MONTHS if month < as_of)


@given(as_of=dates, made=st.dictionaries(st.sampled_from(MONTHS), dates | st.just("")))
def test_a_month_is_due_until_it_was_made_after_its_end(as_of: str, made: dict[str, str]) -> None:
    graph = Graph({"bill": Atom("bill", frozenset({BILL}), partitions_def=RUNNING)}, {})
    offered = tuple(month for month in MONTHS if month < as_of)
    records = Records(
        partitions={BILL: {month: number for number, month in enumerate(made, 1)}}, made_as_of={BILL: made}
    )
    due = find_due(graph, records, as_of, lambda definition: offered)
    expected = []
    for month in offered:
        then = made.get(month)
        if then is None:
            expected.append(month)
        elif then == "":
            expected += [month] if as_of < next_month(month) else []
        elif then != as_of and then < next_month(month):
            expected.append(month)
    assert (due["bill"].partitions if due else ()) == tuple(expected)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def test_real_runs_follow_the_month(instance: dg.DagsterInstance) -> None:
    made: list[str] = []

    @dg.asset(partitions_def=RUNNING)
    def bill(context: dg.AssetExecutionContext) -> None:
        made.append(context.partition_key)

    def run(as_of: str) -> list[str]:
        made.clear()
        progress = Progress(Console(file=io.StringIO()))
        _, outcome = materialize_all(dg.Definitions(assets=[bill]), instance, as_of, progress)
        assert outcome.failed == {}
        return list(made)

    assert run("2026-07-10") == ["2026-06-01", "2026-07-01"]
    assert run("2026-07-10") == []
    assert run("2026-07-11") == ["2026-07-01"]
    # On its first day a month is empty; the one before it has ended, and was made before it had.
    assert run("2026-08-01") == ["2026-07-01"]
    assert run("2026-08-02") == ["2026-08-01"]
    assert run("2026-10-05") == ["2026-08-01", "2026-09-01", "2026-10-01"]
    assert run("2026-10-05") == []
