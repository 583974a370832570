"""The contract of a copy, on both engines where it writes."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.snowflake.schema_copy import CopiedTable, TableCopy, copy_table
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource
from dagster_open_platform.lib.warehouse.errors import MissingObject, SchemaMismatch
from dagster_open_platform_tests.fixtures.warehouse import (
    ALL_TYPES,
    connection,
    in_order,
    local_duckdb,
    warehouse,
)

__all__ = ["connection", "warehouse"]  # fixtures

SOURCE, TARGET = TableRef("purina", "cloud_product", "users"), TableRef("purina", "cloud_product_eu", "users")
WHOLE = TableCopy(SOURCE, TARGET, ("id",))
INCREMENTAL = TableCopy(SOURCE, TARGET, ("id",), "updated_at")
NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


def users(*rows: tuple[int, str | None, int | None]) -> pa.Table:
    """Id, name, and how many hours after noon the row was changed."""
    moments = [None if hours is None else NOON + dt.timedelta(hours=hours) for _, _, hours in rows]
    return pa.table(
        {
            "id": pa.array([key for key, _, _ in rows], pa.int64()),
            "name": pa.array([name for _, name, _ in rows], pa.string()),
            "updated_at": pa.array(moments, pa.timestamp("us", tz="UTC")),
        }
    )


class Pair:
    """Two open warehouses."""

    def __init__(self, source: WarehouseConnection, target: WarehouseConnection) -> None:
        self.source, self.target = source, target

    def copy(self, rows: pa.Table | None, copy: TableCopy, anew: bool = False) -> CopiedTable:
        """Make the source these rows and copy it."""
        if rows is not None:
            self.source.replace_table(SOURCE, rows)
        return copy_table(self.source, self.target, copy, anew=anew)

    def rows(self) -> list[dict[str, Any]]:
        sql = f"SELECT * FROM {self.target.quoted(TARGET)}"  # noqa: S608 - quoted
        return in_order(self.target.query(sql).to_pylist())


@pytest.fixture
def pair(tmp_path: Path, connection: WarehouseConnection) -> Iterator[Pair]:
    with local_duckdb(tmp_path / "other").connect() as source:
        yield Pair(source, connection)


def test_a_whole_copy_is_the_source_with_its_types(pair: Pair) -> None:
    copied = pair.copy(ALL_TYPES, TableCopy(SOURCE, TARGET, ("day", "whole")))
    assert pair.rows() == in_order(ALL_TYPES.to_pylist())
    assert (copied.rows_read, copied.source_rows, copied.target_rows) == (3, 3, 3)

    pair.copy(users((1, "a", 0)), WHOLE)
    assert pair.rows() == users((1, "a", 0)).to_pylist()
    pair.copy(users(), WHOLE)
    assert pair.rows() == []


def test_an_incremental_copy_reads_what_is_new_and_keeps_the_rest(pair: Pair) -> None:
    first = pair.copy(users((1, "a", 0), (2, "b", 5), (3, "c", None)), INCREMENTAL)
    assert (first.since, first.rows_read) == (None, 3)

    # 1 is deleted; 2 was changed in the same hour; 3 has no time; 4 is new; 5 is new with an old time, and so not seen.
    copied = pair.copy(users((2, "B", 5), (3, "C", None), (4, "d", 9), (5, "e", 1)), INCREMENTAL)

    assert copied.since == NOON + dt.timedelta(hours=5)
    assert (copied.rows_read, copied.written.rows_inserted, copied.written.rows_updated) == (3, 1, 2)
    assert (copied.source_rows, copied.target_rows) == (4, 4)
    assert pair.rows() == in_order(users((1, "a", 0), (2, "B", 5), (3, "C", None), (4, "d", 9)).to_pylist())

    pair.copy(None, INCREMENTAL, anew=True)
    assert pair.rows() == in_order(users((2, "B", 5), (3, "C", None), (4, "d", 9), (5, "e", 1)).to_pylist())


def test_columns_come_and_go(pair: Pair) -> None:
    pair.copy(users((1, "a", 0)), INCREMENTAL)
    came = users((2, "b", 5)).drop_columns(["name"]).append_column("size", pa.array([7]))
    pair.copy(came, INCREMENTAL)
    assert [(row["id"], row["name"], row["size"]) for row in pair.rows()] == [(1, "a", None), (2, None, 7)]

    before = pair.rows()
    changed = came.set_column(2, "size", pa.array(["seven"]))
    with pytest.raises(SchemaMismatch, match="'size' changed its type"):
        pair.copy(changed, INCREMENTAL)
    assert pair.rows() == before
    pair.copy(None, INCREMENTAL, anew=True)
    assert pair.rows() == changed.to_pylist()


def test_a_table_that_is_not_there_leaves_the_copy_as_it_is(pair: Pair) -> None:
    pair.copy(users((1, "a", 0)), WHOLE)
    pair.source.execute(f"DROP TABLE {pair.source.quoted(SOURCE)}")

    with pytest.raises(MissingObject, match=r"no table purina\.cloud_product\.users"):
        pair.copy(None, WHOLE)
    assert pair.rows() == users((1, "a", 0)).to_pylist()


def test_repeated_keys_are_counted(pair: Pair) -> None:
    assert pair.copy(users((1, "a", 0), (1, "b", 0), (2, "c", 0)), WHOLE).repeated_keys == 1
    assert pair.copy(users((1, "a", 0), (2, "c", 0)), WHOLE).repeated_keys == 0


ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.none() | st.sampled_from("abc"), st.none() | st.integers(0, 4)),
    unique_by=lambda row: row[0],
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(states=st.lists(ROWS, min_size=1, max_size=5))
def test_any_sequence_of_states(
    tmp_path_factory: pytest.TempPathFactory, states: list[list[tuple[int, str | None, int | None]]]
) -> None:
    """An incremental copy is what a few lines of Python say it is."""
    directory = tmp_path_factory.mktemp("pair")
    model: dict[int, tuple[int, str | None, int | None]] = {}
    one, other = (local_duckdb(directory / name) for name in ("one", "other"))
    with one.connect() as source, other.connect() as target:
        pair = Pair(source, target)
        for state in states:
            known = [hours for _, _, hours in model.values() if hours is not None]
            mark = max(known, default=None)
            for key, name, hours in state:
                read = mark is None or hours is None or hours >= mark
                old = model[key][2] if key in model else None
                newer = old is None or (hours is not None and hours >= old)
                if read and (key not in model or newer):
                    model[key] = (key, name, hours)
            pair.copy(users(*state), INCREMENTAL)
            assert pair.rows() == in_order(users(*model.values()).to_pylist())


def test_a_warehouse_is_read_while_the_other_is_written(tmp_path: Path, warehouse: WarehouseResource) -> None:
    """More rows than any batch has."""
    rows = pa.table({"id": pa.array(range(300_000)), "name": pa.array(["x" * 20] * 300_000)})
    with local_duckdb(tmp_path / "other").connect() as source:
        source.replace_table(
            SOURCE, rows.slice(0, 150_000 if "duckdb" not in type(warehouse).__name__.lower() else None)
        )
        with warehouse.connect() as target:
            copied = copy_table(source, target, WHOLE)
    assert copied.rows_read == copied.target_rows > 122_880
