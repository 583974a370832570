"""What Fivetran adds to rows: ids, versions, dates.

What belongs here: those. What does not: what is in the rows, and how they become tables (`fivetran/assembly.py`).
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers

_FOREVER = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
_ID_BYTES = 20


def days(number: Integers) -> pa.Array:
    """Dates, given by their days since 1970."""
    return pa.array(number.astype(np.int32)).cast(pa.date32())


def fivetran_ids(seed: int, name: str, *keys: Integers) -> pa.Array:
    """The text by which Fivetran tells rows of a report apart: a digest of their key, in base 64.

    Args:
        seed: The company's.
        name: Of the report, with its schema.
        keys: Whole numbers that make a row unique, an array each.
    """
    state = np.zeros(keys[0].size, dtype=np.int64)
    for number, key in enumerate(keys):
        mixed = Draws(seed, f"{name}_{number}", key.astype(np.int64) ^ state)
        state = mixed.bits("key").astype(np.int64)
    draws = Draws(seed, name, state)
    bits = np.stack([draws.bits(f"id_{part}") for part in range(3)], axis=1).tobytes()
    return pa.array(
        [base64.b64encode(bits[first : first + _ID_BYTES]).decode() for first in range(0, len(bits), 3 * 8)],
        pa.string(),
    )


def versions(changed: str, states: Iterable[tuple[datetime, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of a history table for one thing.

    Args:
        changed: The column that says when a version began.
        states: When each began, and its columns, in the order of time.

    Returns:
        The rows with `_fivetran_start`, `_fivetran_end` and `_fivetran_active`; the last one is active.
    """
    found = list(states)
    ends = [*(began - timedelta(milliseconds=1) for began, _ in found[1:]), _FOREVER]
    return [
        {
            **state,
            changed: began,
            "_fivetran_start": began,
            "_fivetran_end": end,
            "_fivetran_active": end == _FOREVER,
        }
        for (began, state), end in zip(found, ends, strict=True)
    ]


def moment(day: date, seconds: int = 0) -> datetime:
    """A moment of a day (UTC)."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds)
