"""What assets may ask of BigQuery.

What belongs here: the narrow protocol and the values that cross it. What does not: Google's client.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

BigQueryScalar: TypeAlias = str | int | float | bool | dt.date
"""A parameter's value; a ``datetime`` is aware and becomes a TIMESTAMP, a ``date`` a DATE."""
BigQueryValue: TypeAlias = BigQueryScalar | Sequence[BigQueryScalar]


@dataclass(frozen=True)
class QueryFacts:
    """What a query cost.

    Args:
        job_id: BigQuery's name for the run.
        bytes_billed: Bytes that are paid for; 0 if the result came from the cache.
        slot_milliseconds: Computing time.
    """

    job_id: str
    bytes_billed: int
    slot_milliseconds: int


@dataclass(frozen=True)
class QueryResult:
    """The answer to a query, to be read once and inside the ``with`` block that made it.

    Args:
        reader: The rows, a page at a time. Scalars are ``string``, ``int64``, ``float64``, ``bool``, ``date32``,
            ``timestamp[us, UTC]`` (TIMESTAMP), ``timestamp[us]`` (DATETIME), ``decimal128(38, 9)`` (NUMERIC).
        total_rows: How many rows the reader will give.
        facts: What it cost.
    """

    reader: "pa.RecordBatchReader"
    total_rows: int
    facts: QueryFacts


class BigQuery(Protocol):
    """A door to BigQuery; its resource key is ``bigquery``."""

    def query_arrow(
        self, sql: str, parameters: Mapping[str, BigQueryValue]
    ) -> AbstractContextManager[QueryResult]:
        """Runs a query.

        Args:
            sql: One query in GoogleSQL; ``@name`` stands for a parameter.
            parameters: Values by name; a sequence becomes an array and must not be empty.

        Raises:
            PermanentFailure, RetryableFailure: One of ``errors.py``, from the query or, inside the block, from reading.
        """
        ...
