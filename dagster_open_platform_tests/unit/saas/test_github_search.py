"""The search syntax of the emulated GitHub, against GitHub's documentation."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.saas.github.errors import QueryError
from dagster_open_platform_local.services.saas.github.search import (
    FOREVER,
    Interval,
    SearchQuery,
    parse_interval,
    parse_search,
)


def at(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


DAY = at("2026-06-01T00:00:00Z")
NEXT_DAY = at("2026-06-02T00:00:00Z")


@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("2026-06-01", DAY, NEXT_DAY),
        (">=2026-06-01", DAY, FOREVER),
        (">2026-06-01", NEXT_DAY, FOREVER),
        ("<=2026-06-01", -FOREVER, NEXT_DAY),
        ("<2026-06-01", -FOREVER, DAY),
        ("2026-06-01..2026-06-01", DAY, NEXT_DAY),
        ("2026-06-01..*", DAY, FOREVER),
        ("*..2026-06-01", -FOREVER, NEXT_DAY),
        ("2026-06-01T00:00:00Z..2026-06-01T23:59:59Z", DAY, NEXT_DAY),
        ("2026-06-01T07:00:00+07:00..2026-06-01T23:59:59+00:00", DAY, NEXT_DAY),
        (">2026-06-01T23:59:59Z", NEXT_DAY, FOREVER),
    ],
)
def test_dates_and_ranges(value: str, start: int, stop: int) -> None:
    assert parse_interval(value) == Interval(start, stop)


moments = st.integers(at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")).map(
    lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)
)


@settings(deadline=None)
@given(first=moments, last=moments, moment=moments)
def test_a_range_has_both_its_ends(first: dt.datetime, last: dt.datetime, moment: dt.datetime) -> None:
    found = parse_interval(f"{first:%Y-%m-%dT%H:%M:%SZ}..{last:%Y-%m-%dT%H:%M:%SZ}")

    assert (found.start <= moment.timestamp() < found.stop) == (first <= moment <= last)


def test_a_whole_query() -> None:
    found = parse_search(
        "repo:A/b repo:c/d is:issue is:open updated:<2026-06-01 created:2026-06-01 sort:updated-asc"
    )

    assert found == SearchQuery(
        repositories=frozenset({"a/b", "c/d"}),
        kind="issue",
        state="open",
        updated=Interval(stop=DAY),
        created=Interval(DAY, NEXT_DAY),
        sort="updated",
        descending=False,
    )


@pytest.mark.parametrize(
    "text",
    ["words", "label:bug", "is:pr", "updated:yesterday", "updated:2026-13-01", "sort:stars", "updated:"],
)
def test_what_is_not_emulated_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse_search(text)
    assert raised.value.kind == "UNSUPPORTED_BY_EMULATOR"
