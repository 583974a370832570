"""The rule by which a number of rows is an anomaly."""

from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dagster_open_platform.lib.fivetran.row_counts import LEAST_HISTORY, judge

counts = st.lists(st.integers(0, 10**9), min_size=LEAST_HISTORY, max_size=30)


@given(st.lists(st.integers(0, 10**9), max_size=LEAST_HISTORY - 1), st.integers(0, 10**9))
def test_without_history_everything_passes(history: list[int], rows: int) -> None:
    verdict = judge(history, rows)
    assert verdict.passed
    assert "no history" in str(verdict)


@given(counts, st.integers(0, 10**9))
def test_it_is_the_rule(history: list[int], rows: int) -> None:
    changes = [history[place] - history[place - 1] for place in range(1, len(history))]
    centre = history[-1] + median(changes)
    mad = median(abs(change - median(changes)) for change in changes)
    far = max(8 * 1.4826 * mad, history[-1] / 5, 20)
    distance = abs(rows - centre)
    assume(abs(distance - far) > 1)  # numbers of rows are whole
    emptied = rows == 0 and history[-1] > 0
    assert judge(history, rows).passed is (distance < far and not emptied)


@given(st.integers(1, 10**8), st.integers(0, 1000), st.integers(LEAST_HISTORY, 30))
def test_steady_growth_is_no_anomaly_and_neither_is_standing_still(start: int, step: int, days: int) -> None:
    history = [start + step * day for day in range(days)]
    assert judge(history, start + step * days).passed
    assert judge(history, history[-1]).passed or step > max(20, history[-1] / 5)


# An odd day is two odd changes: there and back.
@given(st.integers(1000, 10**8), st.integers(LEAST_HISTORY + 1, 30))
def test_one_odd_day_does_not_hide_the_next(start: int, days: int) -> None:
    history = [start] * days
    history[days // 2] = start * 100
    assert not judge(history, start * 2).passed


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (300, "A drop: 300 rows; 800 to 1,200 were expected after 6 counts with a typical change of +0."),
        (5000, "A jump: 5,000 rows; 800 to 1,200 were expected after 6 counts with a typical change of +0."),
        (1001, "1,001 rows; 800 to 1,200 were expected after 6 counts with a typical change of +0."),
    ],
)
def test_it_says_numbers(rows: int, text: str) -> None:
    assert str(judge([1000] * 6, rows)) == text


def test_a_small_table_that_is_emptied_is_an_anomaly() -> None:
    assert not judge([12] * 6, 0).passed
    assert judge([0] * 6, 0).passed
