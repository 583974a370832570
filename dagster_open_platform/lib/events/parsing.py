"""From a micro-batch to rows of the landing table.

What belongs here: what a line must be. What does not: reading files, and the columns that a load adds (``land.py``).

The text of a line is in no message: people's searches are in it.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dagster_open_platform.lib.events.errors import InvalidEvent

Row = dict[str, Any]
_Reader = Callable[[Any], Any]


def parse_batch(body: bytes, place: str) -> Iterator[Row]:
    """Read the events of a file.

    Args:
        body: Lines of JSON, of which some may be empty.
        place: The file's address, for messages.

    Yields:
        A row of what the event says, line by line.

    Raises:
        InvalidEvent: A line is no event; names the file and the line, counted from 1.
    """
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield parse_event(json.loads(line.decode("utf-8"), parse_constant=_refuse_constant))
        except (ValueError, RecursionError) as error:
            what = (
                f"{error.msg} (column {error.colno})"
                if isinstance(error, json.JSONDecodeError)
                else _reason(error)
            )
            raise InvalidEvent(
                f"{place}, line {number}: {what}. Nothing was changed. Have the stream's producer mend it, or put a file without"
                " the line in its place."
            ) from None


def parse_event(event: Any) -> Row:
    """Make a row of an event.

    Args:
        event: As it came out of JSON.

    Raises:
        ValueError: It is no object, lacks a field, or a field is something else than it must be.
    """
    if not isinstance(event, Mapping):
        raise ValueError(f"expected an object, found a {type(event).__name__}")
    row: Row = {}
    for name, read in _FIELDS.items():
        if name not in event and name not in _NULLABLE:
            raise ValueError(f"{name} is missing")
        value = event.get(name)
        if value is None and name in _NULLABLE:
            row[name] = None
            continue
        try:
            row[name] = read(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} is wrong: {error}") from None
    others = {name: value for name, value in event.items() if name not in _FIELDS}
    row["other_fields"] = _json_text(others) if others else None
    return row


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(
            f"expected a text, found a {type(value).__name__}{' that is empty' if value == '' else ''}"
        )
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected a whole number, found a {type(value).__name__}")
    if not -(2**63) <= value < 2**63:
        raise ValueError("expected a whole number of 64 bits")
    return value


def _moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(_text(value)) if isinstance(value, str) and len(value) <= 40 else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("expected an ISO 8601 time with its offset from UTC")
    return moment.astimezone(dt.UTC)


def _payload(value: Any) -> str:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, found a {type(value).__name__}")
    return _json_text(value)


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is no UTF-8"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


_FIELDS: Mapping[str, _Reader] = {
    "event_id": _text,
    "event_type": _text,
    "organization_id": _whole,
    "deployment_id": _whole,
    "user_id": _whole,
    "occurred_at": _moment,
    "ingested_at": _moment,
    "payload": _payload,
}
_NULLABLE = ("deployment_id", "user_id")
