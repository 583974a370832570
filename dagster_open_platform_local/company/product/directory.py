"""Who is where: the organizations and users that every other table refers to, and the database that serves each.

What belongs here: that, in numpy arrays. What does not: the tables of the directory (`accounts.py`).

The directory of an organization in the US is `main`; of one in the EU, `eu`, of which the product itself keeps a copy in `xregion` for
those who work in both. Where its runs are is another matter: an organization in the US has its data plane on `main` or on `shard1`, by a
hash of its id, for good; one in the EU has everything in `eu`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.schema import EUROPEAN_IDS_AFTER
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import users_table

_MAIN, _SHARD1, _EUROPE = range(3)
_PLANES: Mapping[str, int] = {"main": _MAIN, "shard1": _SHARD1, "xregion": _EUROPE, "eu": _EUROPE}
_EUROPEAN_PART = 6
"""What happens so many times a day in the US happens once in the EU."""


@dataclass(frozen=True)
class Directory:
    """Organizations and users as of a date. Organization `id` is at index `id - 1`, and so are users.

    Args:
        settings: The company's.
        today: The date.
        now: The same in Unix seconds.
        organizations: The company's table.
        users: The company's table.
        created: When each organization signed up (Unix seconds).
        changed: When each organization last changed.
        canceled: When each organization canceled; `NEVER` if it has not yet.
        shard: Each organization's data plane: 0 is `main`, 1 `shard1`, 2 the EU's.
        user_organization: Id of each user's organization.
        user_created: When each user joined.
        user_left: When each user was deactivated; `NEVER` if that has not happened yet.
    """

    settings: CompanySettings
    today: date
    now: int
    organizations: pa.Table
    users: pa.Table
    created: Integers
    changed: Integers
    canceled: Integers
    shard: Integers
    user_organization: Integers
    user_created: Integers
    user_left: Integers

    def draws(self, table: str, ids: Integers) -> Draws:
        """The columns of a table."""
        return Draws(self.settings.seed, table, ids)

    def registered_in(self, database: str) -> Mask:
        """Which organizations the directory of a database has."""
        if _PLANES[database] == _SHARD1:
            raise ValueError("shard1 has no directory")
        return self.in_region_of(database)

    def runs_in(self, database: str) -> Mask:
        """Which organizations have their data plane in a database."""
        return self.shard == _PLANES[database]

    def in_region_of(self, database: str) -> Mask:
        """Which organizations are in the region of a database."""
        return self.is_american if _PLANES[database] != _EUROPE else ~self.is_american

    def users_in_region_of(self, database: str) -> Integers:
        """Indices of the users in the region of a database, by the time of joining."""
        return np.flatnonzero(self.in_region_of(database)[self.user_organization - 1])

    @property
    def is_american(self) -> Mask:
        """Which organizations are in the US, whatever their shard."""
        return self.shard != _EUROPE

    def is_active(self, user: Integers, at: Integers) -> Mask:
        """Whether a user (by index) could use the product at a moment."""
        organization = self.user_organization[user] - 1
        return (self.user_left[user] >= at) & (self.canceled[organization] >= at)

    @property
    def american_users(self) -> Integers:
        """Indices of the users in the US, by the time of joining."""
        return self.users_in_region_of("main")

    @property
    def founders(self) -> Integers:
        """Id of each organization's first user; 0 if it has none yet."""
        found = np.zeros(self.created.size, dtype=np.int64)
        # Backwards, so that the first one stays.
        found[self.user_organization[::-1] - 1] = np.arange(self.user_organization.size, 0, -1)
        return found


@lru_cache(maxsize=2)
def directory(settings: CompanySettings, today: date) -> Directory:
    """The directory as of 00:00 UTC of a date."""
    organizations, users = organizations_table(settings, today), users_table(settings, today)
    ids = organizations["id"].to_numpy()
    european = np.array([region == "eu" for region in organizations["region"].to_pylist()], dtype=np.bool_)
    other = Draws(settings.seed, "shards", ids).chance("shard1", 0.5)
    return Directory(
        settings=settings,
        today=today,
        now=unix_seconds(today),
        organizations=organizations,
        users=users,
        created=_seconds(organizations["created_at"]),
        changed=_seconds(organizations["updated_at"]),
        canceled=_seconds(organizations["canceled_at"]),
        shard=np.where(european, _EUROPE, np.where(other, _SHARD1, _MAIN)).astype(np.int64),
        user_organization=users["organization_id"].to_numpy(),
        user_created=_seconds(users["created_at"]),
        user_left=_seconds(users["deactivated_at"]),
    )


def _seconds(column: pa.ChunkedArray) -> Integers:
    micros = column.cast(pa.int64()).fill_null(NEVER).to_numpy()
    return np.where(micros >= NEVER, NEVER, micros // 1_000_000)


def registry_of(database: str) -> str:
    """The database whose directory is that of a database's region: `main` or `eu`."""
    return "eu" if _PLANES[database] == _EUROPE else "main"


def ids_after(database: str) -> int:
    """The id after which a database's region gives its own."""
    return EUROPEAN_IDS_AFTER if _PLANES[database] == _EUROPE else 0


def a_day_in(database: str, per_day: int) -> int:
    """How much happens a day in a database's region of what happens so often a day in the US."""
    return max(1, per_day // _EUROPEAN_PART) if _PLANES[database] == _EUROPE else per_day
