"""Segment in memory: for tests of whatever asks the protocol.

What belongs here: counts that a test gives. What does not: HTTP (that is the emulator's).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dagster_open_platform.lib.http import NotFound, RequestRejected
from dagster_open_platform.lib.segment.protocol import SegmentSource, SegmentWarehouse
from dagster_open_platform.utils.fake_calls import FakeCalls

if TYPE_CHECKING:
    import pyarrow as pa

Counts = Mapping[tuple[str, str, date], int]
"""By kind, event and UTC day."""
_OLDEST = timedelta(days=30)


@dataclass
class FakeSource:
    """A source.

    Args:
        source: As Segment shows it.
        received: What it sent.
        refused: What did not pass.
        delivered: What came into every warehouse.
    """

    source: SegmentSource
    received: Counts = field(default_factory=dict)
    refused: Counts = field(default_factory=dict)
    delivered: Counts = field(default_factory=dict)


class FakeSegment(FakeCalls):
    """Segment (see the protocol).

    Args:
        sources: Of the workspace.
        warehouses: Of the workspace.
        now: What time it is there, aware; None: what it is here.
    """

    def __init__(
        self,
        sources: Sequence[FakeSource] = (),
        warehouses: Sequence[SegmentWarehouse] = (SegmentWarehouse("wh", "snowflake", True),),
        now: datetime | None = None,
    ) -> None:
        super().__init__()
        self._now = now
        self._sources = {each.source.id: each for each in sources}
        self._warehouses = list(warehouses)

    def now(self) -> datetime:
        """What time it is there."""
        self._called("now")
        return self._now or datetime.now(UTC)

    def sources(self) -> Sequence[SegmentSource]:
        """All sources."""
        self._called("sources")
        return [each.source for each in self._sources.values()]

    def warehouses(self) -> Sequence[SegmentWarehouse]:
        """All warehouses."""
        self._called("warehouses")
        return list(self._warehouses)

    def received(self, source_id: str, start: datetime, end: datetime) -> pa.Table:
        """What a source sent."""
        self._called("received", source_id, start, end)
        return _table(self._known(source_id).received, start, end)

    def refused(self, source_id: str, start: datetime, end: datetime) -> pa.Table:
        """What did not pass."""
        self._called("refused", source_id, start, end)
        self._admit(start)
        return _table(self._known(source_id).refused, start, end)

    def delivered(self, source_id: str, warehouse_id: str, start: datetime, end: datetime) -> pa.Table:
        """What came into a warehouse."""
        self._called("delivered", source_id, warehouse_id, start, end)
        if warehouse_id not in {each.id for each in self._warehouses}:
            raise NotFound(f"Segment has no warehouse {warehouse_id}.")
        self._admit(start)
        return _table(self._known(source_id).delivered, start, end)

    def _admit(self, start: datetime) -> None:
        if start < (self._now or datetime.now(UTC)) - _OLDEST:
            raise RequestRejected(f"Segment does not count from {start}, which is more than {_OLDEST} ago.")

    def _known(self, source_id: str) -> FakeSource:
        if source_id not in self._sources:
            raise NotFound(f"Segment has no source {source_id}.")
        return self._sources[source_id]


def _table(counts: Counts, start: datetime, end: datetime) -> pa.Table:
    import pyarrow as pa

    rows = [
        (kind, event, moment, count)
        for (kind, event, day), count in sorted(counts.items())
        if start <= (moment := datetime.combine(day, time(), UTC)) < end
    ]
    types = (pa.string(), pa.string(), pa.timestamp("us", "UTC"), pa.int64())
    columns = [pa.array([row[place] for row in rows], kind) for place, kind in enumerate(types)]
    return pa.table(dict(zip(("kind", "event", "day", "count"), columns, strict=True)))
