"""Numbers and comparisons as people read them."""

import datetime as dt

import pytest

from dagster_open_platform.lib.metrics_report.catalogue import METRICS, Good, Metric, Unit, Until
from dagster_open_platform.lib.metrics_report.report import Figures
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.lib.metrics_report.words import (
    against_mean,
    against_week_before,
    in_brief,
    number,
    sentence,
    short,
)

WEEK = Week.of_key("2026-W47")
PERCENT = "\N{NO-BREAK SPACE}%"


def figures(*values: float | None, good: Good = Good.UP, until: dt.date | None = WEEK.last_day) -> Figures:
    metric = Metric("runs", "Runs", "Runs.", Unit.RUNS, Until("model", "day"), good)
    weeks = tuple(WEEK.before(place) for place in range(len(values) - 1, -1, -1))
    return Figures(metric, weeks, values, until)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (29956123.82, Unit.USD, "$29,956,124"),
        (99.994, Unit.USD, "$99.99"),
        (0, Unit.USD, "$0.00"),
        (-1234.5, Unit.USD, "-$1,234"),
        (1, Unit.RUNS, "1 run"),
        (0, Unit.RUNS, "0 runs"),
        (12345, Unit.ORGANIZATIONS, "12,345 organizations"),
        (None, Unit.USD, "no data"),
    ],
)
def test_numbers(value: float | None, unit: Unit, said: str) -> None:
    assert number(value, unit) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0, Unit.USD, "$0"), (16e6, Unit.USD, "$16m"), (1200, Unit.RUNS, "1.2k"), (600, Unit.RUNS, "600")],
)
def test_numbers_on_an_axis(value: float, unit: Unit, said: str) -> None:
    assert short(value, unit) == said


@pytest.mark.parametrize(
    ("told", "said", "brief"),
    [
        (
            figures(100, 103),
            f"up 3.0{PERCENT} on the week before (100 runs), which is better",
            f"up 3.0{PERCENT}, better",
        ),
        (
            figures(100, 75),
            f"down 25.0{PERCENT} on the week before (100 runs), which is worse",
            f"down 25.0{PERCENT}, worse",
        ),
        (
            figures(100, 75, good=Good.DOWN),
            f"down 25.0{PERCENT} on the week before (100 runs), which is better",
            f"down 25.0{PERCENT}, better",
        ),
        (figures(100_000, 100_001), "unchanged against the week before", "unchanged"),
        (figures(0, 5), "the week before had 0 runs", "not comparable"),
        (figures(None, 5), "nothing to compare with: no data before it", "no data"),
        (figures(5, None, until=None), "there are no data yet", "no data"),
        (
            figures(5, None, until=dt.date(2026, 11, 21)),
            "the data end on 21 November 2026, before the week does",
            "no data",
        ),
        (figures(5, None), "the data of the week are not complete", "no data"),
    ],
)
def test_comparisons(told: Figures, said: str, brief: str) -> None:
    assert (against_week_before(told), in_brief(told)) == (said, brief)


def test_an_average_says_of_how_many_weeks_it_is() -> None:
    assert against_mean(figures(10, 20, 30)).startswith(
        f"up 100.0{PERCENT} on the average of the 2 weeks before (15 runs)"
    )
    assert "the average of the 2 weeks before that have data (15 runs)" in against_mean(
        figures(10, None, 20, 30)
    )


def test_a_sentence_keeps_its_names() -> None:
    assert sentence("up on US dollars") == "Up on US dollars."


def test_what_is_told_has_a_meaning_and_a_name_of_its_own() -> None:
    assert (
        len({metric.name for metric in METRICS}) == len({metric.title for metric in METRICS}) == len(METRICS)
    )
    assert all(metric.meaning.endswith(".") for metric in METRICS)
