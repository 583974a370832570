"""What Segment says that it received, refused and delivered: calls by source, event and day of receipt.

What belongs here: the counts. What does not: the API that tells them (`services/saas/segment/`).
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.segment.calls import HOUR, MILLIS
from dagster_open_platform_local.company.segment.catalogue import SOURCES
from dagster_open_platform_local.company.segment.tables import trips
from dagster_open_platform_local.company.settings import CompanySettings

RECEIVED, REFUSED, DELIVERED = "received", "refused", "delivered"
BLOCKED = {"website": "Test Event", "product": "Debug Toggle Flipped"}
"""Events that are in no tracking plan: some a day, all refused."""
VIOLATION, UNPLANNED = "Property Violation", "Unplanned Event"
"""Why a call is refused."""


@dataclass(frozen=True)
class Series:
    """How often something happened to the calls of an event.

    Args:
        source: Slug.
        kind: page, identify, group or track.
        event: What the source calls it; empty for other kinds.
        outcome: `RECEIVED`, `REFUSED` or `DELIVERED`.
        reason: Why they were refused; empty otherwise.
        hours: Hours since 1970 in which there were some, ascending.
        counts: How many, an hour.
    """

    source: str
    kind: str
    event: str
    outcome: str
    reason: str
    hours: tuple[int, ...]
    counts: tuple[int, ...]


@lru_cache(maxsize=2)
def series(settings: CompanySettings, today: date) -> tuple[Series, ...]:
    """All counts as of 00:00 UTC of a date."""
    found: list[Series] = []
    for source in SOURCES:
        rows = trips(settings, today, source.slug)
        hours = rows.received // HOUR
        loaded = ~rows.refused & (rows.loaded < unix_seconds(today) * MILLIS)
        for number, table in enumerate(source.calls):
            is_its = rows.calls.table == number
            for outcome, mask in (
                (RECEIVED, is_its),
                (REFUSED, is_its & rows.refused),
                (DELIVERED, is_its & loaded),
            ):
                seen, counts = np.unique(hours[mask], return_counts=True)
                if seen.size:
                    reason = VIOLATION if outcome == REFUSED else ""
                    told = tuple(seen.tolist()), tuple(counts.tolist())
                    found.append(Series(source.slug, table.kind, table.text, outcome, reason, *told))
    return (*found, *_blocked(settings, today))


def _blocked(settings: CompanySettings, today: date) -> list[Series]:
    found: list[Series] = []
    first, end = (unix_seconds(day) // DAY_SECONDS for day in (settings.epoch, today))
    for slug, event in BLOCKED.items():
        days = np.arange(first, end, dtype=np.int64)
        draws = Draws(settings.seed, f"segment_{slug}_blocked", days)
        counts = draws.below("count", 4)
        hours = days * 24 + 9 + draws.below("hour", 8)
        told = tuple(hours[counts > 0].tolist()), tuple(counts[counts > 0].tolist())
        found.append(Series(slug, "track", event, RECEIVED, "", *told))
        found.append(Series(slug, "track", event, REFUSED, UNPLANNED, *told))
    return found
