"""How moments are written in answers.

What belongs here: the three forms that have been seen of this API: a number of seconds, the same as a text of digits, ISO 8601.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

Stamp = str | int
Stamping = Callable[[int], Stamp]
"""Writes a moment, given in Unix seconds."""


def epoch_number(moment: int) -> Stamp:
    """`1780272000`, a number."""
    return moment


def digits(moment: int) -> Stamp:
    """The same as a text."""
    return str(moment)


def iso_8601(moment: int) -> Stamp:
    """`2026-06-01T00:00:00Z`, as RFC 3339 has it, which is what is documented."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FORMS: dict[str, Stamping] = {"number": epoch_number, "digits": digits, "iso": iso_8601}

_DIGITS_SINCE, _ISO_SINCE = (
    int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    for day in (date(2026, 7, 1), date(2026, 8, 1))
)


def historic(moment: int) -> Stamp:
    """In the form of its time: numbers until June 2026, then digits, ISO 8601 from August on."""
    return (
        epoch_number(moment)
        if moment < _DIGITS_SINCE
        else digits(moment)
        if moment < _ISO_SINCE
        else iso_8601(moment)
    )
