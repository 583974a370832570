"""Who of the company has accounts in the tools that engineers use.

What belongs here: people and since when, by the place they have in every list. What does not: what they do there.

Engineers are the maintainers who write on GitHub: they were all there before the first issue of `github_items.py`, and none of them
left. The data team is that of `warehouse/staff.py`; of those who sell, customer success and marketing have accounts.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.github_items import BACKLOG_DAYS, TEAM_SIZE
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.people import author_people, logins, person_names
from dagster_open_platform_local.company.product.columns import Integers, uuids
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import DOMAIN, members

ENGINEERING, DATA, SUCCESS, MARKETING = "engineering", "data", "customer success", "marketing"
_HIRED_BEFORE_DAYS = 420
_ROLES = {"CSM": SUCCESS, "MARKETING": MARKETING}


@dataclass(frozen=True)
class Colleague:
    """Somebody with an account.

    Args:
        key: Theirs on every date.
        first_name: Theirs.
        last_name: Theirs.
        email: At the company's domain.
        login: On GitHub; empty if they are not there.
        department: `ENGINEERING`, `DATA`, `SUCCESS` or `MARKETING`.
        hired: Unix seconds.
        left: Unix seconds; `NEVER` if they are still there.
    """

    key: int
    first_name: str
    last_name: str
    email: str
    login: str
    department: str
    hired: int
    left: int

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.first_name} {self.last_name}"


@lru_cache(maxsize=4)
def colleagues(settings: CompanySettings, today: date) -> tuple[Colleague, ...]:
    """Everybody who was hired before a date: first the engineers, then the others by their departments.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found = [
        *_engineers(settings),
        *(
            Colleague(
                1 << 32 | each.number,
                each.first_name,
                each.last_name,
                each.email,
                "",
                DATA,
                each.hired,
                each.left,
            )
            for each in members(settings, today)
        ),
        *(
            Colleague(
                2 << 32 | each.number,
                each.first_name,
                each.last_name,
                each.email,
                "",
                _ROLES[each.role],
                each.hired,
                each.left,
            )
            for each in sales_people(settings, today)
            if each.role in _ROLES
        ),
    ]
    return tuple(found)


def _engineers(settings: CompanySettings) -> list[Colleague]:
    people = author_people(TEAM_SIZE)
    start = unix_seconds(settings.epoch) - (BACKLOG_DAYS + 1) * DAY_SECONDS
    before = Draws(settings.seed, "engineers", people).below("hired", _HIRED_BEFORE_DAYS * DAY_SECONDS)
    found: list[Colleague] = []
    for number, ((first, last), login) in enumerate(
        zip(person_names(settings.seed, people), logins(settings.seed, people), strict=True)
    ):
        address = "".join(c for c in f"{first[0]}{last}".lower() if c.isascii() and c.isalpha())
        email = f"{address}{number or ''}@{DOMAIN}"
        hired = start - int(before[number])
        found.append(Colleague(number, first, last, email, login, ENGINEERING, hired, int(NEVER)))
    return found


def account_ids(settings: CompanySettings, tool: str, people: tuple[Colleague, ...]) -> list[str]:
    """The UUID of each one's account in a tool.

    Args:
        settings: The company's.
        tool: Its name.
        people: They.
    """
    keys = np.array([each.key for each in people], dtype=np.int64)
    return uuids(Draws(settings.seed, f"{tool}_accounts", keys), "id").to_pylist()


def someone(
    people: tuple[Colleague, ...], chosen: Integers, draws: Draws, column: str, moment: Integers
) -> Integers:
    """Index of one of some colleagues who was there at a moment, a row.

    Args:
        people: All of them.
        chosen: Index of those who come into question.
        draws: Of the rows.
        column: Name of the column.
        moment: Unix seconds.

    Returns:
        Of what happened when none of them was there, the first of all.
    """
    hired = np.array([people[i].hired for i in chosen], dtype=np.int64)
    left = np.array([people[i].left for i in chosen], dtype=np.int64)
    present = (hired[None, :] <= moment[:, None]) & (moment[:, None] < left[None, :])
    rank = draws.below_each(column, np.maximum(present.sum(axis=1), 1))
    found = chosen[np.argmax(np.cumsum(present, axis=1) > rank[:, None], axis=1)] if chosen.size else 0
    return np.where(present.any(axis=1), found, 0)
