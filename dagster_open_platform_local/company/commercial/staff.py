"""Who sells: the people of sales, customer success and marketing, and which of them has what.

What belongs here: people, since and until when, and how things pass from one to the next. What does not: the data team
(`warehouse/staff.py`), and what is sold.

The n-th person to be hired is at index n on every date, so an index is as good as a number. About 35 % leave; what they had
passes to a colleague of the same role on their last day.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.people import person_names
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import DOMAIN

ROLES = ("MANAGER", "AE", "SDR", "MARKETING", "CSM")
_ORDER = ("MANAGER", "AE", "SDR", "MARKETING", "CSM", "AE", "SDR", "AE", "CSM", "SDR")
"""The roles in which people are hired, over and over."""
_FIRST_PERSON = (1 << 40) + (1 << 20)
"""Among the people of `people.py`; the data team has the numbers before."""
_WHO_STAY = len(ROLES)
"""The first ones, so that there is somebody of each role on every day."""
_DAY = DAY_SECONDS
_BEFORE_DAYS, _HIRED_EVERY_DAYS, _FIRST_HIRED_EVERY_DAYS = 920, 29, 4
_STAY_DAYS = (60, 240, 420, 700, 1000)
_MOST_HANDOVERS = 64


@dataclass(frozen=True)
class SalesPerson:
    """Somebody of sales, customer success or marketing.

    Args:
        number: 0, 1, 2, ... in the order of hiring; also their index.
        first_name: Theirs.
        last_name: Theirs.
        email: At the company's domain.
        role: One of `ROLES`.
        manager: Number of whom they report to; -1: nobody here.
        hired: Unix seconds.
        left: Unix seconds; `NEVER` if they are still there.
    """

    number: int
    first_name: str
    last_name: str
    email: str
    role: str
    manager: int
    hired: int
    left: int


@dataclass(frozen=True)
class Ownership:
    """Who has each of some things.

    Args:
        first: Number of who had it first.
        owner: Number of who has it now.
        since: When it passed to the one who has it now, in Unix seconds; when it came to be if it never passed on.
    """

    first: NDArray[np.int64]
    owner: NDArray[np.int64]
    since: NDArray[np.int64]


@lru_cache(maxsize=4)
def sales_people(settings: CompanySettings, today: date) -> tuple[SalesPerson, ...]:
    """Everybody who was hired before a date, whether they are still there or not, by number.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    now, start = unix_seconds(today), unix_seconds(settings.epoch) - _BEFORE_DAYS * _DAY
    count = max(0, (now - start) // (_HIRED_EVERY_DAYS * _DAY)) + _WHO_STAY + 1
    numbers = np.arange(count, dtype=np.int64)
    draws = Draws(settings.seed, "sales_people", numbers)
    early, late = np.minimum(numbers, _WHO_STAY), np.maximum(numbers - _WHO_STAY, 0)
    days = early * _FIRST_HIRED_EVERY_DAYS + late * _HIRED_EVERY_DAYS
    # Less than the time to the next one, so that the order is that of the numbers.
    hired = start + days * _DAY + draws.below("jitter", (_FIRST_HIRED_EVERY_DAYS - 1) * _DAY)
    gone = hired + draws.quantile("stay", _STAY_DAYS) * _DAY
    left = np.where(draws.chance("leaves", 0.35) & (numbers >= _WHO_STAY) & (gone < now), gone, NEVER)
    names = person_names(settings.seed, _FIRST_PERSON + numbers)
    found: list[SalesPerson] = []
    taken: set[str] = set()
    for number, (first, last) in enumerate(names):
        name = ".".join(
            "".join(c for c in part.lower() if c.isascii() and c.isalpha()) for part in (first, last)
        )
        # Two people of one name are told apart by their number.
        name = f"{name}.{number}" if name in taken else name
        taken.add(name)
        role = _ORDER[number % len(_ORDER)]
        manager = -1 if number == 0 else 0 if role == "MANAGER" else number // len(_ORDER) * len(_ORDER)
        found.append(
            SalesPerson(
                number, first, last, f"{name}@{DOMAIN}", role, manager, int(hired[number]), int(left[number])
            )
        )
    return tuple(each for each in found if each.hired < now)


def owners(people: tuple[SalesPerson, ...], role: str, draws: Draws, since: NDArray[np.int64]) -> Ownership:
    """Who of a role had each of some things first, and who has it now.

    Args:
        people: All of them, by number.
        role: One of `ROLES`.
        draws: Of the things.
        since: When each came to be, in Unix seconds.

    Returns:
        Of what came to be before anybody was there, the first of the role is the first owner.
    """
    chosen = [each for each in people if each.role == role]
    hired = np.array([each.hired for each in chosen], dtype=np.int64)
    left = np.array([each.left for each in chosen], dtype=np.int64)
    first = owner = _successors(hired, left, since, draws, f"{role}_first")
    moment = since.copy()
    for handover in range(_MOST_HANDOVERS):
        gone = left[owner] < NEVER
        if not gone.any():
            break
        moment = np.where(gone, left[owner], moment)
        owner = np.where(gone, _successors(hired, left, moment, draws, f"{role}_{handover}"), owner)
    numbers = np.array([each.number for each in chosen], dtype=np.int64)
    return Ownership(numbers[first], numbers[owner], moment)


def _successors(
    hired: NDArray[np.int64], left: NDArray[np.int64], moment: NDArray[np.int64], draws: Draws, column: str
) -> NDArray[np.int64]:
    """Index of one of those who were there at each moment."""
    present = (hired[None, :] <= moment[:, None]) & (moment[:, None] < left[None, :])
    rank = draws.below_each(column, np.maximum(present.sum(axis=1), 1))
    return np.argmax(np.cumsum(present, axis=1) > rank[:, None], axis=1)
