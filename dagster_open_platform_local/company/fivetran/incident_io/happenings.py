"""Which incidents there were: where the product's runs, or the company's exports, had trouble.

What belongs here: that, and how bad. What does not: how they went (`course.py`).

Three kinds of trouble make an incident, on the day (UTC) on which they are seen:

- far more runs of customers failed than usual (`product/runs.py`);
- several runs hung until the monitor gave them up;
- an export of the community's Slack was not complete and was made again (`exports/community.py`).

A day's incidents are known once it is over, so what is known on one date stays on later ones.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.exports import community
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.runs import FAILURE, all_runs
from dagster_open_platform_local.company.settings import CompanySettings

FAILURES, HANGING, EXPORT = 0, 1, 2
"""The kinds of trouble."""
MINOR, MAJOR, CRITICAL = 0, 1, 2
"""How bad an incident is."""
_USUAL_PER_MILLE = 113
"""Of the runs fail."""
_LEAST_VARIANCE = 1_000_000
"""Of the failures of a day, in millionths: that of few runs is no measure."""
_SEVERITY_BOUNDS = np.array([12, 18, 24], dtype=np.int64)
"""Standard deviations (tenths) above the usual from which failures are an incident of each severity."""
_DAY = DAY_SECONDS


@dataclass(frozen=True)
class Incidents:
    """Incidents by the time they were reported; the n-th is `INC-n`, on every date.

    Args:
        numbers: 1, 2, 3, ...
        kind: `FAILURES`, `HANGING` or `EXPORT`.
        severity: `MINOR`, `MAJOR` or `CRITICAL`: what it was in the end.
        began: When the trouble began, in Unix seconds.
        reported: When somebody, or a monitor, reported it.
        affected: How many runs failed or hung; how many messages the export lacked.
    """

    numbers: Integers
    kind: Integers
    severity: Integers
    began: Integers
    reported: Integers
    affected: Integers

    def draws(self, seed: int) -> Draws:
        """The columns of the incidents."""
        return Draws(seed, "incidents", self.numbers)


@lru_cache(maxsize=4)
def incidents(settings: CompanySettings, today: date) -> Incidents:
    """Every incident that was reported before a date."""
    parts = [*_of_runs(settings, today), _of_exports(settings, today)]
    day, kind, severity, began, affected = (np.concatenate(each) for each in zip(*parts, strict=True))
    delay = Draws(settings.seed, "incident_reports", day * 4 + kind).quantile("delay", (120, 900, 5_400))
    # Within the day, so that the incidents of later days have later numbers.
    end = unix_seconds(settings.epoch) + (day + 1) * _DAY
    reported = np.minimum(began + delay, end - 1)
    order = np.lexsort((kind, reported))
    numbers = np.arange(1, order.size + 1, dtype=np.int64)
    return Incidents(numbers, kind[order], severity[order], began[order], reported[order], affected[order])


def _of_runs(settings: CompanySettings, today: date) -> list[tuple[Integers, ...]]:
    """Day, kind, severity, beginning and size of what the runs tell."""
    runs, start, days = all_runs(settings, today), unix_seconds(settings.epoch), (today - settings.epoch).days
    ended = runs.where((runs.end < unix_seconds(today)) & (runs.end >= start))
    day, failed = (ended.end - start) // _DAY, ended.outcome == FAILURE
    expected = np.bincount(day, minlength=days) * _USUAL_PER_MILLE
    failures = np.bincount(day[failed], minlength=days)
    # In tenths of a standard deviation of the binomial distribution.
    spread = np.sqrt(np.maximum(expected * (1000 - _USUAL_PER_MILLE), _LEAST_VARIANCE))
    excess = ((failures * 1000 - expected) * 10 // spread).astype(np.int64)
    unusual = np.flatnonzero(excess >= _SEVERITY_BOUNDS[0])
    severity = np.searchsorted(_SEVERITY_BOUNDS, excess[unusual], side="right") - 1
    hanging = np.bincount(day[ended.hangs], minlength=days)
    stuck = np.flatnonzero(hanging >= 2)
    return [
        _parts(unusual, FAILURES, severity, _median_ends(ended.end[failed], day[failed], unusual), failures),
        _parts(
            stuck, HANGING, np.minimum(hanging[stuck] - 2, MAJOR),
            _median_ends(ended.end[ended.hangs], day[ended.hangs], stuck), hanging,
        ),
    ]  # fmt: skip


def _parts(
    days: Integers, kind: int, severity: Integers, began: Integers, affected: Integers
) -> tuple[Integers, ...]:
    return (
        days.astype(np.int64),
        np.full(days.size, kind, dtype=np.int64),
        severity.astype(np.int64),
        began,
        affected[days],
    )


def _median_ends(ends: Integers, day: Integers, wanted: Integers) -> Integers:
    return np.array([int(np.sort(ends[day == each])[(day == each).sum() // 2]) for each in wanted], np.int64)


def _of_exports(settings: CompanySettings, today: date) -> tuple[Integers, ...]:
    """Day, kind, severity, beginning and size of what the exports tell."""
    days: list[int] = []
    began: list[int] = []
    missed: list[int] = []
    for number in range((today - settings.epoch).days):
        day = settings.epoch + timedelta(days=number)
        if len(list(community.objects_of_day(settings, day))) == 1:
            continue
        late = day - timedelta(days=2)
        first, again = (community.activity(settings, late, edition) for edition in (1, 2))
        days.append(number)
        began.append(unix_seconds(day) + 7 * 3600)
        missed.append(sum(row["messages"] for row in again) - sum(row["messages"] for row in first))
    known = np.array(missed, dtype=np.int64) > 0
    found = np.array(days, dtype=np.int64)[known]
    return (
        found,
        np.full(found.size, EXPORT, dtype=np.int64),
        np.zeros(found.size, dtype=np.int64),
        np.array(began, dtype=np.int64)[known],
        np.array(missed, dtype=np.int64)[known],
    )
