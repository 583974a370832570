"""What monitors sent, and whom they woke.

What belongs here: alerts and escalations. What does not: the incidents that some of them became.

Most alerts are of nothing: monitors send one or two a day that end by themselves. Of an incident that a monitor reported there is one
alert, and one in three sends another while the first lasts.
"""

from dataclasses import dataclass

import numpy as np

from dagster_open_platform_local.company.fivetran.incident_io.course import CLOSED, DECLINED, Course
from dagster_open_platform_local.company.fivetran.incident_io.happenings import MAJOR, Incidents
from dagster_open_platform_local.company.fivetran.incident_io.words import MONITORS
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.happenings import Daily

PER_DAY = 2
_END_GAPS = (120, 600, 1_500, 5_400)
_ANSWER_GAPS = (40, 180, 600, 1_500)
_PATIENCE = 300
"""Seconds after which the next one on duty is called."""


@dataclass(frozen=True)
class Alerts:
    """Alerts by time.

    Args:
        keys: Each one's, the same on every date.
        monitor: Index into `words.MONITORS`.
        incident: Index of the incident; -1: it became none.
        created: Unix seconds.
        resolved: Unix seconds, perhaps in the future.
    """

    keys: Integers
    monitor: Integers
    incident: Integers
    created: Integers
    resolved: Integers


@dataclass(frozen=True)
class Escalations:
    """Calls on whoever is on duty, by time.

    Args:
        keys: Each one's, the same on every date.
        incident: Index of the incident.
        created: Unix seconds.
        answered: When somebody acknowledged it.
        second_called: Whether the next one on duty was called.
    """

    keys: Integers
    incident: Integers
    created: Integers
    answered: Integers
    second_called: Mask


def alerts(seed: int, now: int, idle: Daily, found: Incidents, course: Course) -> Alerts:
    """Every alert before a moment.

    Args:
        seed: The company's.
        now: Unix seconds.
        idle: Those that became nothing.
        found: The incidents.
        course: How they went.
    """
    by_monitor = np.flatnonzero(course.reporter < 0)
    again = by_monitor[found.draws(seed).chance("alert_again", 0.35)[by_monitor]]
    incident = np.concatenate([by_monitor, again, np.full(idle.ids.size, -1, dtype=np.int64)])
    keys = np.concatenate([found.numbers[by_monitor] * 4, found.numbers[again] * 4 + 1, idle.ids * 4 + 2])
    draws = Draws(seed, "incident_alerts", keys)
    own = np.maximum(incident, 0)
    if not found.numbers.size:
        found_created = found_end = found_kind = np.zeros(keys.size, dtype=np.int64)
    else:
        found_created, found_kind = found.reported[own] - 45, found.kind[own]
        found_end = np.minimum(course.began[own, CLOSED], course.began[own, DECLINED])
    created = np.where(keys % 4 == 1, found_created + 45 + draws.below("again_gap", 1_200), found_created)
    created[incident < 0] = idle.created
    resolved = np.where(incident < 0, created + draws.quantile("end_gap", _END_GAPS), found_end)
    monitor = np.where(incident < 0, draws.below("monitor", len(MONITORS)), found_kind)
    order = np.lexsort((keys, created))
    order = order[created[order] < now]
    return Alerts(keys[order], monitor[order], incident[order], created[order], resolved[order])


def escalations(seed: int, now: int, found: Incidents, course: Course) -> Escalations:
    """Every call before a moment: for what is major or worse, and for what monitors reported at night."""
    night = found.reported % 86_400 < 6 * 3_600
    called = np.flatnonzero(
        (found.severity >= MAJOR) | (night & (course.reporter < 0)) | (course.corrected < NEVER)
    )
    draws = Draws(seed, "incident_escalations", found.numbers[called])
    created = found.reported[called] + 20
    answered = created + draws.quantile("answer", _ANSWER_GAPS)
    there = created < now
    called, created, answered = called[there], created[there], answered[there]
    return Escalations(found.numbers[called], called, created, answered, answered - created > _PATIENCE)
