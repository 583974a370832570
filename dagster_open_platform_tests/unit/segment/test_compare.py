"""Whether the warehouse has what Segment has delivered: the answers, by hand and against an independent computation."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.segment.compare import (
    Told,
    by_table,
    declared_result,
    lag_result,
    volume_result,
)
from dagster_open_platform.lib.segment.loads import Loads, window
from dagster_open_platform.lib.segment.names import snake, table_of

KEY = dg.AssetKey(["segment", "docs", "calls", "pages"])
NEWEST = datetime(2026, 6, 10, 23, 4, tzinfo=UTC)
LAST = NEWEST.date()
DAYS = 4
Counts = dict[int, int]
"""By days before that of the newest load."""


def days(counts: Counts) -> dict[date, int]:
    return {LAST - timedelta(days=before): count for before, count in counts.items()}


def passed(loaded: Counts, delivered: Counts, tolerance: float) -> bool:
    told = {("pages", day): count for day, count in days(delivered).items()}
    loads = Loads(0, None, days(loaded))
    return volume_result(KEY, "pages", loads, Told({}, {}, told), NEWEST, DAYS, tolerance).passed


COUNTS = st.dictionaries(st.integers(0, 6), st.integers(0, 2000), max_size=7)


@given(COUNTS, COUNTS, st.sampled_from([0.0, 0.01, 0.5]))
def test_a_difference_counts_on_whole_days_that_are_compared(
    loaded: Counts, delivered: Counts, tolerance: float
) -> None:
    wrong = [
        before
        for before in (1, 2, 3, 4)
        if not delivered.get(before, 0) * (1 - tolerance)
        <= loaded.get(before, 0)
        <= delivered.get(before, 0) * (1 + tolerance)
    ]
    assert passed(loaded, delivered, tolerance) == (not wrong)


def test_both_numbers_of_a_day_are_told() -> None:
    told = Told({("pages", LAST - timedelta(days=2)): 12}, {("pages", LAST - timedelta(days=2)): 2}, {})
    loads = Loads(0, None, days({2: 7, 0: 5}))
    result = volume_result(KEY, "pages", loads, told, NEWEST, DAYS, 0.01)
    assert "2026-06-08: 7 rows in the warehouse, 0 delivered" in (result.description or "")
    assert "received 12 and refused 2" in (result.description or "")
    table = (result.metadata or {})["days"]
    assert isinstance(table, dg.TableMetadataValue)
    assert [row.data["day"] for row in table.records] == [f"2026-06-{day:02}" for day in range(6, 11)]
    assert [row.data["in_warehouse"] for row in table.records] == [0, 0, 7, 0, 5]


@pytest.mark.parametrize(("minutes", "passes"), [(179, True), (180, True), (181, False)])
def test_a_lag_has_a_bound(minutes: int, passes: bool) -> None:
    result = lag_result(KEY, Loads(5, timedelta(minutes=minutes), {}), timedelta(hours=3))
    assert (result.passed, result.severity) == (passes, dg.AssetCheckSeverity.WARN)


def test_a_day_without_rows_has_no_lag() -> None:
    assert lag_result(KEY, Loads(0, None, {}), timedelta(hours=3)).passed


CALLS = st.lists(
    st.tuples(
        st.sampled_from([("page", None), ("page", "Home"), ("identify", ""), ("track", "Run Launched")]),
        st.integers(1, 28),
        st.integers(0, 9),
    ),
    max_size=30,
)


@given(CALLS)
def test_counts_of_events_become_counts_of_tables(
    calls: list[tuple[tuple[str, str | None], int, int]],
) -> None:
    expected: Counter[tuple[str, date]] = Counter()
    for (kind, _), day, count in calls:
        table = {"page": "pages", "identify": "identifies", "track": "run_launched"}[kind]
        expected[table, date(2026, 6, day)] += count
        if kind == "track":
            expected["tracks", date(2026, 6, day)] += count
    found = by_table(
        pa.table(
            {
                "kind": pa.array([kind for (kind, _), _, _ in calls], pa.string()),
                "event": pa.array([event for (_, event), _, _ in calls], pa.string()),
                "day": pa.array(
                    [datetime(2026, 6, day, tzinfo=UTC) for _, day, _ in calls], pa.timestamp("us", "UTC")
                ),
                "count": pa.array([count for _, _, count in calls], pa.int64()),
            }
        )
    )
    assert dict(found) == {key: count for key, count in expected.items() if count}


@pytest.mark.parametrize(
    ("delivered", "passes", "told"),
    [
        ({"pages", "tracks"}, True, "the 2 tables"),
        ({"pages"}, False, "nothing into tracks"),
        ({"pages", "tracks", "new_event"}, False, "also loads new_event"),
    ],
)
def test_tables_are_those_that_are_declared(delivered: set[str], passes: bool, told: str) -> None:
    result = declared_result(KEY, "docs", {"pages", "tracks"}, {(name, LAST): 1 for name in delivered}, 21)
    assert (result.passed, result.severity) == (passes, dg.AssetCheckSeverity.WARN)
    assert told in (result.description or "")


def test_tracks_need_not_be_declared() -> None:
    assert declared_result(KEY, "docs", {"pages"}, {("pages", LAST): 1, ("tracks", LAST): 1}, 21).passed


@pytest.mark.parametrize(
    ("event", "table"),
    [
        ("Run Launched", "run_launched"),
        ("runLaunched", "run_launched"),
        ("CTA Clicked", "cta_clicked"),
        ("a-b  c", "a_b_c"),
    ],
)
def test_events_have_names_in_snake_case(event: str, table: str) -> None:
    assert snake(event) == table
    assert table_of("track", event) == table
    assert table_of("page", event) == "pages"


def test_the_window_is_whole_days_and_the_newest_one() -> None:
    assert window(NEWEST, 3) == (datetime(2026, 6, 7, tzinfo=UTC), datetime(2026, 6, 11, tzinfo=UTC))
