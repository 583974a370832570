"""How each incident went: who led it, when it passed from one status to the next, which severity it had at first.

What belongs here: that, as moments of which some may not have come yet. What does not: rows (`tables.py`).

The dirt in it:

- a quarter of those that were major in the end were reported as less;
- some exports' incidents are declined: nothing was lost;
- one in twelve was written down only a day after all was over (`retrospective`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.fivetran.incident_io.happenings import (
    EXPORT,
    HANGING,
    MINOR,
    Incidents,
)
from dagster_open_platform_local.company.fivetran.linear.colleagues import (
    DATA,
    ENGINEERING,
    SUCCESS,
    Colleague,
    colleagues,
    someone,
)
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.settings import CompanySettings

INVESTIGATING, FIXING, MONITORING, CLOSED, DECLINED = range(5)
"""Statuses, in the order in which an incident goes through them; the last in place of all but the first."""
_GAPS = {
    FIXING: (300, 1_500, 5_400, 4 * 3_600),
    MONITORING: (600, 2_400, 3 * 3_600, 10 * 3_600),
    CLOSED: (1_800, 3_600, 6 * 3_600, 2 * DAY_SECONDS),
}


@dataclass(frozen=True)
class Course:
    """How each incident went, in the order of `Incidents`.

    Args:
        began: When each passed to each status, in Unix seconds, a row an incident; `NEVER` where it does not.
        first_severity: Which it had until `corrected`.
        corrected: When that was corrected; `NEVER` if it was not.
        is_retrospective: Whether it was written down when all was over.
        reporter: Index of the colleague who reported it; -1: a monitor.
        lead: Who led it.
        scribe: Who told customers of it; -1: nobody.
    """

    began: Integers
    first_severity: Integers
    corrected: Integers
    is_retrospective: Mask
    reporter: Integers
    lead: Integers
    scribe: Integers

    def status(self, now: int) -> Integers:
        """The status of each at a moment."""
        come = np.where(self.began < now, np.arange(self.began.shape[1])[None, :], -1)
        return come.max(axis=1)

    def updated(self, now: int) -> Integers:
        """When each last changed before a moment."""
        moments = np.concatenate([self.began, self.corrected[:, None]], axis=1)
        return np.where(moments < now, moments, 0).max(axis=1)


def courses(settings: CompanySettings, today: date, found: Incidents) -> Course:
    """How incidents go, also what has not come yet.

    Args:
        settings: The company's.
        today: The date; decides which colleagues there are.
        found: The incidents.
    """
    draws = found.draws(settings.seed)
    declined = (found.kind == EXPORT) & draws.chance("declined", 0.15)
    began = np.full((found.numbers.size, 5), NEVER)
    began[:, INVESTIGATING] = found.reported
    moment = found.reported
    for status, gaps in _GAPS.items():
        moment = moment + draws.quantile(f"gap_{status}", gaps)
        began[:, status] = np.where(declined, NEVER, moment)
    began[:, DECLINED] = np.where(declined, began[:, INVESTIGATING] + 3_000, NEVER)
    corrected = (found.severity > MINOR) & draws.chance("severity_corrected", 0.25)
    people = colleagues(settings, today)
    lead, reporter, scribe = _people(people, found, settings)
    return Course(
        began=began,
        first_severity=found.severity - corrected,
        corrected=np.where(corrected, began[:, FIXING] + 60, NEVER),
        is_retrospective=draws.chance("retrospective", 1 / 12) & ~declined,
        reporter=np.where(draws.chance("by_monitor", 0.6), -1, reporter),
        lead=lead,
        scribe=np.where(found.severity > MINOR, scribe, -1),
    )


def _people(
    people: tuple[Colleague, ...], found: Incidents, settings: CompanySettings
) -> tuple[Integers, Integers, Integers]:
    """Lead, reporter and scribe of each: the data team's for exports, engineers for all else."""
    draws = found.draws(settings.seed)

    def of(department: str, column: str) -> Integers:
        chosen = np.array([i for i, each in enumerate(people) if each.department == department], np.int64)
        return someone(people, chosen, draws, column, found.reported)

    lead = np.where(found.kind == EXPORT, of(DATA, "lead"), of(ENGINEERING, "lead"))
    reporter = np.where(found.kind == HANGING, of(ENGINEERING, "reporter"), of(SUCCESS, "reporter"))
    reporter = np.where(found.kind == EXPORT, of(DATA, "reporter"), reporter)
    return lead, reporter, of(SUCCESS, "scribe")
