"""From Segment's JSON to the values of the protocol.

What belongs here: fields and their types. What does not: paths and paging (`client.py`).
Sources: the schemas `SourceV1`, `WarehouseV1`, `SourceEventVolumeV1` and `DeliveryOverviewMetricsDataset` of https://docs.segmentapis.com.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from dagster_open_platform.lib.segment.errors import UnexpectedAnswer
from dagster_open_platform.lib.segment.protocol import SegmentSource, SegmentWarehouse

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
Node = Mapping[str, Any]


def member(node: Any, field: str, kind: type[T]) -> T:
    """A required field.

    Raises:
        UnexpectedAnswer: It is missing or of another kind. The message does not show the value.
    """
    if not isinstance(node, Mapping):
        raise UnexpectedAnswer(
            f"Segment's answer has a {type(node).__name__} where an object with {field!r} belongs."
        )
    value = node.get(field)
    if not isinstance(value, kind):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise UnexpectedAnswer(f"Segment's answer has {found} as {field!r}; expected a {kind.__name__}.")
    return value


def source_of(node: Node) -> SegmentSource:
    """A source. Its write keys are left where they are."""
    slug = member(node, "slug", str)
    name = node.get("name")
    return SegmentSource(
        member(node, "id", str), slug, name if isinstance(name, str) else slug, member(node, "enabled", bool)
    )


def warehouse_of(node: Node) -> SegmentWarehouse:
    """A warehouse. Its settings are left where they are."""
    service = member(member(node, "metadata", Mapping), "slug", str)
    return SegmentWarehouse(member(node, "id", str), service, member(node, "enabled", bool))


def counts_of(entries: Sequence[Any]) -> pa.Table:
    """Counts by kind, event and day, from entries that each have a series of days.

    Column by column: a series is some thousand days long, and a page has some hundred of them.

    Raises:
        UnexpectedAnswer: An entry has another shape. The message does not show its values.
    """
    import pyarrow as pa

    kinds: list[Any] = []
    events: list[Any] = []
    lengths: list[int] = []
    days: list[Any] = []
    counts: list[Any] = []
    try:
        for entry in entries:
            series = entry["series"]
            kinds.append(entry["eventType"])
            events.append(entry["eventName"])
            lengths.append(len(series))
            days += [point["time"] for point in series]
            counts += [point["count"] for point in series]
        index = pa.array([place for place, length in enumerate(lengths) for _ in range(length)], pa.int64())
        return pa.table(
            {
                "kind": pa.array(kinds, pa.string()).take(index),
                "event": pa.array(events, pa.string()).take(index),
                "day": pa.array(days, pa.string()).cast(pa.timestamp("us", "UTC")),
                "count": pa.array(counts, pa.int64()),
            }
        )
    except (KeyError, TypeError, pa.ArrowException) as error:
        raise UnexpectedAnswer(
            f"Segment's counts have another shape than eventType, eventName and a series of time and count"
            f" ({type(error).__name__})."
        ) from None
