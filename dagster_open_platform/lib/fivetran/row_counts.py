"""Whether a table has suspiciously many or few rows, by how its number of rows changed from sync to sync before.

What belongs here: the rule. What does not: where the numbers come from (`materialize.py`).

The rule: a table changes as it did before. From the changes between the last counts come the median and the median absolute deviation
(MAD; https://en.wikipedia.org/wiki/Median_absolute_deviation), which one odd day (two odd changes) does not
move once there are six counts. A new count is an anomaly if it is
further from the last count plus the median change than eight standard deviations (1.4826 times the MAD, if changes were normally distributed),
a fifth of the last count, and twenty rows, whichever is most; or if a table that had rows has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

ROW_COUNT_ANOMALY = "row_count_anomaly"
ROW_COUNT_ANOMALY_DESCRIPTION = "The number of rows has changed as it did before. It warns of drops and jumps, and passes until there are five counts."

LEAST_HISTORY = 5
"""Counts before the new one, below which nothing is known."""
MOST_HISTORY = 30

_DEVIATIONS = 8.0
_NORMAL = 1.4826
_SHARE = 0.2
_ROWS = 20


@dataclass(frozen=True)
class Verdict:
    """What comes of a count.

    Args:
        rows: The new count.
        history: How many counts it was compared with.
        expected: The fewest and the most rows that would be no anomaly. None: there is no history.
        typical_change: Median of the changes.
    """

    rows: int
    history: int
    expected: tuple[int, int] | None = None
    typical_change: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the count is no anomaly."""
        return self.expected is None or self.expected[0] <= self.rows <= self.expected[1]

    def __str__(self) -> str:
        if self.expected is None:
            return f"{self.rows:,} rows; no history yet ({self.history} of {LEAST_HISTORY} counts)."
        low, high = self.expected
        what = "" if self.passed else ("A drop: " if self.rows < low else "A jump: ")
        return (
            f"{what}{self.rows:,} rows; {low:,} to {high:,} were expected after {self.history} counts with a typical change"
            f" of {self.typical_change:+,.0f}."
        )


def judge(history: Sequence[int], rows: int) -> Verdict:
    """Compare a count with those before.

    Args:
        history: The counts before, oldest first.
        rows: The new count.
    """
    if len(history) < LEAST_HISTORY:
        return Verdict(rows, len(history))
    changes = [after - before for before, after in pairwise(history)]
    typical = median(changes)
    mad = median(abs(change - typical) for change in changes)
    last = history[-1]
    around = max(_DEVIATIONS * _NORMAL * mad, _SHARE * last, _ROWS)
    low = max(round(last + typical - around), 1 if last else 0)
    return Verdict(rows, len(history), (low, max(round(last + typical + around), low)), typical)
