"""After any sequence of writes the table is what a few lines of Python say it is."""

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WriteResult
from dagster_open_platform_tests.fixtures.warehouse import DAY, days, in_order, local_duckdb, stored

Row = dict[str, Any]
Model = list[Row]
Outcome = tuple[
    WriteResult, WriteResult, Model
]  # what the seam said, what it should have said, the table afterwards
Write = Callable[[WarehouseConnection, TableRef, Model], Outcome]

SCHEMA = pa.schema({"day": pa.date32(), "id": pa.int64(), "at": pa.int64(), "note": pa.string()})
NUMBERS = itertools.count()
# The warehouse is shared by the examples; each has a table of its own.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def rows_of(first: int, length: int, unique: bool) -> st.SearchStrategy[Model]:
    """Rows of some days, with so few keys and times that they collide.

    Args:
        first: First day, counted from DAY.
        length: Number of days.
        unique: Whether a key belongs to one day for ever, so that a table never has it twice.
    """
    row = st.fixed_dictionaries(
        {
            "day": st.integers(first, first + length - 1),
            "id": st.integers(0, 1),
            "at": st.none() | st.integers(0, 3),
            "note": st.none() | st.sampled_from(["", "a", "'", "é"]),
        }
    )

    def finished(row: Row) -> Row:
        key = row["day"] * 2 + row["id"] if unique else row["id"]
        return {**row, "day": DAY + dt.timedelta(days=row["day"]), "id": key}

    return st.lists(row.map(finished), max_size=6)


@st.composite
def replacements(draw: st.DrawFn, unique: bool) -> Write:
    first, length = draw(st.integers(0, 3)), draw(st.integers(1, 2))
    rows = draw(rows_of(first, length, unique))
    if unique:
        rows = [*{row["id"]: row for row in rows}.values()]
    start = DAY + dt.timedelta(days=first)

    def write(connection: WarehouseConnection, table: TableRef, model: Model) -> Outcome:
        result = connection.replace_window(table, pa.Table.from_pylist(rows, SCHEMA), days(start, length))
        kept = [row for row in model if not start <= row["day"] < start + dt.timedelta(days=length)]
        return result, WriteResult(len(model) - len(kept), len(rows)), kept + rows

    return write


@st.composite
def merges(draw: st.DrawFn, unique: bool) -> Write:
    rows = draw(rows_of(0, 4, unique))

    def write(connection: WarehouseConnection, table: TableRef, model: Model) -> Outcome:
        result = connection.merge(table, pa.Table.from_pylist(rows, SCHEMA), ["id"], "at")
        newest: dict[int, Row] = {}
        for row in rows:
            if row["id"] not in newest or age(row) >= age(newest[row["id"]]):
                newest[row["id"]] = row
        merged, updated = [], 0
        for row in model:
            candidate = newest.get(row["id"])
            if candidate is not None and (row["at"] is None or age(candidate) >= age(row)):
                merged.append(candidate)
                updated += 1
            else:
                merged.append(row)
        new = [row for key, row in newest.items() if key not in {old["id"] for old in model}]
        return result, WriteResult(0, len(new), updated), merged + new

    return write


def age(row: Row) -> int:
    """Order of newness: nothing is older than null."""
    return -1 if row["at"] is None else row["at"]


def check(connection: WarehouseConnection, writes: list[Write]) -> None:
    """Run the writes on a new table and compare after each."""
    table = TableRef("purina", "model", f"t{next(NUMBERS)}")
    model: Model = []
    for write in writes:
        result, expected, model = write(connection, table, model)
        assert result == expected
        assert stored(connection, table) == in_order(model)


@settings(max_examples=20, deadline=None, suppress_health_check=SHARED)
@given(writes=st.lists(replacements(unique=True) | merges(unique=True), min_size=1, max_size=4))
def test_any_sequence_of_writes(connection: WarehouseConnection, writes: list[Write]) -> None:
    check(connection, writes)


# On DuckDB only: fakesnow's MERGE updates every row of a key when it should update the older ones of them.
@settings(max_examples=50, deadline=None, suppress_health_check=SHARED)
@given(writes=st.lists(replacements(unique=False) | merges(unique=False), min_size=1, max_size=5))
def test_any_sequence_of_writes_to_tables_with_repeated_keys(tmp_path: Path, writes: list[Write]) -> None:
    with local_duckdb(tmp_path / "warehouse").connect() as connection:
        check(connection, writes)
