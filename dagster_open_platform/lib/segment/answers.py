"""From Segment's JSON to the values of the protocol.

What belongs here: fields and their types. What does not: paths and paging (`client.py`).
Sources: the schemas `SourceV1`, `WarehouseV1`, `SourceEventVolumeV1` and `DeliveryOverviewMetricsDataset` of https://docs.segmentapis.com.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from dagster_open_platform.lib.http_fields import Fields
from dagster_open_platform.lib.segment.errors import UnexpectedAnswer
from dagster_open_platform.lib.segment.protocol import SegmentSource, SegmentWarehouse

if TYPE_CHECKING:
    import pyarrow as pa

_FIELDS = Fields("Segment", UnexpectedAnswer)
member = _FIELDS.member
_COUNTS = "eventType, eventName and a series of time and count"


def sources_of(nodes: Sequence[Any]) -> list[SegmentSource]:
    """Sources. Their write keys are left where they are.

    Raises:
        UnexpectedAnswer: One has another shape.
    """
    try:
        found = list(map(SegmentSource._make, map(itemgetter("id", "slug", "name", "enabled"), nodes)))
    except (KeyError, TypeError) as error:
        raise _unlike("sources", "id, slug, name and enabled", error) from None
    return _typed(found, "sources", (str, str, str, bool))


def warehouses_of(nodes: Sequence[Any]) -> list[SegmentWarehouse]:
    """Warehouses. Their settings are left where they are.

    Raises:
        UnexpectedAnswer: One has another shape.
    """
    try:
        found = [SegmentWarehouse(node["id"], node["metadata"]["slug"], node["enabled"]) for node in nodes]
    except (KeyError, TypeError) as error:
        raise _unlike("warehouses", "id, metadata.slug and enabled", error) from None
    return _typed(found, "warehouses", (str, str, bool))


Row = TypeVar("Row", bound=tuple[Any, ...])


def _typed(rows: list[Row], what: str, types: Sequence[type]) -> list[Row]:
    """The rows, if each of their columns has one type."""
    for kind, column in zip(types, zip(*rows, strict=True), strict=False):
        if wrong := set(map(type, column)) - {kind}:
            names = ", ".join(sorted(each.__name__ for each in wrong))
            raise UnexpectedAnswer(f"Segment's {what} have a {names} where a {kind.__name__} belongs.")
    return rows


def _unlike(what: str, expected: str, error: Exception) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"Segment's {what} have another shape than {expected} ({type(error).__name__}).")


def counts_of(pages: Iterable[Sequence[Any]]) -> pa.Table:
    """Counts by kind, event and day, from pages of entries that each have a series of days.

    Column by column, and page by page: a page has some hundred series, whose points are dropped before the next one is asked for.

    Raises:
        UnexpectedAnswer: An entry has another shape. The message does not show its values.
    """
    import pyarrow as pa

    kinds: list[Any] = []
    events: list[Any] = []
    lengths: list[int] = []
    days: list[Any] = []
    counts: list[Any] = []
    for page in pages:
        try:
            for entry in page:
                series = entry["series"]
                kinds.append(entry["eventType"])
                events.append(entry["eventName"])
                lengths.append(len(series))
                days += [point["time"] for point in series]
                counts += [point["count"] for point in series]
        except (KeyError, TypeError) as error:
            raise _unlike("counts", _COUNTS, error) from None
    index = pa.array([place for place, length in enumerate(lengths) for _ in range(length)], pa.int64())
    try:
        return pa.table(
            {
                "kind": pa.array(kinds, pa.string()).take(index),
                "event": pa.array(events, pa.string()).take(index),
                "day": pa.array(days, pa.string()).cast(pa.timestamp("us", "UTC")),
                "count": pa.array(counts, pa.int64()),
            }
        )
    except (TypeError, pa.ArrowException) as error:
        raise _unlike("counts", _COUNTS, error) from None
