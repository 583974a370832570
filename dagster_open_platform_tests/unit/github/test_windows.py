"""Cutting windows: nothing between the parts, nothing twice, nothing too large."""

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.github.errors import InvalidPartitionKey, WindowTooDense
from dagster_open_platform.lib.github.windows import SECOND, TimeWindow, read_in_parts, window_of_days
from dagster_open_platform_local.services.saas.github.search import parse_interval

START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
CAP = 10


def seconds(start: int, end: int) -> TimeWindow:
    return TimeWindow(START + start * SECOND, START + end * SECOND)


@settings(deadline=None)
@given(
    length=st.integers(min_value=1, max_value=100_000),
    # Bursts of updates on one second, as a bot makes them.
    bursts=st.lists(
        st.tuples(st.integers(0, 99_999), st.integers(1, CAP)), max_size=30, unique_by=lambda b: b[0]
    ),
)
def test_the_parts_are_the_window_and_none_exceeds_the_cap(
    length: int, bursts: list[tuple[int, int]]
) -> None:
    window = seconds(0, length)
    split: list[TimeWindow] = []

    def count(part: TimeWindow) -> int:
        return sum(n for at, n in bursts if part.start <= START + at * SECOND < part.end)

    parts = list(
        read_in_parts(window, lambda part: part if count(part) <= CAP else None, on_split=split.append)
    )

    assert (parts[0].start, parts[-1].end) == (window.start, window.end)
    assert all(before.end == after.start for before, after in itertools.pairwise(parts))
    assert all(count(part) <= CAP for part in parts)
    assert all(count(part) > CAP for part in split)
    assert len(parts) == len(split) + 1


def test_more_than_the_cap_in_one_second_is_a_typed_error_that_names_it() -> None:
    with pytest.raises(WindowTooDense, match="2026-06-01T00:00:05Z"):
        list(
            read_in_parts(
                seconds(0, 60),
                lambda part: None if part.start <= START + 5 * SECOND < part.end else part,
                on_split=lambda _part: None,
            )
        )


@settings(deadline=None)
@given(start=st.integers(0, 10**6), length=st.integers(1, 10**6), moment=st.integers(0, 2 * 10**6))
def test_the_search_text_means_exactly_the_window(start: int, length: int, moment: int) -> None:
    window = seconds(start, start + length)
    meant = parse_interval(window.qualifier)

    assert (meant.start <= (START + moment * SECOND).timestamp() < meant.stop) == (
        start <= moment < start + length
    )


@settings(deadline=None)
@given(length=st.integers(min_value=2, max_value=10**7))
def test_halves_meet_and_are_almost_equal(length: int) -> None:
    first, second = seconds(0, length).halves()

    assert (first.start, first.end, second.end) == (START, second.start, START + length * SECOND)
    assert abs((first.end - first.start) - (second.end - second.start)) <= SECOND


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (START, START),
        (START + SECOND, START),
        (START.replace(tzinfo=None), START + SECOND),
        (START, START + dt.timedelta(microseconds=1)),
    ],
)
def test_a_window_is_never_empty_naive_or_finer_than_a_second(start: dt.datetime, end: dt.datetime) -> None:
    with pytest.raises(ValueError, match="window"):
        TimeWindow(start, end)


@settings(deadline=None)
@given(day=st.dates(dt.date(2026, 6, 1), dt.date(2030, 1, 1)), days=st.integers(0, 400))
def test_partition_keys_are_whole_days_in_utc(day: dt.date, days: int) -> None:
    found = window_of_days(day.isoformat(), (day + dt.timedelta(days=days)).isoformat())

    assert found.start == dt.datetime.combine(day, dt.time(), dt.UTC)
    assert found.days == days + 1


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-6", "2026-06-02"),
        ("2026-06-01", "yesterday"),
        ("2026-02-30", "2026-06-01"),
        ("2026-06-02", "2026-06-01"),
        ("", ""),
        ("2026-06-01|a", "2026-06-01"),
    ],
)
def test_a_malformed_partition_key_is_a_typed_error(first: str, last: str) -> None:
    with pytest.raises(InvalidPartitionKey):
        window_of_days(first, last)
