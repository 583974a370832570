"""A BigQuery that answers from memory, for tests and for trying an asset out.

What belongs here: the same protocol without a network. What does not: SQL; the answers are given, not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagster_open_platform.lib.bigquery.protocol import BigQueryValue, QueryFacts, QueryResult

if TYPE_CHECKING:
    import pyarrow as pa


class FakeBigQuery:
    """Answers every query with a table.

    Args:
        answer: From the query and its parameters to the rows. It may raise what the real resource raises.
        page_rows: Rows in a batch.
        fails_after: Batches after which reading raises ``error``.
        error: One of ``errors.py``.
        loses_last_row: Announce one row more than is given.
    """

    def __init__(
        self,
        answer: Callable[[str, Mapping[str, BigQueryValue]], pa.Table],
        *,
        page_rows: int = 1000,
        fails_after: int | None = None,
        error: Exception | None = None,
        loses_last_row: bool = False,
    ) -> None:
        self.queries: list[tuple[str, dict[str, BigQueryValue]]] = []
        self._answer = answer
        self._page_rows = page_rows
        self._fails_after = fails_after
        self._error = error
        self._lost_rows = int(loses_last_row)

    @contextmanager
    def query_arrow(self, sql: str, parameters: Mapping[str, BigQueryValue]) -> Iterator[QueryResult]:
        """Records the query and answers it; see ``BigQuery.query_arrow``."""
        import pyarrow as pa

        self.queries.append((sql, dict(parameters)))
        table = self._answer(sql, parameters)

        def batches() -> Iterator[pa.RecordBatch]:
            given = table.slice(0, table.num_rows - self._lost_rows)
            for number, batch in enumerate(given.to_batches(max_chunksize=self._page_rows)):
                if self._error is not None and number == self._fails_after:
                    raise self._error
                yield batch

        facts = QueryFacts(job_id="fake", bytes_billed=table.nbytes, slot_milliseconds=1)
        reader = pa.RecordBatchReader.from_batches(table.schema, batches())
        yield QueryResult(reader=reader, total_rows=table.num_rows, facts=facts)
