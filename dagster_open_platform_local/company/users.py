"""Users: the people of the organizations who use the product, as of a date.

What belongs here: the table `users`. What does not: their organizations (`organizations.py`) and what they do.

A row is a person's account in one organization. The dirt in it:

- an e-mail address may be a private one, and is sometimes written in capitals, as it was typed;
- `github_login` is null for whoever never connected an account; where it is set, it is an author on GitHub;
- deactivated users stay in the table (`deactivated_at`);
- the role is null for accounts that came through a directory sync.

Times are UTC. `id` grows with `created_at`; an id once given stays. User `id` is person `id - 1` of `people.py`.
"""

from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.github_items import author_count
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import (
    DAY_SECONDS,
    NEVER,
    TIMESTAMP,
    timestamps,
    unix_seconds,
)
from dagster_open_platform_local.company.organizations import organization_domains, sign_ups
from dagster_open_platform_local.company.people import AUTHOR_STRIDE, logins, person_names
from dagster_open_platform_local.company.settings import CompanySettings

_SIZES = (1, 2, 3, 5, 8, 13, 30, 70)
_SIZE_WEIGHTS = thresholds([26, 20, 16, 14, 11, 8, 4, 1])
_ROLES = ("ADMIN", "EDITOR", "LAUNCHER", "VIEWER")
_ROLE_WEIGHTS = thresholds([20, 45, 10, 25])
_DAYS = DAY_SECONDS
_JOIN_GAPS = (3600, _DAYS, 10 * _DAYS, 60 * _DAYS, 250 * _DAYS, 800 * _DAYS)
_LEAVE_GAPS = (10 * _DAYS, 120 * _DAYS, 400 * _DAYS, 1000 * _DAYS)
_PART = 256
"""How many people's texts are made at once."""

USERS = pa.schema(
    [
        ("id", pa.int64()),
        ("organization_id", pa.int64()),
        ("first_name", pa.string()),
        ("last_name", pa.string()),
        ("email", pa.string()),
        ("github_login", pa.string()),
        ("role", pa.string()),  # ADMIN | EDITOR | LAUNCHER | VIEWER, null after a directory sync
        ("created_at", TIMESTAMP),
        ("updated_at", TIMESTAMP),
        ("deactivated_at", TIMESTAMP),
    ]
)


def users_table(settings: CompanySettings, today: date) -> pa.Table:
    """The table `users` as of 00:00 UTC of a date, ordered by id."""
    now = unix_seconds(today)
    organization, created, founder = _memberships(settings, today)
    people = np.arange(organization.size, dtype=np.int64)
    draws = Draws(settings.seed, "users", people)
    leaves = np.where(draws.chance("leaves", 0.12), created + draws.quantile("leave_gap", _LEAVE_GAPS), NEVER)
    left = np.where(leaves < now, leaves, NEVER)
    texts = _identities(settings, organization)
    role = np.where(founder, 0, draws.pick("role", _ROLE_WEIGHTS))
    columns = {
        "id": pa.array(people + 1),
        "organization_id": pa.array(organization),
        **texts,
        "role": pa.array(_ROLES).take(pa.array(role, mask=~founder & draws.chance("synced", 0.05))),
        "created_at": timestamps(created),
        "updated_at": timestamps(np.where(left < NEVER, left, created)),
        "deactivated_at": timestamps(left),
    }
    return pa.table([columns[name] for name in USERS.names], schema=USERS)


def _memberships(
    settings: CompanySettings, today: date
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Organization, time of joining (Unix seconds) and whether they founded it, by time of joining."""
    found, now = sign_ups(settings, today), unix_seconds(today)
    sizes = np.array(_SIZES)[Draws(settings.seed, "organizations", found.ids).pick("size", _SIZE_WEIGHTS)]
    index = np.repeat(np.arange(found.ids.size, dtype=np.int64), sizes)
    seat = np.arange(index.size, dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    organization = found.ids[index]
    gap = Draws(settings.seed, "seats", (organization << 8) | seat).quantile("gap", _JOIN_GAPS)
    joined = found.created[index] + np.where(seat == 0, 60, gap)
    # Whoever joined earlier comes earlier, whatever the date of looking: numbers stay.
    order = np.lexsort((seat, organization, joined))
    order = order[joined[order] < now]
    return organization[order], joined[order], seat[order] == 0


def _identities(settings: CompanySettings, organization: NDArray[np.int64]) -> dict[str, pa.Array]:
    """The columns of text. They never change, so whoever looks at many dates makes them once."""
    parts = [
        _identities_of(settings, first, organization[first : first + _PART].tobytes())
        for first in range(0, organization.size, _PART)
    ]
    return {
        name: pa.array([text for part in parts for text in part[column]], pa.string())
        for column, name in enumerate(("first_name", "last_name", "email", "github_login"))
    }


@lru_cache(maxsize=1024)
def _identities_of(
    settings: CompanySettings, first: int, organization: bytes
) -> tuple[list[str], list[str], list[str], list[str | None]]:
    """First names, last names, addresses and logins of some people.

    Args:
        settings: The company's.
        first: Number of the first person.
        organization: Of each person, as bytes of 64-bit integers.
    """
    organizations = np.frombuffer(organization, dtype=np.int64)
    people = np.arange(first, first + organizations.size, dtype=np.int64)
    draws = Draws(settings.seed, "users", people)
    names = person_names(settings.seed, people)
    return (
        [name for name, _ in names],
        [name for _, name in names],
        _addresses(settings, draws, organizations, names),
        _github_logins(settings, draws),
    )


def _addresses(
    settings: CompanySettings, draws: Draws, organization: NDArray[np.int64], names: list[tuple[str, str]]
) -> list[str]:
    domains = organization_domains(settings, organization)
    private, shouted = draws.chance("private", 0.1).tolist(), draws.chance("shouted", 0.02).tolist()
    found: list[str] = []
    for i, (number, (first, last)) in enumerate(zip(draws.ids.tolist(), names, strict=True)):
        name = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
        domain = "mail.example.org" if private[i] else domains[i]
        address = f"{name}{number}@{domain}"
        found.append(address.upper() if shouted[i] else address)
    return found


def _github_logins(settings: CompanySettings, draws: Draws) -> list[str | None]:
    people = draws.ids
    author = (people % AUTHOR_STRIDE == 0) & (people // AUTHOR_STRIDE < author_count(settings))
    connected = (author & draws.chance("connected", 0.8)).tolist()
    return [
        login if is_connected else None
        for login, is_connected in zip(logins(settings.seed, people), connected, strict=True)
    ]
