"""Weeks begin on Mondays, whatever the year does."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.metrics_report.week import UnknownWeek, Week

DATES = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


@given(DATES)
def test_a_day_is_in_its_week(day: dt.date) -> None:
    week = Week.of(day)
    assert week.start <= day <= week.last_day
    assert (week.last_day - week.start).days == 6
    assert week.start.strftime("%G-W%V") == week.key == day.strftime("%G-W%V")
    assert Week.of_key(week.key) == week


@given(DATES, DATES)
def test_names_sort_as_weeks_do(one: dt.date, other: dt.date) -> None:
    first, second = Week.of(one), Week.of(other)
    assert (first < second) == (first.key < second.key)


@given(DATES)
def test_the_last_week_before_a_day_was_over_when_it_began(day: dt.date) -> None:
    last = Week.last_before(day)
    assert last.last_day < day
    assert day - last.last_day <= dt.timedelta(days=7)


def test_around_the_turn_of_a_year_of_53_weeks() -> None:
    week = Week.of(dt.date(2027, 1, 1))
    assert (week.key, week.label) == ("2026-W53", "week 53 of 2026")
    assert (week.before(1).key, week.before(-1).key) == ("2026-W52", "2027-W01")


@pytest.mark.parametrize(
    "key", ["2026-W54", "2027-W53", "2026-W00", "2026-47", "W47", "", "2026-W471", "٢٠٢٦-W47"]
)
def test_a_week_that_is_none_is_refused_by_name(key: str) -> None:
    with pytest.raises(UnknownWeek, match="such as 2026-W47") as raised:
        Week.of_key(key)
    assert repr(key) in str(raised.value)


def test_a_week_begins_on_a_monday() -> None:
    with pytest.raises(ValueError, match="2026-11-17 is no Monday"):
        Week(dt.date(2026, 11, 17))
