"""Zoom's ids.

What belongs here: which id a thing of the company has in Zoom. What does not: the things.

An account's id is 22 characters, a meeting's number ten or eleven digits; each time a meeting is held has a UUID, which is 16 bytes in
base64 (developers.zoom.us/docs/api/meetings/#tag/meetings).
"""

from base64 import b64encode
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers, joined

Number = TypeVar("Number", int, Integers)

SCHEMA = "zoom"
_URL = "https://dagsterlabs.zoom.example.com/j/"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_STEP, _PRIME = 40_503, 100_000_007
"""A step and a prime number of places: the numbers of the first hundred million differ, and do not follow one another."""


def meeting_ids(number: Number) -> Number:
    """Of meetings of sales: eleven digits."""
    return 82_000_000_000 + number * _STEP % _PRIME * 7


def webinar_ids(number: Number) -> Number:
    """Of webinars, by the number of their campaign: eleven digits."""
    return 97_000_000_000 + number * _STEP % _PRIME * 7


def join_urls(ids: Integers) -> pa.Array:
    """The links by which people come."""
    return joined(_URL, ids)


def uuids_of(seed: int, table: str, number: Integers) -> list[str]:
    """Of meetings and webinars that were held."""
    draws = Draws(seed, table, number)
    whole = np.stack([draws.bits("uuid"), draws.bits("uuid_low")], axis=1).astype(">u8").tobytes()
    return [b64encode(whole[16 * i : 16 * i + 16]).decode() for i in range(number.size)]


def account_ids(seed: int, table: str, number: Integers) -> list[str]:
    """Of accounts, and of registrants: 22 characters."""
    draws = Draws(seed, table, number)
    return [
        "".join(_LETTERS[one >> 6 * i & 63] for i in range(10))
        + "".join(_LETTERS[two >> 6 * i & 63] for i in range(10))
        + "gA"
        for one, two in zip(draws.bits("id").tolist(), draws.bits("id_low").tolist(), strict=True)
    ]
