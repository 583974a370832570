"""Arrow data on its way into and out of a warehouse: the types that both engines share, and the checks of rows.

What belongs here: everything about rows that needs no engine. What does not: SQL types (`*/types.py`).

The types that cross the seam: int64, float64, decimal128, bool, string, binary, date32, time64[us], timestamp[us],
timestamp[us, UTC], and null for a column that has only nulls. Narrower types are widened, never the other way round
unless every value survives.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform.lib.warehouse.errors import (
    InvalidWindow,
    RowsOutsideWindow,
    SchemaMismatch,
    StatementFailed,
    UnrepresentableValue,
    UnsupportedType,
)
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.protocol import TableRef, Window

# One DuckDB row group. Slices of a table are views, so a smaller number would save no memory.
ROWS_PER_BATCH = 122_880
# Column that carries the position of a row through a staging table; not a name that data may use.
ROW_NUMBER = "_row_number"

_TIMESTAMP = pa.timestamp("us")
_TIMESTAMP_UTC = pa.timestamp("us", tz="UTC")


def shared_type(kind: pa.DataType) -> pa.DataType | None:
    """Return the type that both engines have for an Arrow type, or None if there is none."""
    types = pa.types
    if types.is_dictionary(kind):
        return shared_type(kind.value_type)
    tests = (
        (types.is_null, pa.null()),
        (types.is_boolean, pa.bool_()),
        (types.is_integer, pa.int64()),
        (types.is_floating, pa.float64()),
        (types.is_string, pa.string()),
        (types.is_large_string, pa.string()),
        (types.is_string_view, pa.string()),
        (types.is_binary, pa.binary()),
        (types.is_large_binary, pa.binary()),
        (types.is_fixed_size_binary, pa.binary()),
        (types.is_date, pa.date32()),
        (types.is_time, pa.time64("us")),
    )
    for test, shared in tests:
        if test(kind):
            return shared
    if types.is_timestamp(kind):
        return _TIMESTAMP if kind.tz is None else _TIMESTAMP_UTC
    if types.is_decimal(kind) and kind.precision <= 38 and 0 <= kind.scale <= kind.precision:
        return pa.decimal128(kind.precision, kind.scale)
    return None


def shared_schema(schema: pa.Schema, table: TableRef) -> pa.Schema:
    """Return the schema with lower-case names and shared types.

    Args:
        schema: Schema of the data that somebody wants to write.
        table: Where to, for messages.

    Raises:
        InvalidIdentifier: A column's name is not a plain one.
        SchemaMismatch: There is no column, or two columns differ only in case.
        UnsupportedType: Columns have types that the engines don't share; names each.
    """
    names = [validated(name, "column").lower() for name in schema.names]
    doubled = sorted({name for name in names if names.count(name) > 1} | ({ROW_NUMBER} & {*names}))
    if doubled or not names:
        what = f"columns that occur twice or are reserved: {', '.join(doubled)}" if doubled else "no columns"
        raise SchemaMismatch(f"The data for {table} has {what}.")
    kinds = [shared_type(kind) for kind in schema.types]
    bad = [
        f"{name} ({kind})"
        for name, kind, shared in zip(names, schema.types, kinds, strict=True)
        if shared is None
    ]
    if bad:
        raise UnsupportedType(
            f"The data for {table} has columns of types that the warehouse has no counterpart for: {', '.join(bad)}. "
            "Write nested values as JSON text, and decimals with at most 38 digits."
        )
    return pa.schema(
        [pa.field(name, kind) for name, kind in zip(names, kinds, strict=True) if kind is not None]
    )


def window_bounds(window: Window, schema: pa.Schema, table: TableRef) -> tuple[dt.date, dt.date]:
    """Return the window's bounds as values of its column's type: dates, naive UTC times or aware UTC times.

    Raises:
        InvalidWindow: The data has no such column, or it is neither a date nor a time, or the window has times and
            the column dates.
    """
    column = window.column.lower()
    if column not in schema.names:
        raise InvalidWindow(
            f"The data for {table} has no column {column!r}, which its window is about; it has: "
            f"{', '.join(schema.names)}."
        )
    kind = schema.field(column).type
    has_times = isinstance(window.start, dt.datetime)
    if kind == pa.date32() and not has_times:
        return window.start, window.end
    if kind not in (_TIMESTAMP, _TIMESTAMP_UTC):
        wanted = "times" if has_times else "dates"
        raise InvalidWindow(f"The window of {table} has {wanted}, but its column {column!r} is {kind}.")
    zone = dt.UTC if kind == _TIMESTAMP_UTC else None
    start, end = (
        bound.replace(tzinfo=zone)
        if isinstance(bound, dt.datetime)
        else dt.datetime.combine(bound, dt.time(), tzinfo=zone)
        for bound in (window.start, window.end)
    )
    return start, end


class Incoming:
    """Rows on their way into a table: converted to the shared types and checked, batch by batch, as they are read.

    A failure inside an Arrow stream reaches the engine as text only; the original stays in `failure` for the caller
    to raise. `rows` counts what was read so far.

    Args:
        table: Where to, for messages.
        data: The rows. Read once.
        window: Window that every row must be inside.
        numbered: Whether to append the column `_row_number`, counting from 0.
    """

    def __init__(
        self,
        table: TableRef,
        data: pa.Table | pa.RecordBatchReader,
        window: Window | None = None,
        numbered: bool = False,
    ) -> None:
        self.table = table
        self.schema = shared_schema(data.schema, table)
        self.failure: Exception | None = None
        self.bounds = window_bounds(window, self.schema, table) if window else None
        self._data = data
        self._window = window
        self.numbered = numbered
        self.rows = 0

    def reader(self) -> pa.RecordBatchReader:
        """Return the stream of converted, checked batches."""
        schema = self.schema.append(pa.field(ROW_NUMBER, pa.int64())) if self.numbered else self.schema
        return pa.RecordBatchReader.from_batches(schema, self._guarded(schema))

    def _guarded(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._batches(schema)
        except Exception as failure:
            self.failure = failure
            raise

    def _batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for whole in self._data.to_batches() if isinstance(self._data, pa.Table) else self._data:
            for offset in range(0, whole.num_rows, ROWS_PER_BATCH):
                batch = whole.slice(offset, ROWS_PER_BATCH)
                columns = [
                    self._converted(name, column)
                    for name, column in zip(self.schema.names, batch.columns, strict=True)
                ]
                if self._window is not None:
                    self._check_window(columns[self.schema.get_field_index(self._window.column.lower())])
                if self.numbered:
                    columns.append(pa.array(range(self.rows, self.rows + batch.num_rows), pa.int64()))
                self.rows += batch.num_rows
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def _converted(self, name: str, column: pa.Array) -> pa.Array:
        wanted = self.schema.field(name).type
        if column.type == wanted:
            return column
        try:
            return column.cast(wanted, safe=True)
        except pa.ArrowInvalid as error:
            raise UnrepresentableValue(
                f"Column {name!r} of the data for {self.table} holds values that do not fit {wanted} without loss: "
                f"{error}. Convert it before writing."
            ) from error

    def _check_window(self, column: pa.Array) -> None:
        if self.bounds is None or self._window is None or len(column) == 0:
            return
        start, end = (pa.scalar(bound, column.type) for bound in self.bounds)
        # By name, because pyarrow makes these functions at run time, where type checkers don't see them.
        before, after = (
            pc.call_function("less", [column, start]),
            pc.call_function("greater_equal", [column, end]),
        )
        outside = pc.fill_null(pc.call_function("or_kleene", [before, after]), True)
        if pc.call_function("any", [outside]).as_py():
            found = column.filter(outside)
            sample = ", ".join(str(value) for value in found.slice(0, 3).to_pylist())
            raise RowsOutsideWindow(
                f"The data for {self.table} has {len(found)} rows or more that are not {self._window} (for example "
                f"{sample}). Nothing was written. Select only rows of the partition, and give each a value there."
            )


def shared_result(result: pa.Table) -> pa.Table:
    """Return a query's result with lower-case names and shared types, where no value is lost by it."""
    columns = []
    for column in result.columns:
        with contextlib.suppress(pa.ArrowInvalid):  # what does not fit stays as it is
            column = column.cast(_result_type(column.type), safe=True)
        columns.append(column)
    return pa.table(columns, names=[name.lower() for name in result.column_names])


@contextlib.contextmanager
def shared_stream(
    schema: pa.Schema, batches: Iterator[pa.RecordBatch], failed: Callable[[Exception], Exception]
) -> Iterator[pa.RecordBatchReader]:
    """Give the stream of a query's result with lower-case names and shared types, whatever its values are.

    Args:
        schema: Names and types as the engine gives them.
        batches: The rows, of that schema.
        failed: Makes the typed error of what the engine raises while it is read.

    Raises (while it is read):
        UnrepresentableValue: A value does not fit its column's shared type.
        StatementFailed: The block has ended.
    """
    ended = False
    wanted = pa.schema([pa.field(field.name.lower(), _result_type(field.type)) for field in schema])

    def converted() -> Iterator[pa.RecordBatch]:
        while True:
            if ended:
                raise StatementFailed(
                    "A result was read after the `with` block of its query. Read it inside."
                )
            try:
                batch = next(batches, None)
            except Exception as error:
                raise failed(error) from error
            if batch is None:
                return
            arrays = [
                _result_column(field.name, column, field.type)
                for field, column in zip(wanted, batch.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=wanted)

    try:
        yield pa.RecordBatchReader.from_batches(wanted, converted())
    finally:
        ended = True


def _result_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that a result's column has on both engines, or its own if there is none."""
    wanted = shared_type(kind)
    # Sums of integers are HUGEINT or NUMBER(38,0) by name, integers by nature.
    if wanted is not None and pa.types.is_decimal(wanted) and wanted.scale == 0:
        return pa.int64()
    return kind if wanted is None else wanted


def _result_column(name: str, column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if column.type == wanted:
        return column
    try:
        return column.cast(wanted, safe=True)
    except pa.ArrowInvalid as error:
        raise UnrepresentableValue(
            f"Column {name!r} of the result holds values that do not fit {wanted} without loss: {error}. Convert it in "
            "the query."
        ) from error
