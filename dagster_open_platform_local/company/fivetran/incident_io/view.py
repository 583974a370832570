"""incident.io on a date, with the ids of everything in it.

What belongs here: what the modules of rows share. What does not: rows.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import ulids
from dagster_open_platform_local.company.fivetran.incident_io.course import Course, courses
from dagster_open_platform_local.company.fivetran.incident_io.follow_ups import FollowUps, follow_ups
from dagster_open_platform_local.company.fivetran.incident_io.happenings import Incidents
from dagster_open_platform_local.company.fivetran.linear.colleagues import Colleague, account_ids, colleagues
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, moments
from dagster_open_platform_local.company.settings import CompanySettings

URL = "https://app.incident.io/dagster-labs"
_SINCE_DAYS = 12
"""Days before the epoch since which the company uses incident.io."""


@dataclass(frozen=True)
class View:
    """incident.io on a date.

    Args:
        settings: The company's.
        today: The date.
        people: The colleagues.
        incidents: All incidents.
        course: How they went.
        left: What they left to do.
    """

    settings: CompanySettings
    today: date
    people: tuple[Colleague, ...]
    incidents: Incidents
    course: Course
    left: FollowUps

    @property
    def now(self) -> int:
        """00:00 UTC of the date, in Unix seconds."""
        return unix_seconds(self.today)

    @property
    def begun(self) -> int:
        """Since when the company uses it, in Unix seconds."""
        return unix_seconds(self.settings.epoch) - _SINCE_DAYS * DAY_SECONDS

    @cached_property
    def user_ids(self) -> pa.Array:
        """Of the colleagues."""
        return pa.array(account_ids(self.settings, "incident_io", self.people), pa.string())

    @cached_property
    def incident_ids(self) -> pa.Array:
        """Of the incidents."""
        return self.ids("incident", self.incidents.numbers, self.incidents.reported)

    def ids(self, table: str, keys: Integers, created: Integers) -> pa.Array:
        """ULIDs of some rows.

        Args:
            table: What they are of.
            keys: Each one's, the same on every date.
            created: Unix seconds.
        """
        draws = Draws(self.settings.seed, f"incident_io_{table}", np.asarray(keys, dtype=np.int64))
        return pa.array(ulids(draws, "id", created), pa.string())

    def setup_ids(self, kind: str, number: int) -> str:
        """The id of something that was set up when the company began to use it."""
        return self.ids(kind, np.array([number]), np.array([self.begun]))[0].as_py()

    def setup(self, kind: str, index: Integers, count: int) -> pa.Array:
        """The ids of such things by their index; null where it is negative."""
        found = pa.array([self.setup_ids(kind, number) for number in range(count)], pa.string())
        return found.take(pa.array(np.maximum(index, 0), mask=index < 0))

    def come(self, moment: Integers) -> pa.Array:
        """Moments that have come; the others are null."""
        return moments(np.where(moment < self.now, moment, NEVER))


def view(settings: CompanySettings, today: date) -> View:
    """incident.io on a date."""
    found, left = follow_ups(settings, today)
    course = courses(settings, today, found)
    return View(settings, today, colleagues(settings, today), found, course, left)
