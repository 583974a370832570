"""What the platform asks of Segment, and the values that come back.

What belongs here: the narrow protocol, which the client (`client.py`) and the fake (`fake.py`) implement. What does not: HTTP, and
what is done with the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class SegmentSource(NamedTuple):
    """A source.

    Args:
        id: In Segment.
        slug: Its name in addresses; by default that of its schema in the warehouse.
        name: What people call it.
        enabled: Whether it takes calls.
    """

    id: str
    slug: str
    name: str
    enabled: bool


class SegmentWarehouse(NamedTuple):
    """A warehouse into which Segment loads.

    Args:
        id: In Segment.
        service: Kind of database, such as `snowflake`.
        enabled: Whether it is loaded.
    """

    id: str
    service: str
    enabled: bool


class SegmentApi(Protocol):
    """Segment's Public API. All operations raise the errors of `lib/http/errors.py` and `UnexpectedAnswer`.

    Counts are by UTC day of receipt: tables with `kind` (page, identify, group, track), `event` (the name at the source; what it is for
    other kinds than track, Segment decides), `day` (the day's first moment, in UTC) and `count`.
    """

    def now(self) -> datetime:
        """What time it is at Segment (aware, in UTC), whose counts go back 30 days from then, whatever this machine's clock says."""
        ...

    def sources(self) -> Sequence[SegmentSource]:
        """All sources of the workspace."""
        ...

    def warehouses(self) -> Sequence[SegmentWarehouse]:
        """All warehouses of the workspace."""
        ...

    def received(self, source_id: str, start: datetime, end: datetime) -> pa.Table:
        """What a source sent, the refused calls among it.

        Args:
            source_id: The source.
            start: Inclusive; aware.
            end: Exclusive; aware.

        Raises:
            NotFound: There is no such source.
        """
        ...

    def refused(self, source_id: str, start: datetime, end: datetime) -> pa.Table:
        """What Segment did not let pass, because the tracking plan or the source's schema says so (see `received`)."""
        ...

    def delivered(self, source_id: str, warehouse_id: str, start: datetime, end: datetime) -> pa.Table:
        """What came into a warehouse (see `received`).

        Args:
            source_id: The source.
            warehouse_id: The warehouse.
            start: Inclusive; aware; at most 30 days ago.
            end: Exclusive; aware; at most 30 days after the start.
        """
        ...
