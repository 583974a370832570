"""When people work with Claude, and when nobody does.

What belongs here: days and hours (UTC). What does not: how much is used.
"""

from datetime import date, timedelta

import numpy as np

from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

STARTED_DAYS = 2
"""Days after the epoch on which the organization was made."""
OUT_OF_CREDIT_DAYS = 33
"""Days after the epoch on which every call was refused, since nobody had paid in: a Saturday and a holiday."""
_HOLIDAYS = ((1, 1), (6, 19), (7, 3), (7, 4), (9, 7), (11, 26), (11, 27), (12, 24), (12, 25), (12, 31))
"""Month and day on which the company is closed: those of the United States in 2026."""


def is_holiday(day: date) -> bool:
    """Whether the company is closed."""
    return (day.month, day.day) in _HOLIDAYS


def days_of(settings: CompanySettings, today: date) -> list[date]:
    """The days before a date on which Claude could be used, in order."""
    first = settings.epoch + timedelta(days=STARTED_DAYS)
    every = [first + timedelta(days=number) for number in range(max(0, (today - first).days))]
    return [day for day in every if (day - settings.epoch).days != OUT_OF_CREDIT_DAYS]


def business(days: list[date]) -> Integers:
    """How busy each day is: 100 a working day, 12 one of a weekend, 0 a holiday."""
    return np.array(
        [0 if is_holiday(day) else 12 if day.weekday() >= 5 else 100 for day in days], dtype=np.int64
    )


HOUR_WEIGHTS = np.array(
    [22, 14, 9, 6, 5, 6, 9, 16, 28, 38, 46, 55, 66, 84, 97, 100, 98, 94, 96, 92, 80, 62, 44, 30],
    dtype=np.int64,
)
"""How much customers ask in each hour of a day (UTC), of a hundred."""
