"""After any sequence of writes the table is what a few lines of Python say it is."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import SchemaDrift, TableRef, WarehouseConnection, WriteResult
from dagster_open_platform_tests.fixtures.warehouse import DAY, days, in_order, local_duckdb, stored

Row = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """What a table holds: each row has every column. Before the first write there are no columns."""

    columns: frozenset[str] = frozenset()
    rows: list[Row] = field(default_factory=list)

    def with_rows(self, rows: list[Row], data: pa.Table) -> "Model":
        """A table that has the columns of the data too, and these rows, with null where they have nothing."""
        columns = self.columns | {*data.column_names}
        return Model(columns, [{**dict.fromkeys(columns), **row} for row in rows])

    def drift(self, data: pa.Table) -> SchemaDrift:
        """The strictest way that takes the data."""
        if not self.columns or self.columns == {*data.column_names}:
            return SchemaDrift.FAIL
        return SchemaDrift.ADD_COLUMNS if self.columns <= {*data.column_names} else SchemaDrift.FOLLOW


# What the seam said, what it should have said, the table afterwards.
Outcome = tuple[WriteResult, WriteResult, Model]
Write = Callable[[WarehouseConnection, TableRef, Model], Outcome]

SCHEMA = pa.schema(
    {"day": pa.date32(), "id": pa.int64(), "at": pa.int64(), "note": pa.string(), "extra": pa.float64()}
)
ALWAYS = ["day", "id", "at"]
NUMBERS = itertools.count()
# The warehouse is shared by the examples; each has a table of its own.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@st.composite
def data_of(draw: st.DrawFn, first: int, length: int, unique: bool, once: bool) -> pa.Table:
    """Rows of some days, with so few keys and times that they collide, and with some of the columns.

    Args:
        draw: Gives the choices.
        first: First day, counted from DAY.
        length: Number of days.
        unique: Whether a key belongs to one day for ever, so that a table never has it twice.
        once: Whether a key occurs once.
    """
    row = st.fixed_dictionaries(
        {
            "day": st.integers(first, first + length - 1),
            "id": st.integers(0, 1),
            "at": st.none() | st.integers(0, 3),
            "note": st.none() | st.sampled_from(["", "a", "'", "é"]),
            "extra": st.none() | st.sampled_from([0.5, -1.0]),
        }
    )

    def finished(row: Row) -> Row:
        key = row["day"] * 2 + row["id"] if unique else row["id"]
        return {**row, "day": DAY + dt.timedelta(days=row["day"]), "id": key}

    rows = draw(st.lists(row.map(finished), max_size=6))
    if unique and once:
        rows = [*{row["id"]: row for row in rows}.values()]
    columns = [*ALWAYS, *draw(st.lists(st.sampled_from(["note", "extra"]), unique=True))]
    return pa.Table.from_pylist(rows, SCHEMA).select(draw(st.permutations(columns)))


@st.composite
def windows(draw: st.DrawFn, unique: bool) -> Write:
    first, length = draw(st.integers(0, 3)), draw(st.integers(1, 2))
    data = draw(data_of(first, length, unique, once=True))
    start = DAY + dt.timedelta(days=first)

    def write(connection: WarehouseConnection, table: TableRef, model: Model) -> Outcome:
        result = connection.replace_window(table, data, days(start, length), model.drift(data))
        kept = [row for row in model.rows if not start <= row["day"] < start + dt.timedelta(days=length)]
        expected = WriteResult(len(model.rows) - len(kept), data.num_rows)
        return result, expected, model.with_rows(kept + data.to_pylist(), data)

    return write


@st.composite
def replacements(draw: st.DrawFn, unique: bool) -> Write:
    data, keep_columns = draw(data_of(0, 4, unique, once=True)), draw(st.booleans())

    def write(connection: WarehouseConnection, table: TableRef, model: Model) -> Outcome:
        result = connection.replace_table(table, data, keep_columns)
        before = model if keep_columns else Model()
        expected = WriteResult(len(model.rows), data.num_rows)
        return result, expected, before.with_rows(data.to_pylist(), data)

    return write


@st.composite
def appends(draw: st.DrawFn, unique: bool) -> Write:
    drawn = draw(data_of(0, 4, unique, once=True))

    def write(connection: WarehouseConnection, table: TableRef, model: Model) -> Outcome:
        there = {row["id"] for row in model.rows}
        data = drawn.filter(
            pa.array([not unique or key not in there for key in drawn["id"].to_pylist()], pa.bool_())
        )
        result = connection.append(table, data, model.drift(data))
        return result, WriteResult(0, data.num_rows), model.with_rows(model.rows + data.to_pylist(), data)

    return write


@st.composite
def merges(draw: st.DrawFn, unique: bool) -> Write:
    data = draw(data_of(0, 4, unique, once=False))

    def write(connection: WarehouseConnection, table: TableRef, model: Model) -> Outcome:
        result = connection.merge(table, data, ["id"], "at", model.drift(data))
        newest: dict[int, Row] = {}
        for row in data.to_pylist():
            if row["id"] not in newest or age(row) >= age(newest[row["id"]]):
                newest[row["id"]] = row
        merged, updated = [], 0
        for row in model.rows:
            candidate = newest.get(row["id"])
            if candidate is not None and (row["at"] is None or age(candidate) >= age(row)):
                merged.append({**row, **candidate})
                updated += 1
            else:
                merged.append(row)
        new = [row for key, row in newest.items() if key not in {old["id"] for old in model.rows}]
        return result, WriteResult(0, len(new), updated), model.with_rows(merged + new, data)

    return write


def age(row: Row) -> int:
    """Order of newness: nothing is older than null."""
    return -1 if row["at"] is None else row["at"]


def sequences(unique: bool, longest: int) -> st.SearchStrategy[list[Write]]:
    """Some writes, one after the other."""
    kinds = [kind(unique=unique) for kind in (windows, replacements, appends, merges)]
    return st.lists(st.one_of(kinds), min_size=1, max_size=longest)


def check(connection: WarehouseConnection, writes: list[Write]) -> None:
    """Run the writes on a new table and compare after each."""
    table = TableRef("purina", "model", f"t{next(NUMBERS)}")
    model = Model()
    for write in writes:
        result, expected, model = write(connection, table, model)
        assert result == expected
        assert {*(connection.columns(table) or {})} == model.columns
        assert stored(connection, table) == in_order(model.rows)


@settings(max_examples=8, deadline=None, suppress_health_check=SHARED)
@given(writes=sequences(unique=True, longest=4))
def test_any_sequence_of_writes(connection: WarehouseConnection, writes: list[Write]) -> None:
    check(connection, writes)


# On DuckDB only: fakesnow's MERGE updates every row of a key when it should update the older ones of them.
@settings(max_examples=20, deadline=None, suppress_health_check=SHARED)
@given(writes=sequences(unique=False, longest=5))
def test_any_sequence_of_writes_to_tables_with_repeated_keys(tmp_path: Path, writes: list[Write]) -> None:
    with local_duckdb(tmp_path / "warehouse").connect() as connection:
        check(connection, writes)
