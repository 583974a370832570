"""Who is in the workspace.

What belongs here: members, since and until when. What does not: what they do (`activity.py`), Slack's objects (`services/saas/slack`).

Members are half of the product's users, who join some time after they signed up; half of those who write on GitHub; and the company's
staff. A member's number is that of the person (`people.py`), so sources agree on who somebody is. The dirt in it:

- who writes on GitHub is here with a private address, also if they use the product with another one;
- product users keep the address as they typed it, sometimes in capitals;
- deactivated members stay; apps and Slack's own bot are among the members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.github_items import author_count
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.people import AUTHOR_STRIDE, author_people, logins, person_names
from dagster_open_platform_local.company.product.directory import directory
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import members as data_team

TEAM_ID = "T04DAGSTERX"
ENTERPRISE_ID = "E04DAGSTERX"
WORKSPACE = "dagster-community"
OPENED_DAYS_BEFORE = 1000
"""The workspace is as old as the product."""
_DAY = DAY_SECONDS
_JOIN_GAPS = (600, _DAY, 6 * _DAY, 40 * _DAY, 300 * _DAY)
_LEAVE_GAPS = (3 * _DAY, 60 * _DAY, 300 * _DAY, 900 * _DAY)
_WEIGHTS = (1, 1, 1, 2, 5, 14, 50, 300)
_STAFF_WEIGHT = 120
_ZONES = (
    ("America/Los_Angeles", -28800),
    ("America/New_York", -18000),
    ("Europe/London", 0),
    ("Europe/Berlin", 3600),
    ("Asia/Kolkata", 19800),
    ("Asia/Tokyo", 32400),
)
_ZONE_WEIGHTS = thresholds([25, 30, 15, 18, 8, 4])
_SALES_PERSON, _DATA_PERSON = (1 << 40) + (1 << 20), 1 << 40
"""Where `people.py` has the staff; see `commercial/staff.py` and `warehouse/staff.py`."""


@dataclass(frozen=True)
class Members:
    """People with an account, by the time of joining; each array has one value a member.

    Args:
        settings: The company's.
        people: Their numbers.
        ids: Slack's ids.
        emails: As they typed them.
        names: First name and surname.
        claimed: When they joined, in Unix seconds.
        left: When they were deactivated; `NEVER` if they are not.
        is_staff: Whether they work for the company.
        is_guest: Whether they see some channels only.
        weight: How much they write, beside others.
        zone: Index into `zones`.
    """

    settings: CompanySettings
    people: NDArray[np.int64]
    ids: Sequence[str]
    emails: Sequence[str]
    names: Sequence[tuple[str, str]]
    claimed: NDArray[np.int64]
    left: NDArray[np.int64]
    is_staff: NDArray[np.bool_]
    is_guest: NDArray[np.bool_]
    weight: NDArray[np.int64]
    zone: NDArray[np.int64]

    @property
    def zones(self) -> Sequence[tuple[str, int]]:
        """IANA name and offset from UTC in seconds."""
        return _ZONES

    def present(self, day: date) -> NDArray[np.int64]:
        """Indices of who had an account at some time of a day."""
        start = unix_seconds(day)
        return np.flatnonzero((self.claimed < start + _DAY) & (self.left > start))


@lru_cache(maxsize=2)
def members(settings: CompanySettings, today: date) -> Members:
    """Everybody who joined before 00:00 UTC of a date. Who was there on a day is the same on every later date."""
    now = unix_seconds(today)
    parts = [_users(settings, today), _authors(settings), _staff(settings, today)]
    people, claimed, left = (np.concatenate([part[column] for part in parts]) for column in range(3))
    emails = [email for part in parts for email in part[3]]
    staff = np.repeat([False, False, True], [part[0].size for part in parts])
    # Whoever joined earlier comes earlier, whatever the date of looking.
    order = np.lexsort((people, claimed))
    order = order[claimed[order] < now]
    people, claimed, left, staff = people[order], claimed[order], left[order], staff[order]
    draws = Draws(settings.seed, "slack_members", people)
    weight = draws.quantile("weight", _WEIGHTS)
    return Members(
        settings=settings,
        people=people,
        ids=[f"U{_base36(bits)}" for bits in draws.bits("id").tolist()],
        emails=[emails[place] for place in order.tolist()],
        names=person_names(settings.seed, people),
        claimed=claimed,
        left=np.where(left < now, left, NEVER),
        is_staff=staff,
        is_guest=draws.chance("guest", 0.01) & ~staff,
        weight=np.where(staff, weight + _STAFF_WEIGHT, weight),
        zone=draws.pick("zone", _ZONE_WEIGHTS),
    )


_Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Sequence[str]]
"""People, when they joined, when they left, their addresses."""


def _users(settings: CompanySettings, today: date) -> _Part:
    found = directory(settings, today)
    people = np.arange(found.user_created.size, dtype=np.int64)
    author = (people % AUTHOR_STRIDE == 0) & (people // AUTHOR_STRIDE < author_count(settings))
    draws = Draws(settings.seed, "slack_members", people)
    chosen = np.flatnonzero(draws.chance("joins", 0.55) & ~author)
    claimed = (found.user_created + draws.quantile("join_gap", _JOIN_GAPS))[chosen]
    emails = found.users["email"].take(chosen).to_pylist()
    return people[chosen], claimed, _left(settings, people[chosen], claimed), emails


def _authors(settings: CompanySettings) -> _Part:
    people = author_people(author_count(settings))
    people = people[Draws(settings.seed, "slack_members", people).chance("joins", 0.5)]
    draws = Draws(settings.seed, "slack_members", people)
    start = unix_seconds(settings.epoch) - OPENED_DAYS_BEFORE * _DAY
    claimed = start + draws.below("author_joins", (OPENED_DAYS_BEFORE + 500) * _DAY)
    emails = [f"{login}@mail.example.org" for login in logins(settings.seed, people)]
    return people, claimed, _left(settings, people, claimed), emails


def _left(
    settings: CompanySettings, people: NDArray[np.int64], claimed: NDArray[np.int64]
) -> NDArray[np.int64]:
    draws = Draws(settings.seed, "slack_members", people)
    return np.where(draws.chance("leaves", 0.05), claimed + draws.quantile("leave_gap", _LEAVE_GAPS), NEVER)


def _staff(settings: CompanySettings, today: date) -> _Part:
    sales = [(_SALES_PERSON + each.number, each) for each in sales_people(settings, today)]
    data = [(_DATA_PERSON + each.number, each) for each in data_team(settings, today)]
    everybody = [*sales, *data]
    return (
        np.array([person for person, _ in everybody], dtype=np.int64),
        np.array([each.hired for _, each in everybody], dtype=np.int64),
        np.array([each.left for _, each in everybody], dtype=np.int64),
        [each.email for _, each in everybody],
    )


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _base36(bits: int) -> str:
    """Ten of Slack's letters: 51 bits, so that no two of a million members are alike."""
    found = ""
    for _ in range(10):
        bits, digit = divmod(bits, 36)
        found += _DIGITS[digit]
    return found
