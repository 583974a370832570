"""Windows of time, and cutting them until a search can return all that is in them.

What belongs here: windows and their arithmetic. What does not: searching.

GitHub returns at most 1,000 results of a search, however many it counts
(https://docs.github.com/en/rest/search/search#about-search), and knows times to the second.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from dagster_open_platform.lib.github.errors import InvalidPartitionKey, WindowTooDense

T = TypeVar("T")
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True)
class TimeWindow:
    """The moments from ``start`` (included) to ``end`` (excluded).

    Args:
        start: Aware, whole seconds; kept in UTC.
        end: After ``start``; likewise.

    Raises:
        ValueError: The window is empty, or a bound is naive or no whole second.
    """

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            bound: dt.datetime = getattr(self, name)
            if bound.utcoffset() is None or bound.microsecond:
                raise ValueError(f"the {name} of a window must be aware and a whole second, not {bound!r}")
            object.__setattr__(self, name, bound.astimezone(dt.UTC))
        if not self.start < self.end:
            raise ValueError(f"a window must not be empty: {self}")

    def __str__(self) -> str:
        return f"[{self.start:%Y-%m-%dT%H:%M:%SZ}, {self.end:%Y-%m-%dT%H:%M:%SZ})"

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.end - self.start) / dt.timedelta(days=1)

    @property
    def qualifier(self) -> str:
        """The window in GitHub's search syntax, in which both ends are included."""
        return f"{self.start:%Y-%m-%dT%H:%M:%SZ}..{self.end - SECOND:%Y-%m-%dT%H:%M:%SZ}"

    def halves(self) -> tuple["TimeWindow", "TimeWindow"]:
        """The earlier and the later half, in whole seconds.

        Raises:
            WindowTooDense: The window is one second long.
        """
        seconds = (self.end - self.start) // SECOND
        if seconds < 2:
            raise WindowTooDense(
                f"More than 1,000 items were updated in the second {self.start:%Y-%m-%dT%H:%M:%SZ}. GitHub's search"
                " does not return more, and knows no smaller time: fetch that second by other means, such as the"
                " repository's own list of issues."
            )
        middle = self.start + SECOND * (seconds // 2)
        return TimeWindow(self.start, middle), TimeWindow(middle, self.end)


def read_in_parts(
    window: TimeWindow, read: Callable[[TimeWindow], T | None], on_split: Callable[[TimeWindow], None]
) -> Iterator[T]:
    """Reads a window, in halves of halves where it has too much in it; earlier parts first.

    Args:
        window: What is read.
        read: Reads a window; None: there is too much in it.
        on_split: Told each window that is split.

    Raises:
        WindowTooDense: There is too much even in one second.
    """
    pending = [window]
    while pending:
        current = pending.pop()
        found = read(current)
        if found is None:
            first, second = current.halves()
            on_split(current)
            pending += [second, first]
        else:
            yield found


def window_of_days(first: str, last: str) -> TimeWindow:
    """The window of daily partitions, from 00:00 UTC of the first to 00:00 UTC after the last.

    Args:
        first: Partition key, ``YYYY-MM-DD``.
        last: Partition key of the same day or a later one.

    Raises:
        InvalidPartitionKey: A key is not a day, or the range is turned round.
    """
    start, end = _day(first), _day(last) + dt.timedelta(days=1)
    if not start < end:
        raise InvalidPartitionKey(f"The partition range ends before it starts: {first!r} to {last!r}.")
    return TimeWindow(start, end)


def _day(key: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(key, "%Y-%m-%d").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise InvalidPartitionKey(
            f"The partition key {key!r} is not a day: expected YYYY-MM-DD, such as 2026-06-01."
        ) from error
