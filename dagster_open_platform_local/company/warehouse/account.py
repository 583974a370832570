"""The warehouse's roles and databases, and who was granted what.

What belongs here: that, as it came about. What does not: how Snowflake tells it (`account_usage.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import SERVICES, Member, members

NOT_YET = int(NEVER)
_DAY, _HOUR = DAY_SECONDS, 3600
ACCOUNT_AGE_DAYS = 640
"""Before the epoch, when the account was opened."""
CLONE_DAYS = 3
"""How long the clone of a pull request lives."""
_CLONE_EVERY_DAYS = 11
_PLATFORM, _STANDARD = ("purina", "dwh_reporting"), "STANDARD"
_LENT_AFTER_DAYS, _LENT_FOR_DAYS = (20, 200, 500), (14, 40, 120)
_ANALYSTS_LOSE_RAW_DAYS = 33


@dataclass(frozen=True)
class Role:
    """A role of the account.

    Args:
        name: Of the role.
        comment: What it is for.
        parent: The role that it was granted to; None: to none.
        since: Days before the epoch (after it, if negative).
        until: Days after the epoch on which it was dropped; None: it is in use.
    """

    name: str
    comment: str
    parent: str | None
    since: int = ACCOUNT_AGE_DAYS
    until: int | None = None


ROLES = (
    Role("ACCOUNTADMIN", "Everything, the bill included", None),
    Role("SECURITYADMIN", "Grants", "ACCOUNTADMIN"),
    Role("USERADMIN", "Users and roles", "SECURITYADMIN"),
    Role("SYSADMIN", "Databases and warehouses", "ACCOUNTADMIN"),
    Role("PUBLIC", "Everybody", None),
    Role("DAGSTER_PLATFORM", "Writes every database of the platform", "SYSADMIN", 600),
    Role("DAGSTER_PLATFORM_BRANCH", "Writes the clones of pull requests", "SYSADMIN", 420),
    Role("LOADER", "Writes raw data", "SYSADMIN", 615),
    Role("DATA_ENGINEER", "Reads everything, writes the sandbox", "SYSADMIN", 600),
    Role("ANALYST", "Reads marts and raw data without personal data", "DATA_ENGINEER", 590),
    Role("FINANCE", "Reads billing", "SYSADMIN", 400),
    Role("REPORTER", "Reads marts", "ANALYST", 500),
    Role("REVERSE_ETL", "Reads what is published", "SYSADMIN", 300),
    Role("CONTRACTOR", "Read marts for a while", "SYSADMIN", 200, until=44),
    Role("SEMANTIC_READER", "Reads semantic views", "ANALYST", -60),
)
_ROLE_OF_TEAM = {
    "data-platform": "DATA_ENGINEER",
    "analytics": "ANALYST",
    "finance": "FINANCE",
    "devrel": "REPORTER",
    "product": "ANALYST",
}
_READERS = {
    "purina": ("DATA_ENGINEER", "ANALYST", "FINANCE"),
    "dwh_reporting": ("REPORTER", "REVERSE_ETL", "FINANCE"),
}


@dataclass(frozen=True)
class Database:
    """A database of the account; times in Unix seconds, `NOT_YET` for what has not happened."""

    name: str
    owner: str | None
    comment: str
    kind: str
    created: int
    deleted: int = NOT_YET
    is_transient: bool = False


@dataclass(frozen=True)
class UserGrant:
    """A role of a user; times in Unix seconds, `NOT_YET` for what has not happened."""

    role: str
    user: str
    granted: int
    revoked: int = NOT_YET


@dataclass(frozen=True)
class RoleGrant:
    """A privilege of a role on an object (a database, a warehouse, another role); times in Unix seconds."""

    privilege: str
    kind: str
    name: str
    role: str
    granted: int
    revoked: int = NOT_YET


def roles(settings: CompanySettings, today: date) -> Iterator[tuple[Role, int, int]]:
    """Each role that there was before a date, when it was made, and when it was dropped (`NOT_YET`: not yet)."""
    epoch, now = unix_seconds(settings.epoch), unix_seconds(today)
    for role in ROLES:
        made = epoch - role.since * _DAY + 9 * _HOUR
        dropped = NOT_YET if role.until is None else epoch + role.until * _DAY + 11 * _HOUR
        if made < now:
            yield role, made, dropped if dropped < now else NOT_YET


def databases(settings: CompanySettings, today: date) -> list[Database]:
    """Every database that there was before a date: the platform's, others, and the clones of pull requests."""
    epoch, now = unix_seconds(settings.epoch), unix_seconds(today)
    opened = epoch - ACCOUNT_AGE_DAYS * _DAY + 8 * _HOUR
    founded = opened + 40 * _DAY
    found = [
        Database("SNOWFLAKE", None, "Shared by Snowflake", "IMPORTED DATABASE", opened),
        *(
            Database(each.upper(), "DAGSTER_PLATFORM", "Of the data platform", _STANDARD, founded)
            for each in _PLATFORM
        ),
        Database(
            "SANDBOX", "DATA_ENGINEER", "For trying things", _STANDARD, founded + 50 * _DAY, is_transient=True
        ),
    ]
    for number, made in enumerate(range(epoch + 4 * _DAY + 14 * _HOUR, now, _CLONE_EVERY_DAYS * _DAY)):
        gone = made + CLONE_DAYS * _DAY
        for name in _PLATFORM:
            clone = f"{name}_CLONE_{180 + 7 * number}".upper()
            until = gone if gone < now else NOT_YET
            found.append(
                Database(clone, "DAGSTER_PLATFORM_BRANCH", "Of a pull request", _STANDARD, made, until, True)
            )
    return found


def user_grants(settings: CompanySettings, today: date) -> list[UserGrant]:
    """Every role that a user was granted before a date; who leaves loses theirs in the hour after."""
    now, epoch = unix_seconds(today), unix_seconds(settings.epoch)
    found = [UserGrant(each.role, each.user, epoch - each.since * _DAY + 10 * _HOUR) for each in SERVICES]
    people = members(settings, today)
    draws = Draws(settings.seed, "staff_grants", np.array([each.number for each in people], dtype=np.int64))
    helps, lent = draws.chance("helps", 0.4).tolist(), draws.quantile("lent", _LENT_AFTER_DAYS).tolist()
    for_days = draws.quantile("for", _LENT_FOR_DAYS).tolist()
    for i, member in enumerate(people):
        ends = min(member.left + _HOUR, NOT_YET)
        found += [UserGrant(role, member.user, member.hired + 600, ends) for role in _own_roles(member)]
        begins = member.hired + lent[i] * _DAY
        if helps[i] and member.team != "data-platform" and begins < member.left:
            found.append(
                UserGrant("DATA_ENGINEER", member.user, begins, min(ends, begins + for_days[i] * _DAY))
            )
    return [
        UserGrant(each.role, each.user, each.granted, each.revoked if each.revoked < now else NOT_YET)
        for each in found
        if each.granted < now
    ]


def _own_roles(member: Member) -> list[str]:
    """What somebody is granted with their user; the first two look after the account."""
    looks_after = (("ACCOUNTADMIN", "SYSADMIN"), ("SECURITYADMIN", "SYSADMIN"))
    return [
        _ROLE_OF_TEAM[member.team],
        *(looks_after[member.number] if member.number < len(looks_after) else ()),
    ]


def role_grants(settings: CompanySettings, today: date) -> list[RoleGrant]:
    """Every privilege that a role was granted before a date; grants on a database that is gone are gone with it."""
    epoch = unix_seconds(settings.epoch)
    known = {role.name: (made, dropped) for role, made, dropped in roles(settings, today)}
    found: list[RoleGrant] = []
    for role, made, dropped in roles(settings, today):
        if role.parent is not None:
            found.append(RoleGrant("USAGE", "ROLE", role.name, role.parent, made + 60, dropped))
        if role.parent == "SYSADMIN":
            found.append(
                RoleGrant("USAGE", "WAREHOUSE", _warehouse_of(role.name), role.name, made + 120, dropped)
            )
    for database in databases(settings, today):
        created, deleted = database.created, database.deleted
        if database.owner is not None:
            found.append(RoleGrant("OWNERSHIP", "DATABASE", database.name, database.owner, created, deleted))
        for reader in _READERS.get(database.name.lower(), ()):
            granted = max(created, known[reader][0]) + 300
            found.append(RoleGrant("USAGE", "DATABASE", database.name, reader, granted))
    # Raw data has names and addresses in it: analysts lost it.
    ends = epoch + _ANALYSTS_LOSE_RAW_DAYS * _DAY
    return [
        RoleGrant(each.privilege, each.kind, each.name, each.role, each.granted, ends)
        if (each.role, each.name) == ("ANALYST", "PURINA") and ends < unix_seconds(today)
        else each
        for each in found
    ]


def _warehouse_of(role: str) -> str:
    """The virtual warehouse that a role works with."""
    return (
        role if role.startswith("DAGSTER_PLATFORM") else "TRANSFORMING" if role == "LOADER" else "ANALYZING"
    )
