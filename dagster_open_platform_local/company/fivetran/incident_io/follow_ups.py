"""What incidents left to do.

What belongs here: follow-ups, their words, who has them, and how they end. What does not: their rows, and the issues in Linear that
most of them became (`linear/births.py`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.fivetran.incident_io.course import CLOSED, courses
from dagster_open_platform_local.company.fivetran.incident_io.happenings import Incidents, incidents
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.happenings import happens
from dagster_open_platform_local.company.settings import CompanySettings

_COUNT_WEIGHTS = thresholds([20, 40, 28, 12])
_GAPS = (1_800, 5_400, 20_000, DAY_SECONDS)
_DONE_GAPS = tuple(days * DAY_SECONDS for days in (1, 5, 14, 40, 110))
_TITLES = (
    (
        "Alert on the failure rate of each region, not on the sum",
        "Retry runs whose agent lost its connection",
        "Add a runbook for sudden run failures",
        "Show the last deployment beside the failure rate",
    ),
    (
        "Shorten the time after which the run monitor gives a run up",
        "Page when more than one run hangs",
        "Keep the logs of pods that the monitor ended",
        "Test the run monitor against a stuck launcher",
    ),
    (
        "Check that an export has all messages of its day",
        "Tell downstream models when an export was made again",
        "Export after midnight instead of before it",
        "Write down who owns the Slack export",
    ),
)


@dataclass(frozen=True)
class FollowUps:
    """Follow-ups by the time they were made.

    Args:
        ids: Each one's, the same on every date.
        incident: Index of the incident.
        created: Unix seconds.
        completed: Unix seconds, perhaps in the future; `NEVER` if it stays open or is given up.
        given_up: When somebody decided not to do it; `NEVER` if nobody did.
        owner: Index of the colleague; -1: nobody.
        is_exported: Whether it became an issue in Linear.
        titles: Their words.
    """

    ids: Integers
    incident: Integers
    created: Integers
    completed: Integers
    given_up: Integers
    owner: Integers
    is_exported: Mask
    titles: list[str]


def follow_ups(settings: CompanySettings, today: date) -> tuple[Incidents, FollowUps]:
    """The incidents before a date, and what they left to do until then."""
    found = incidents(settings, today)
    course = courses(settings, today, found)
    draws = found.draws(settings.seed)
    closed = course.began[:, CLOSED]
    counts = np.where(closed < NEVER, draws.pick("follow_ups", _COUNT_WEIGHTS), 0)
    incident = np.repeat(np.arange(found.numbers.size, dtype=np.int64), counts)
    seat = np.arange(incident.size, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    ids = found.numbers[incident] * 4 + seat
    created = closed[incident] + Draws(settings.seed, "follow_ups", ids).quantile("gap", _GAPS)
    order = np.lexsort((ids, created))
    order = order[created[order] < unix_seconds(today)]
    incident, ids, created = incident[order], ids[order], created[order]
    own = Draws(settings.seed, "follow_ups", ids)
    completed = happens(own, "completed", 0.72, created, _DONE_GAPS)
    # Two of one incident differ: the first is drawn, the others come after it.
    first = found.draws(settings.seed).below("first_title", 4)[incident]
    titles = [
        _TITLES[kind][(start + place) % 4]
        for kind, start, place in zip(
            found.kind[incident].tolist(), first.tolist(), (ids % 4).tolist(), strict=True
        )
    ]
    given_up = np.where(completed < NEVER, NEVER, happens(own, "given_up", 0.4, created, _DONE_GAPS))
    owner = np.where(own.chance("nobody", 0.12), -1, course.lead[incident])
    return found, FollowUps(
        ids, incident, created, completed, given_up, owner, own.chance("exported", 0.8), titles
    )
