"""The forms in which Anthropic has written moments.

What belongs here: reading all three: a number of seconds since 1970, the same as a text of digits, ISO 8601 (RFC 3339), which is what is
documented. Milliseconds are told from seconds by their size.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.anthropic.errors import UnexpectedAnswer

if TYPE_CHECKING:
    import pyarrow as pa

_DIGITS = re.compile(r"\d{1,16}(\.\d+)?")
_MILLISECONDS_FROM = 100_000_000_000
"""As seconds this is in the year 5138, as milliseconds in 1973."""


def moment(value: Any, field: str) -> dt.datetime:
    """A moment in UTC.

    Args:
        value: What stands in the answer.
        field: Its name, for the message.

    Raises:
        UnexpectedAnswer: It is in none of the forms. The message does not show it.
    """
    if isinstance(value, str) and value[4:5] == "-":
        # What nearly all of them are.
        return _of_iso(value, field)
    if isinstance(value, bool):
        raise _wrong(value, field)
    if isinstance(value, int | float):
        return _of_number(value, field)
    if not isinstance(value, str):
        raise _wrong(value, field)
    if _DIGITS.fullmatch(value):
        return _of_number(float(value) if "." in value else int(value), field)
    return _of_iso(value, field)


def moments(values: Sequence[Any], field: str) -> pa.Array:
    """Many moments in UTC; null where there is none.

    Args:
        values: What stands in the answer; None for none.
        field: Its name, for the message.

    Raises:
        UnexpectedAnswer: One is in none of the forms.
    """
    import pyarrow as pa

    kind = pa.timestamp("us", tz="UTC")
    try:
        # Arrow reads ISO 8601 with a zone, and nothing else, many times faster.
        return pa.array(values, pa.string()).cast(kind)
    except (pa.ArrowException, TypeError):
        return pa.array([None if value is None else moment(value, field) for value in values], kind)


def _of_iso(value: str, field: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError:
        raise _wrong(value, field) from None
    if found.tzinfo is dt.UTC:
        return found
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _of_number(value: float, field: str) -> dt.datetime:
    seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):
        raise _wrong(value, field) from None


def _wrong(value: Any, field: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"Anthropic's answer has a {type(value).__name__} as {field!r} that is no time: expected Unix seconds, the same as"
        " a text, or ISO 8601."
    )
