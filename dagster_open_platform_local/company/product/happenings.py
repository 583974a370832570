"""How rows come to be: so many to each row of another table, or so many a day.

What belongs here: who exists when, and its id. What does not: any column but those.

Ids count up with the time of birth over all databases, so no two of them ever share one. What was born before a date has the
same id on every later date: births are drawn without looking at the date, then cut off at it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_WEEKEND_PER_MILLE = 350
_GROWTH_PER_MILLE_A_DAY = 4
_SEATS = 8
"""Bits of a child's number among its siblings."""


@dataclass(frozen=True)
class Children:
    """Rows that belong to rows of another table, by the time of their birth.

    Args:
        ids: Each one's id.
        parent: Index of the parent in the arrays from which they were made.
        seat: Number among its siblings, from 0.
        created: Unix seconds.
    """

    ids: Integers
    parent: Integers
    seat: Integers
    created: Integers

    def where(self, mask: Mask) -> Self:
        """Those that are marked."""
        return type(self)(self.ids[mask], self.parent[mask], self.seat[mask], self.created[mask])


def children(
    draws: Draws,
    parent_created: Integers,
    counts: tuple[Sequence[int], Sequence[int]],
    gaps: Sequence[int],
    now: int,
    first_gap: int | None = None,
    ids_after: int = 0,
) -> Children:
    """Children of every parent, as far as they are born.

    Args:
        draws: Over the parents' ids, with the children's table as its table.
        parent_created: Unix seconds.
        counts: How many children a parent may have in its life, and the weights of these numbers.
        gaps: Quantiles of the seconds between the parent's birth and the child's; all above 0.
        now: Unix seconds; who is born later is not there.
        first_gap: The seconds for the first child, if it always comes at the same time.
        ids_after: Their ids are above it.
    """
    sizes = np.array(counts[0], dtype=np.int64)[draws.pick("children", thresholds(counts[1]))]
    parent = np.repeat(np.arange(draws.ids.size, dtype=np.int64), sizes)
    seat = np.arange(parent.size, dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    keys = (draws.ids[parent] << _SEATS) | seat
    gap = Draws(draws.seed, draws.table, keys).quantile("gap", gaps)
    created = parent_created[parent] + (gap if first_gap is None else np.where(seat == 0, first_gap, gap))
    order = np.lexsort((keys, created))
    order = order[created[order] < now]
    ids = ids_after + np.arange(1, order.size + 1, dtype=np.int64)
    return Children(ids, parent[order], seat[order], created[order])


@dataclass(frozen=True)
class Daily:
    """Rows that happen on their own, by time.

    Args:
        ids: Each one's id.
        day: Days after the epoch.
        created: Unix seconds.
        day_start: 00:00 UTC of the day, in Unix seconds.
    """

    ids: Integers
    day: Integers
    created: Integers
    day_start: Integers

    def where(self, mask: Mask) -> Self:
        """Those that are marked; the others' ids are never given to anybody."""
        return type(self)(self.ids[mask], self.day[mask], self.created[mask], self.day_start[mask])


def daily(
    settings: CompanySettings, table: str, today: date, per_day: int, first_day: int = 0, ids_after: int = 0
) -> Daily:
    """So many a day, more of them as the company grows, fewer on weekends.

    Args:
        settings: The company's.
        table: Name of the table.
        today: What happens from this date on is not there.
        per_day: How many on a working day at the epoch, at scale 1.
        first_day: Days after the epoch (or before, if negative) on which it begins.
        ids_after: Their ids are above it.
    """
    days = np.arange(first_day, max(first_day, (today - settings.epoch).days), dtype=np.int64)
    draws = Draws(settings.seed, f"{table}_days", days)
    weekend = (settings.epoch.weekday() + days) % 7 >= 5
    per_mille = (
        np.maximum(1000 + _GROWTH_PER_MILLE_A_DAY * days, 400) * (850 + draws.below("noise", 300)) // 1000
    )
    per_mille = np.where(weekend, per_mille * _WEEKEND_PER_MILLE // 1000, per_mille)
    counts = (
        int(per_day * settings.scale * 1000) * per_mille // 1000 + draws.below("rounding", 1000)
    ) // 1000
    day = np.repeat(days, counts)
    ids = ids_after + np.arange(1, day.size + 1, dtype=np.int64)
    seconds = Draws(settings.seed, table, ids).below("second", DAY_SECONDS)
    # Sorted within the day, so that ids grow with time.
    order = np.lexsort((seconds, day))
    day_start = unix_seconds(settings.epoch) + day * DAY_SECONDS
    return Daily(ids, day, day_start + seconds[order], day_start)


def pick_existing(draws: Draws, column: str, born: Integers, before: Integers) -> Integers:
    """An index into rows that were there before a moment, the older ones more often; -1 where there were none.

    Args:
        draws: Of the rows that pick.
        column: Name of the column.
        born: When the rows to pick from were born, ascending.
        before: The moment, a row that picks.
    """
    bounds = np.searchsorted(born, before)
    some = np.maximum(bounds, 1)
    picked = np.minimum(draws.below_each(column, some), draws.below_each(f"{column}_again", some))
    return np.where(bounds > 0, picked, -1)


def happens(draws: Draws, column: str, probability: float, after: Integers, gaps: Sequence[int]) -> Integers:
    """When something happens to each row, whether it has yet or not; `NEVER` for those to whom it does not.

    Args:
        draws: Of the rows.
        column: Name of what happens.
        probability: To how many it happens at all.
        after: Unix seconds, a row.
        gaps: Quantiles of the seconds from there to then.
    """
    return np.where(draws.chance(column, probability), after + draws.quantile(f"{column}_gap", gaps), NEVER)


def latest(now: int, created: Integers, *moments: Integers) -> Integers:
    """The last of several moments that has come, a row; at least `created`."""
    found = created
    for each in moments:
        found = np.maximum(found, np.where(each < now, each, created))
    return found
