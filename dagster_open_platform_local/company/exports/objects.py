"""What an object in a bucket is, and how its bytes are made from rows.

What belongs here: formats, so that the same rows give the same bytes, and the ids of what happens on a day. What does not:
rows.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_open_platform_local.company.product.columns import Integers

_GZIP_LEVEL = 6
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class StoredObject(NamedTuple):
    """An object as somebody puts it into object storage.

    Args:
        bucket: Name of the bucket.
        key: In the bucket.
        body: Its content.
    """

    bucket: str
    key: str
    body: bytes


Objects = Iterator[StoredObject]


def json_bytes(value: Any) -> bytes:
    """A value as JSON without spaces, in UTF-8."""
    return _ENCODER.encode(value).encode()


def json_lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """A JSON object a line; each line ends with a line end."""
    return b"".join(json_bytes(row) + b"\n" for row in rows)


def gzipped(content: bytes) -> bytes:
    """Compressed with gzip, without the time at which that was done."""
    return gzip.compress(content, _GZIP_LEVEL, mtime=0)


def parquet_bytes(table: pa.Table) -> bytes:
    """One Parquet file, compressed with Snappy."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="snappy")
    return sink.getvalue().to_pybytes()


def day_ids(number: int, count: int) -> Integers:
    """Ids of what happens on a day, if nothing refers to it: the day in the high half.

    Args:
        number: Days after the company's epoch, at least 0.
        count: How many; less than 2^32.
    """
    return (np.int64(number) << 32) | np.arange(count, dtype=np.int64)


def iso_moments(micros: Integers) -> list[str]:
    """Unix microseconds in ISO 8601, UTC, with six digits after the second."""
    found: list[str] = []
    for each in micros.tolist():
        seconds, rest = divmod(each, 1_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
        found.append(f"{moment.isoformat(timespec='microseconds')[:-6]}Z")
    return found
