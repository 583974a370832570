"""Who works with data in the company, and which services do.

What belongs here: people and services, and since when. What does not: what they may do (`account.py`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.people import person_names
from dagster_open_platform_local.company.settings import CompanySettings

DOMAIN = "dagsterlabs.example.com"
TEAMS = ("data-platform", "analytics", "finance", "devrel", "product")
_TEAM_WEIGHTS = thresholds([30, 32, 10, 12, 16])
_FIRST_PERSON = 1 << 40
"""Among the people of `people.py`; product users and authors on GitHub have lower numbers."""
_DAY = DAY_SECONDS
_BEFORE_DAYS, _HIRED_EVERY_DAYS, _JITTER_DAYS = 620, 40, 35
_STAY_DAYS = (90, 300, 500, 900)
_WHO_STAY = 2
"""The first ones, who look after the account."""


@dataclass(frozen=True)
class Member:
    """Somebody who works with data.

    Args:
        number: 0, 1, 2, ... in the order of the plan to hire them.
        first_name: Theirs.
        last_name: Theirs.
        user: Name of their user in the warehouse.
        team: One of `TEAMS`.
        hired: Unix seconds.
        left: Unix seconds; `NEVER` if they are still there.
    """

    number: int
    first_name: str
    last_name: str
    user: str
    team: str
    hired: int
    left: int

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.user.lower().replace('_', '.')}@{DOMAIN}"


@dataclass(frozen=True)
class Service:
    """Something that logs in by itself.

    Args:
        user: Name of its user in the warehouse.
        comment: What it is for.
        role: The one it was granted.
        since: Days before the epoch.
        until: Days after the epoch on which it was disabled; None: it is in use.
        has_key: Whether it logs in with a key, or else with a password.
    """

    user: str
    comment: str
    role: str
    since: int
    until: int | None = None
    has_key: bool = True


SERVICES = (
    Service("DAGSTER_PLATFORM", "The data platform in production", "DAGSTER_PLATFORM", 600),
    Service("DAGSTER_PLATFORM_BRANCH", "The data platform of pull requests", "DAGSTER_PLATFORM_BRANCH", 420),
    Service("FIVETRAN", "Loads SaaS sources", "LOADER", 590),
    Service("SEGMENT", "Loads product analytics", "LOADER", 560),
    Service("HIGHTOUCH", "Reads marts and writes them back to SaaS", "REVERSE_ETL", 300),
    Service("BUSINESS_INTELLIGENCE", "Dashboards", "REPORTER", 500, has_key=False),
    Service("TERRAFORM", "Manages this account", "SYSADMIN", 610),
    Service("STITCH", "Loaded SaaS sources before Fivetran did", "LOADER", 615, until=12, has_key=False),
)


def members(settings: CompanySettings, today: date) -> list[Member]:
    """Everybody who was hired before a date, whether they are still there or not.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    now, start = unix_seconds(today), unix_seconds(settings.epoch) - _BEFORE_DAYS * _DAY
    count = max(0, (now - start) // (_HIRED_EVERY_DAYS * _DAY) + 1)
    numbers = np.arange(count, dtype=np.int64)
    draws = Draws(settings.seed, "staff", numbers)
    hired = start + numbers * _HIRED_EVERY_DAYS * _DAY + draws.below("jitter", _JITTER_DAYS * _DAY)
    stay = draws.quantile("stay", _STAY_DAYS) * _DAY
    leaves = draws.chance("leaves", 0.3) & (numbers >= _WHO_STAY) & (hired + stay < now)
    left = np.where(leaves, hired + stay, NEVER).tolist()
    teams = np.where(numbers < _WHO_STAY, 0, draws.pick("team", _TEAM_WEIGHTS)).tolist()
    names = person_names(settings.seed, _FIRST_PERSON + numbers)
    found: list[Member] = []
    taken: set[str] = set()
    for number, (first, last) in enumerate(names):
        user = "_".join(
            "".join(c for c in name.upper() if c.isascii() and c.isalpha()) for name in (first, last)
        )
        # Two people of one name are told apart by their number.
        user = f"{user}_{number}" if user in taken else user
        taken.add(user)
        found.append(
            Member(number, first, last, user, TEAMS[teams[number]], int(hired[number]), left[number])
        )
    return [each for each in found if each.hired < now]
