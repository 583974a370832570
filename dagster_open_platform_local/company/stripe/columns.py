"""How values are written in Stripe's tables: ids, moments, and what every table has.

What belongs here: that. What does not: any table.
"""

from datetime import datetime

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Columns, Integers, joined, local_moments, only
from dagster_open_platform_local.company.stripe.contracts import Customers

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_BASE, _HALF = np.uint64(62), 10
MERCHANT = "acct_1MtNq2KfDagsterSim"
"""The company's account."""
TIME = pa.timestamp("us")
"""A time in UTC without a zone, as Stripe delivers it."""


def ids(draws: Draws, prefix: str, length: int = 24) -> pa.Array:
    """An id a row, such as `in_1Lk2…`, the same for the same number.

    Args:
        draws: Of the numbers of the objects.
        prefix: What ids of this kind begin with.
        length: Of what follows, at most 24.
    """
    letters = np.empty((draws.ids.size, 24), dtype=np.uint8)
    letters[:, 0] = ord("1")
    place = 1
    for part in ("id", "id_middle", "id_end"):
        bits = draws.bits(part)
        for _ in range(min(_HALF, 24 - place)):
            letters[:, place] = _ALPHABET[(bits % _BASE).astype(np.int64)]
            bits, place = bits // _BASE, place + 1
    text = np.ascontiguousarray(letters[:, :length]).view(f"S{length}")[:, 0]
    return joined(prefix, pa.array(text, pa.binary()).cast(pa.string()))


def made_ids(known: Customers, table: str, number: Integers, prefix: str) -> pa.Array:
    """The ids of objects by their numbers; null where that is negative."""
    made = ids(Draws(known.found.settings.seed, f"stripe_{table}", np.maximum(number, 0)), prefix)
    return only(made, number >= 0)


def times(seconds: Integers) -> pa.Array:
    """Unix seconds as times; `NEVER` as null."""
    return local_moments(seconds)


def text(count: int, value: str | None) -> pa.Array:
    """The same text in each row."""
    return pa.array([value] * count, pa.string())


def never(count: int) -> pa.Array:
    """A time that has not come."""
    return times(np.full(count, NEVER))


def no_text(count: int) -> pa.Array:
    """No text in any row."""
    return text(count, None)


def delivered(columns: Columns, batch: datetime) -> pa.Table:
    """A table as it is delivered: every row says when, and whose it is.

    Args:
        columns: Its own columns, all of a length.
        batch: When it is delivered; aware, in UTC.
    """
    count = len(next(iter(columns.values())))
    stamp = pa.scalar(batch.replace(tzinfo=None), TIME)
    return pa.table(
        {**columns, "batch_timestamp": pa.repeat(stamp, count), "merchant_id": text(count, MERCHANT)}
    )
