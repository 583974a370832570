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


def known_where(
    mask: NDArray[np.bool_], moments: NDArray[np.int64], index: NDArray[np.int64], otherwise: int | np.int64
) -> NDArray[np.int64]:
    """The moment at each index where the mask is set, and another one elsewhere; there may be no moments at all.

    Args:
        mask: Where an index is one of `moments`.
        moments: Unix seconds, of any number.
        index: As many as the mask has.
        otherwise: Elsewhere, such as `NEVER`.
    """
    known = np.full(index.size, otherwise, dtype=np.int64)
    known[mask] = moments[index[mask]]
    return known
