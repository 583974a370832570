"""Statements of an open Snowflake session: bound values, counts, transactions, errors, results.

What belongs here: what every operation does with one statement. What does not: the operations (`connection.py`) and
the SQL (`sql.py`).
"""

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dagster_open_platform.lib.warehouse.arrow import Incoming
from dagster_open_platform.lib.warehouse.snowflake import session_sql
from dagster_open_platform.lib.warehouse.snowflake.errors import cause, classified
from dagster_open_platform.lib.warehouse.snowflake.types import result_type

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection as Session
    from snowflake.connector.cursor import SnowflakeCursor

_ROWS_PER_FETCH = 50_000


class SessionStatements:
    """An open session, one statement at a time.

    Args:
        session: Open session in autocommit mode with `?` placeholders and the time zone UTC.
        secrets: Texts that must not get into messages.
    """

    def __init__(self, session: "Session", secrets: Sequence[str]) -> None:
        self._session = session
        self._secrets = secrets

    def _run(self, statement: str, parameters: Sequence[Any] = ()) -> "SnowflakeCursor":
        """Run a statement. Aware times are bound in UTC, the zone of the session, for the connector drops the zone."""
        bound = [
            value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value
            for value in parameters
        ]
        cursor = self._session.cursor()
        cursor.execute(statement, bound or None)
        return cursor

    def _rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._run(statement, parameters).fetchall()

    def _counts(self, cursor: "SnowflakeCursor") -> dict[str, int]:
        """Return the rows that a statement changed, by the last word of `number of rows inserted` and its like."""
        names = [column.name for column in cursor.description or []]
        counts = {"inserted": 0, "updated": 0, "deleted": 0}
        if any(column.startswith("number of rows ") for column in names):
            row: Any = cursor.fetchone()
            for column, value in zip(names, row, strict=True):
                if column.startswith("number of rows "):
                    counts[column.rsplit(" ", 1)[-1]] = int(value)
        return counts

    def _changed(self, cursor: "SnowflakeCursor") -> int:
        return sum(self._counts(cursor).values())

    @contextlib.contextmanager
    def _errors(self, what: str, incoming: Incoming | None = None) -> Iterator[None]:
        """Turn the connector's exceptions into typed ones, without secrets."""
        from snowflake.connector.errors import Error

        try:
            yield
        except (Error, OSError) as error:
            if incoming is not None and incoming.failure is error:
                raise
            raise self._classified(error, what) from cause(error, self._secrets)

    def _classified(self, error: Exception, what: str) -> Exception:
        return classified(error, what, self._secrets)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        from snowflake.connector.errors import Error

        self._run(session_sql.BEGIN)
        try:
            yield
            self._run(session_sql.COMMIT)
        except BaseException:
            # A session that is gone was rolled back by the server; that must not hide the error that is on its way.
            with contextlib.suppress(Error):
                self._run(session_sql.ROLLBACK)
            raise


def batches(cursor: "SnowflakeCursor", schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Fetch a result part by part."""
    while rows := cursor.fetchmany(_ROWS_PER_FETCH):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def result_schema(cursor: "SnowflakeCursor") -> pa.Schema:
    """Return names and types of a result, from the cursor's description and so whatever the values are."""
    from snowflake.connector.constants import FIELD_ID_TO_NAME

    return pa.schema(
        [
            pa.field(
                column.name, result_type(FIELD_ID_TO_NAME[column.type_code], column.precision, column.scale)
            )
            for column in cursor.description or []
        ]
    )
