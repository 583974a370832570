"""The query string of a call.

What belongs here: reading and checking parameters, and pages. What does not: what they choose from.
Source: https://docs.segmentapis.com, Pagination and Delivery Overview (`pagination.count`, `pagination.cursor`, `groupBy.0`); lists and
objects are accepted in brackets, too, as `pagination[count]`.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.datastructures import QueryParams

from dagster_open_platform_local.services.saas.segment.errors import invalid

DEFAULT_COUNT, MAX_COUNT = 10, 200
GRANULARITIES = {"HOUR": timedelta(hours=1), "DAY": timedelta(days=1)}
"""MINUTE is documented, too; this emulator keeps its counts by the hour, and refuses it."""


def member(query: QueryParams, name: str, field: str) -> str | None:
    """A field of a parameter that is an object, in either spelling."""
    return query.get(f"{name}.{field}") or query.get(f"{name}[{field}]")


def listed(query: QueryParams, name: str) -> list[str]:
    """The values of a parameter that is a list: repeated, numbered, in brackets, or with commas between them."""
    own = re.compile(rf"{name}(\[\d*\]|\.\d+)?$")
    return [
        value for key, text in query.multi_items() if own.match(key) for value in text.split(",") if value
    ]


def required(query: QueryParams, name: str) -> str:
    """A parameter.

    Raises:
        ApiError: 422: it is missing.
    """
    value = query.get(name)
    if not value:
        raise invalid(name, f"{name} is required.")
    return value


def page(query: QueryParams, items: Sequence[Any], counted: bool = True) -> tuple[list[Any], dict[str, Any]]:
    """A page, and the `pagination` that goes with it.

    Args:
        query: Of the call.
        items: All there are.
        counted: Whether the answer says how many there are.

    Raises:
        ApiError: 422: a parameter is wrong.
    """
    text, cursor = member(query, "pagination", "count"), member(query, "pagination", "cursor")
    count = int(text) if text and text.isdecimal() else DEFAULT_COUNT if text is None else 0
    if not 1 <= count <= MAX_COUNT:
        raise invalid("pagination.count", f"pagination.count must be between 1 and {MAX_COUNT}.")
    start = _start(cursor) if cursor else 0
    found: dict[str, Any] = {"current": _cursor(start)}
    if start + count < len(items):
        found["next"] = _cursor(start + count)
    if start:
        found["previous"] = _cursor(max(start - count, 0))
    if counted:
        found["totalEntries"] = len(items)
    return list(items[start : start + count]), found


def _cursor(start: int) -> str:
    return base64.b64encode(str(start).encode()).decode()


def _start(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("pagination.cursor", "pagination.cursor is not a cursor.") from error
    if not text.isdecimal():
        raise invalid("pagination.cursor", "pagination.cursor is not a cursor.")
    return int(text)


@dataclass(frozen=True)
class Span:
    """A time in buckets.

    Args:
        granularity: One of `GRANULARITIES`.
        start: Inclusive; aware.
        end: Exclusive; aware.
    """

    granularity: str
    start: datetime
    end: datetime

    @property
    def buckets(self) -> list[datetime]:
        """When each begins; the first one at the beginning of its hour or day."""
        step = GRANULARITIES[self.granularity]
        first = self.start.replace(minute=0, second=0, microsecond=0)
        first = first.replace(hour=0) if self.granularity == "DAY" else first
        return [first + step * number for number in range(-((first - self.end) // step))]


def span(
    query: QueryParams,
    now: datetime,
    most: Mapping[str, timedelta] | None = None,
    oldest: timedelta | None = None,
) -> Span:
    """The time that a call asks about.

    Args:
        query: Of the call.
        now: By the company's clock; aware.
        most: How long it may be, by granularity.
        oldest: How long ago it may begin.

    Raises:
        ApiError: 422: a parameter is missing or wrong.
    """
    granularity = required(query, "granularity")
    if granularity not in GRANULARITIES:
        raise invalid("granularity", f"granularity must be one of {', '.join(GRANULARITIES)}.")
    start, end = (_moment(name, required(query, name)) for name in ("startTime", "endTime"))
    if start >= end:
        raise invalid("endTime", "endTime must be after startTime.")
    if most and end - start > most[granularity]:
        raise invalid("endTime", f"The range must be at most {most[granularity].days} days.")
    if oldest and start < now - oldest:
        raise invalid("startTime", f"startTime must be at most {oldest.days} days ago.")
    return Span(granularity, start, end)


def _moment(field: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(field, f"{field} must be an ISO 8601 timestamp.") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
