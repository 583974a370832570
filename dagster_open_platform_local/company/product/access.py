"""Who may do what, in `main` and `eu`: permissions, users_permissions, teams, teams_users, teams_permissions.

What belongs here: their rows. What does not: who there is (`directory.py`).

Every organization has the same seven permissions from its sign-up on, written in one transaction. Rows of the two-column
tables vanish when somebody loses the permission, leaves the team, or is deactivated.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Columns, Integers, choice, joined, moments
from dagster_open_platform_local.company.product.directory import Directory, ids_after
from dagster_open_platform_local.company.product.happenings import Children, children, happens, latest
from dagster_open_platform_local.company.product.texts import TEAM_NAMES, typed

_HOUR, _DAY = 3600, DAY_SECONDS
_ROLES = ("ADMIN", "EDITOR", "LAUNCHER", "VIEWER")
_EACH = (
    *((role, "ORGANIZATION", None) for role in _ROLES),
    ("EDITOR", "DEPLOYMENT", "prod"),
    ("VIEWER", "DEPLOYMENT", "prod"),
    ("EDITOR", "ALL_BRANCH_DEPLOYMENTS", None),
)
"""Role, scope and deployment of an organization's permissions, in the order of their ids."""
_TEAM_COUNTS = ((0, 1, 2, 3, 5), (45, 22, 16, 12, 5))
_SUFFIXES = ("", " (EMEA)", " team", " 2")


def access_tables(found: Directory, database: str) -> dict[str, Columns]:
    """The tables that say who may do what in a database's region."""
    regional = np.flatnonzero(found.in_region_of(database))
    teams = children(
        found.draws("teams", regional + 1),
        found.created[regional],
        _TEAM_COUNTS,
        (_DAY, 20 * _DAY, 120 * _DAY, 800 * _DAY),
        found.now,
        ids_after=ids_after(database),
    )
    organization = regional[teams.parent]
    return {
        "permissions": _permissions(found, regional),
        "users_permissions": _users_permissions(found, found.users_in_region_of(database)),
        "teams": _teams(found, teams, organization),
        "teams_users": _teams_users(found, teams, organization),
        "teams_permissions": _teams_permissions(found, teams, organization),
    }


def _permission(organization: Integers, number: Integers) -> Integers:
    """Id of one of the seven permissions of an organization (by index)."""
    return organization * len(_EACH) + number + 1


def _permissions(found: Directory, organizations: Integers) -> Columns:
    organization = np.repeat(organizations, len(_EACH))
    number = np.tile(np.arange(len(_EACH), dtype=np.int64), organizations.size)
    created = moments(found.created[organization])
    return {
        "id": pa.array(_permission(organization, number)),
        "organization_id": pa.array(organization + 1),
        "role": choice([role for role, _, _ in _EACH], number),
        "scope": choice([scope for _, scope, _ in _EACH], number),
        "deployment_name": pa.array([name for _, _, name in _EACH], pa.string()).take(pa.array(number)),
        "created_at": created,
        "updated_at": created,
    }


def _users_permissions(found: Directory, users: Integers) -> Columns:
    """One by each user's role, and for some one more, often for a while only."""
    draws = found.draws("users_permissions", users + 1)
    organization, joined_at, left = (
        found.user_organization[users] - 1,
        found.user_created[users],
        found.user_left[users],
    )
    roles = found.users["role"].combine_chunks().take(pa.array(users))
    role = np.array([_ROLES.index(each or "VIEWER") for each in roles.to_pylist()], dtype=np.int64)
    extra = happens(draws, "extra", 0.2, joined_at, (_HOUR, 9 * _DAY, 90 * _DAY, 500 * _DAY))
    lost = np.minimum(
        np.where(extra < NEVER, happens(draws, "lost", 0.5, extra, (_DAY, 9 * _DAY, 90 * _DAY)), NEVER), left
    )
    has_role, has_extra = left >= found.now, (extra < found.now) & (lost >= found.now)
    number = len(_ROLES) + draws.below("which", len(_EACH) - len(_ROLES))
    user = np.concatenate([users[has_role], users[has_extra]])
    permission = np.concatenate(
        [_permission(organization, role)[has_role], _permission(organization, number)[has_extra]]
    )
    created = np.concatenate([joined_at[has_role], extra[has_extra]])
    order = np.lexsort((permission, user))
    return {
        "user_id": pa.array(user[order] + 1),
        "permission_id": pa.array(permission[order]),
        "created_at": moments(created[order]),
    }


def _teams(found: Directory, teams: Children, organization: Integers) -> Columns:
    """10 % are renamed by hand, which leaves `updated_at` as it was."""
    draws = found.draws("teams", teams.ids)
    renamed = happens(draws, "renamed", 0.25, teams.created, (_DAY, 60 * _DAY, 300 * _DAY, 900 * _DAY))
    silently = happens(
        draws, "renamed_by_hand", 0.1, teams.created, (_DAY, 60 * _DAY, 300 * _DAY, 900 * _DAY)
    )
    suffix = (renamed < found.now) * 1 + (silently < found.now) * 2
    first = choice(TEAM_NAMES, draws.below("name", len(TEAM_NAMES)))
    return {
        "id": pa.array(teams.ids),
        "organization_id": pa.array(organization + 1),
        "name": typed(draws, "name", joined(first, choice(_SUFFIXES, suffix))),
        "description": typed(draws, "description", joined("Everything about ", first), 0.05, 0.4),
        "created_at": moments(teams.created),
        "updated_at": moments(latest(found.now, teams.created, renamed)),
    }


def _teams_users(found: Directory, teams: Children, organization: Integers) -> Columns:
    """Of each team's organization, 45 % of the users at one time or another."""
    by_organization = np.argsort(found.user_organization, kind="stable")
    ordered = found.user_organization[by_organization]
    first = np.searchsorted(ordered, organization + 1)
    sizes = np.searchsorted(ordered, organization + 1, side="right") - first
    team = np.repeat(np.arange(sizes.size), sizes)
    user = by_organization[np.arange(team.size) - np.repeat(np.cumsum(sizes) - sizes, sizes) + first[team]]
    draws = found.draws("teams_users", (teams.ids[team] << 32) | (user + 1))
    both = np.maximum(teams.created[team], found.user_created[user])
    added = happens(draws, "added", 0.45, both, (60, _HOUR, 9 * _DAY, 150 * _DAY))
    removed = np.where(
        added < NEVER, happens(draws, "removed", 0.15, added, (_DAY, 60 * _DAY, 300 * _DAY)), NEVER
    )
    removed = np.minimum(removed, found.user_left[user])
    there = (added < found.now) & (removed >= found.now)
    order = np.flatnonzero(there)
    order = order[np.lexsort((user[order], team[order]))]
    by = found.founders[organization[team[order]]]
    return {
        "team_id": pa.array(teams.ids[team[order]]),
        "user_id": pa.array(user[order] + 1),
        "added_by": pa.array(by, mask=draws.chance("synced", 0.3)[order]),
        "created_at": moments(added[order]),
    }


def _teams_permissions(found: Directory, teams: Children, organization: Integers) -> Columns:
    """Each team has one of its organization's permissions from the start, and half of them another one later."""
    draws = found.draws("teams_permissions", teams.ids)
    number = draws.below("first", len(_EACH))
    other = (number + 1 + draws.below("second", len(_EACH) - 1)) % len(_EACH)
    granted = happens(draws, "granted", 0.5, teams.created, (_HOUR, 9 * _DAY, 150 * _DAY))
    more = granted < found.now
    team = np.concatenate([teams.ids, teams.ids[more]])
    permission = np.concatenate([_permission(organization, number), _permission(organization, other)[more]])
    created = np.concatenate([teams.created, granted[more]])
    order = np.lexsort((permission, team))
    return {
        "team_id": pa.array(team[order]),
        "permission_id": pa.array(permission[order]),
        "created_at": moments(created[order]),
    }
