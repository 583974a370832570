"""Moments in the company: Unix seconds in numpy while drawing, UTC timestamps in Arrow when stored.

What belongs here: the conversions and the value for "never". What does not: the clock of the company (`clock.py`).
"""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

DAY_SECONDS = 86_400
NEVER = np.int64(1) << 62
"""Later than every moment."""
TIMESTAMP = pa.timestamp("us", tz="UTC")


def unix_seconds(day: date) -> int:
    """00:00 UTC of a day in Unix seconds."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def timestamps(seconds: NDArray[np.int64]) -> pa.Array:
    """Unix seconds as UTC timestamps; `NEVER` as null."""
    never = seconds >= NEVER
    return pa.array(np.where(never, 0, seconds) * 1_000_000, mask=never).cast(TIMESTAMP)
