"""Whatever is written, and wherever a statement fails: all of a write is there or nothing, and the error has a type."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import SchemaDrift, TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.duckdb.connection import DuckDBConnection
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.warehouse import DAY, days, in_order, stored
from dagster_open_platform_tests.fixtures.warehouse_model import NUMBERS, Model, Write, sequences

# The warehouse is shared by the examples; each has a table of its own.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ERRORS = (
    duckdb.IOException("IO Error: Could not write all bytes to file: No space left on device"),
    duckdb.IOException("IO Error: Could not set lock on file: Conflicting lock is held in python (PID 7)"),
    duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate data"),
    duckdb.TransactionException("TransactionContext Error: Conflict on tuple deletion!"),
    duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
    duckdb.FatalException("FATAL Error: database has been invalidated"),
)


class Failing:
    """A connection of DuckDB's, one statement of which fails.

    Args:
        connection: It.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.left: int | None = None
        self.error: Exception = ERRORS[0]
        self.is_done_first = False

    def execute(self, *arguments: Any) -> duckdb.DuckDBPyConnection:
        """Run a statement, unless it is the one."""
        is_it = self.left == 0
        if self.left is not None:
            self.left -= 1
        if is_it and not self.is_done_first:
            raise self.error
        result = self._connection.execute(*arguments)
        if is_it:
            raise self.error
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@contextlib.contextmanager
def opened(directory: Path) -> Iterator[tuple[WarehouseConnection, Failing]]:
    """The seam over such a connection; nothing fails until that is asked for."""
    raw = duckdb.connect()
    failing = Failing(raw)

    def attach(database: str) -> None:
        raw.execute(f"ATTACH IF NOT EXISTS '{directory / database}.duckdb' AS {database}")

    raw.execute("SET TimeZone = 'UTC'")
    with contextlib.closing(raw):
        seam = DuckDBConnection(failing, ["purina"], attach, directory=directory)  # pyright: ignore[reportArgumentType]  # has what the seam calls
        yield seam, failing


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[WarehouseConnection, Failing]]:
    with opened(tmp_path) as found:
        yield found


@settings(max_examples=settings().max_examples // 4, suppress_health_check=SHARED)
@given(
    writes=sequences(unique=True, longest=3),
    statement=st.integers(0, 14),
    error=st.sampled_from(ERRORS),
    is_done_first=st.booleans(),
)
def test_a_statement_that_fails_leaves_all_or_nothing(
    both: tuple[WarehouseConnection, Failing],
    writes: list[Write],
    statement: int,
    error: Exception,
    is_done_first: bool,
) -> None:
    connection, failing = both
    disturbed, quiet = (TableRef("purina", "fuzz", f"t{next(NUMBERS)}") for _ in range(2))
    model = Model()
    for write in writes[:-1]:
        write(connection, disturbed, model)
        _, _, model = write(connection, quiet, model)
    _, _, after = writes[-1](connection, quiet, model)
    failing.left, failing.error, failing.is_done_first = statement, error, is_done_first

    said = failure_of(lambda: writes[-1](connection, disturbed, model))

    failing.left = None
    found = stored_rows(connection, disturbed)
    if said is None:
        assert found == in_order(after.rows)
    else:
        # Only a commit that was done and then told as failed leaves the new rows.
        assert found in [in_order(model.rows), *([in_order(after.rows)] if is_done_first else [])]
        assert said


def failure_of(write: Callable[[], object]) -> str | None:
    """What a failure of a type says; None: there was none. Another one leaves."""
    try:
        write()
    except (PermanentFailure, RetryableFailure) as failure:
        return failure.description or ""
    return None


def stored_rows(connection: WarehouseConnection, table: TableRef) -> list[dict[str, Any]]:
    """The rows of a table; none if there is no table."""
    return [] if connection.columns(table) is None else stored(connection, table)


TYPES: tuple[pa.DataType, ...] = (
    *(
        pa.int8(),
        pa.uint64(),
        pa.int64(),
        pa.float32(),
        pa.float64(),
        pa.bool_(),
        pa.string(),
        pa.large_string(),
    ),
    *(pa.binary(), pa.date32(), pa.date64(), pa.time64("us"), pa.timestamp("s"), pa.timestamp("ns", "UTC")),
    *(
        pa.decimal128(38, 10),
        pa.duration("us"),
        pa.null(),
        pa.list_(pa.int64()),
        pa.struct({"a": pa.string()}),
    ),
    pa.dictionary(pa.int32(), pa.string()),
)
NAMES = st.sampled_from(["id", "ID", "day", "select", "a b", 'a"b', "", "é", "x" * 300, "_loaded_at"])


@st.composite
def any_tables(draw: st.DrawFn) -> pa.Table:
    """A table of any types and names, with nulls only: what is in it is the business of the other tests."""
    fields = [pa.field(draw(NAMES), draw(st.sampled_from(TYPES))) for _ in range(draw(st.integers(0, 4)))]
    rows = draw(st.integers(0, 3))
    return pa.Table.from_arrays([pa.nulls(rows, field.type) for field in fields], schema=pa.schema(fields))


@settings(max_examples=settings().max_examples // 4, suppress_health_check=SHARED)
@given(data=any_tables(), key=NAMES, way=st.integers(0, 3), drift=st.sampled_from(SchemaDrift))
def test_any_table_is_written_or_refused_by_a_type(
    both: tuple[WarehouseConnection, Failing], data: pa.Table, key: str, way: int, drift: SchemaDrift
) -> None:
    connection, _ = both
    table = TableRef("purina", "fuzz", f"t{next(NUMBERS)}")
    before = pa.table({"id": [1, 2], "day": [DAY, DAY]})
    connection.append(table, before, SchemaDrift.FAIL)
    ways: list[Callable[[], object]] = [
        lambda: connection.append(table, data, drift),
        lambda: connection.replace_table(table, data, True),
        lambda: connection.replace_window(table, data, days(DAY, 1, key), drift),
        lambda: connection.merge(table, data, [key], None, drift),
    ]

    said = failure_of(ways[way])

    if said is not None:
        assert said
        assert stored(connection, table) == in_order(before.to_pylist())
