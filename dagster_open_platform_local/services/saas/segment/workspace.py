"""The company's workspace at Segment: its sources, its warehouse, its counts.

What belongs here: how they look in answers. What does not: which call gets which (`app.py`).
Sources: the schemas `SourceV1`, `WarehouseV1`, `SourceEventVolumeV1` and `DeliveryOverviewMetricsDataset` of https://docs.segmentapis.com.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.segment.catalogue import SOURCES
from dagster_open_platform_local.company.segment.counts import Series, series
from dagster_open_platform_local.services.saas.segment.parameters import Span

WORKSPACE_ID = "9aQ1Lj62S4bomZKLF4DPqW"
WAREHOUSE_ID = "kjU72LCJexvrqL7G4TMHHN"
Json = dict[str, Any]


@dataclass(frozen=True)
class Workspace:
    """A workspace at a moment.

    Args:
        now: By the company's clock; aware.
        sources: As Segment shows them.
        warehouses: As Segment shows them.
        series: What it counted.
    """

    now: datetime
    sources: Sequence[Json]
    warehouses: Sequence[Json]
    series: Sequence[Series]

    def source(self, source_id: str) -> Json | None:
        """A source; None: there is none."""
        return next((each for each in self.sources if each["id"] == source_id), None)

    def has_warehouse(self, warehouse_id: str) -> bool:
        """Whether there is such a warehouse."""
        return any(each["id"] == warehouse_id for each in self.warehouses)


@lru_cache(maxsize=2)
def workspace_of(clock: CompanyClock) -> Workspace:
    """The company's."""
    shown = [source_json(each.id, each.slug, each.name) for each in SOURCES]
    return Workspace(clock.now, shown, [warehouse_json(WAREHOUSE_ID)], series(clock.settings, clock.today))


def source_json(source_id: str, slug: str, name: str) -> Json:
    """A source. A token that may not administer it is shown no write keys."""
    return {
        "id": source_id,
        "slug": slug,
        "name": name,
        "workspaceId": WORKSPACE_ID,
        "enabled": True,
        "writeKeys": [],
        "metadata": {
            "id": "IqDTy1TpoU",
            "slug": "javascript",
            "name": "Javascript",
            "categories": ["Website"],
        },
        "settings": {},
        "labels": [{"key": "environment", "value": "prod"}],
    }


def warehouse_json(warehouse_id: str, name: str = "Snowflake") -> Json:
    """A warehouse. Its settings name no password."""
    return {
        "id": warehouse_id,
        "workspaceId": WORKSPACE_ID,
        "enabled": True,
        "metadata": {"id": "CRgVjqWMJ7", "slug": "snowflake", "name": "Snowflake"},
        "settings": {
            "name": name,
            "database": "SEGMENT",
            "warehouse": "SEGMENT_WAREHOUSE",
            "username": "SEGMENT_USER",
        },
    }


Key = tuple[str, ...]
DIMENSIONS = {
    "source": lambda each: each.source,
    "eventName": lambda each: each.event,
    "eventType": lambda each: each.kind,
    "discardReason": lambda each: each.reason,
}


def grouped(found: Iterable[Series], by: Sequence[str], asked: Span) -> list[tuple[Key, int, list[Json]]]:
    """Counts by some dimensions: the values of these, the total, and the counts in every bucket; the largest total first.

    Args:
        found: What is counted.
        by: Keys of `DIMENSIONS`.
        asked: The time.
    """
    first, end = (int(moment.timestamp()) for moment in (asked.start, asked.end))
    buckets = asked.buckets
    starts = [int(bucket.timestamp()) for bucket in buckets]
    width = (starts[1] - starts[0]) if len(starts) > 1 else 86_400
    sums: dict[Key, list[int]] = defaultdict(lambda: [0] * len(starts))
    for each in found:
        key = tuple(DIMENSIONS[name](each) for name in by)
        for hour, count in zip(each.hours, each.counts, strict=True):
            if first <= hour * 3600 < end:
                sums[key][(hour * 3600 - starts[0]) // width] += count
    times = [f"{bucket:%Y-%m-%dT%H:%M:%S}.000Z" for bucket in buckets]
    rows = [
        (
            key,
            sum(counts),
            [{"time": time, "count": count} for time, count in zip(times, counts, strict=True)],
        )
        for key, counts in sums.items()
    ]
    return sorted((row for row in rows if row[1]), key=lambda row: (-row[1], row[0]))
