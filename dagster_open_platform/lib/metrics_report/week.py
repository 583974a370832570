"""Weeks as the report counts them: Monday to Sunday, numbered as ISO 8601 does.

What belongs here: the arithmetic of weeks. What does not: which week is reported (`report.py`).
"""

import datetime as dt
import re
from dataclasses import dataclass

from dagster_open_platform.utils.failures import PermanentFailure

_KEY = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


class UnknownWeek(PermanentFailure):
    """Somebody asked for a week that no calendar has."""


@dataclass(frozen=True, order=True)
class Week:
    """A week.

    Args:
        start: Its Monday.

    Raises:
        ValueError: It is none.
    """

    start: dt.date

    def __post_init__(self) -> None:
        if self.start.isoweekday() != 1:
            raise ValueError(f"{self.start} is no Monday.")

    @classmethod
    def of(cls, day: dt.date) -> "Week":
        """The week of a day."""
        return cls(day - dt.timedelta(days=day.weekday()))

    @classmethod
    def last_before(cls, day: dt.date) -> "Week":
        """The last week of which every day is before a day."""
        return cls.of(day).before(1)

    @classmethod
    def of_key(cls, key: str) -> "Week":
        """The week that is written so.

        Args:
            key: Such as `2026-W47`.

        Raises:
            UnknownWeek: It is not written so, or the year has no such week.
        """
        found = _KEY.fullmatch(key)
        try:
            return (
                cls(dt.date.fromisocalendar(int(found[1]), int(found[2]), 1)) if found else cls._unknown(key)
            )
        except ValueError:
            return cls._unknown(key)

    @classmethod
    def _unknown(cls, key: str) -> "Week":
        raise UnknownWeek(
            f"There is no week {key!r}: expected a year and the number of a week in it, such as 2026-W47."
        )

    @property
    def last_day(self) -> dt.date:
        """Its Sunday."""
        return self.start + dt.timedelta(days=6)

    @property
    def key(self) -> str:
        """As it is written in names, such as `2026-W47`; names of weeks sort as weeks do."""
        year, number, _ = self.start.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def number(self) -> int:
        """Of the week in its year."""
        return self.start.isocalendar().week

    @property
    def label(self) -> str:
        """As people say it, such as `week 47 of 2026`."""
        return f"week {self.number} of {self.start.isocalendar().year}"

    def before(self, weeks: int) -> "Week":
        """The week so many weeks before."""
        return Week(self.start - dt.timedelta(weeks=weeks))
