"""What the protocol promises of replacing a whole table and of appending to one, kept by both engines."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dagster_open_platform.lib.warehouse import SchemaDrift, TableRef, WarehouseConnection, WriteResult
from dagster_open_platform.lib.warehouse.errors import (
    SchemaMismatch,
    UnknownDatabase,
    UnrepresentableValue,
    UnsupportedType,
)
from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, TABLE, in_order, stored

USERS = pa.table({"id": [1, 2, 3], "name": ["a", "b", None], "seats": [5, None, 7]})
# The same table later: `seats` went, `plan` came, and `id` became a text.
CHANGED = pa.table({"plan": ["free"], "id": ["one"], "name": ["a"]})

Write = Callable[[WarehouseConnection, Any], WriteResult]
WRITES: dict[str, Write] = {
    "replace": lambda connection, data: connection.replace_table(TABLE, data),
    "replace rows": lambda connection, data: connection.replace_table(TABLE, data, keep_columns=True),
    "append": lambda connection, data: connection.append(TABLE, data),
}
EVERY_WRITE = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())


@EVERY_WRITE
def test_every_type_survives_and_what_is_missing_is_created(
    connection: WarehouseConnection, write: Write
) -> None:
    assert connection.columns(TABLE) is None
    assert write(connection, ALL_TYPES) == WriteResult(0, 3)

    result = connection.query(f"SELECT * FROM {connection.quoted(TABLE)}")

    assert result.schema.equals(ALL_TYPES.schema)
    assert in_order(result.to_pylist()) == in_order(ALL_TYPES.to_pylist())


@pytest.mark.parametrize("keep_columns", [False, True])
def test_replacing_twice_is_the_same_as_once(connection: WarehouseConnection, keep_columns: bool) -> None:
    assert connection.replace_table(TABLE, USERS, keep_columns) == WriteResult(0, 3)
    assert connection.replace_table(TABLE, USERS, keep_columns) == WriteResult(3, 3)
    assert stored(connection) == in_order(USERS.to_pylist())

    assert connection.replace_table(TABLE, USERS.slice(1, 1), keep_columns) == WriteResult(3, 1)
    assert stored(connection) == USERS.slice(1, 1).to_pylist()

    assert connection.replace_table(TABLE, USERS.slice(0, 0), keep_columns) == WriteResult(1, 0)
    assert stored(connection) == []
    assert list(connection.columns(TABLE) or {}) == ["id", "name", "seats"]


def test_a_replaced_table_has_the_columns_and_types_of_the_data(connection: WarehouseConnection) -> None:
    connection.replace_table(TABLE, USERS)

    assert connection.replace_table(TABLE, CHANGED) == WriteResult(3, 1)

    result = connection.query(f"SELECT * FROM {connection.quoted(TABLE)}")
    assert result.schema.equals(CHANGED.schema)
    assert result.to_pylist() == CHANGED.to_pylist()


def test_replaced_rows_leave_the_columns_of_the_table(connection: WarehouseConnection) -> None:
    connection.replace_table(TABLE, USERS)
    later = CHANGED.set_column(1, "ID", pa.array([9]))

    assert connection.replace_table(TABLE, later, keep_columns=True) == WriteResult(3, 1)

    result = connection.query(f"SELECT * FROM {connection.quoted(TABLE)}")
    assert result.schema.equals(USERS.schema.append(pa.field("plan", pa.string())))
    assert result.to_pylist() == [{"id": 9, "name": "a", "seats": None, "plan": "free"}]


def test_replaced_rows_of_another_type_are_refused_and_nothing_changes(
    connection: WarehouseConnection,
) -> None:
    connection.replace_table(TABLE, USERS)

    with pytest.raises(SchemaMismatch, match="column 'id' changed its type"):
        connection.replace_table(TABLE, CHANGED, keep_columns=True)

    assert stored(connection) == in_order(USERS.to_pylist())
    assert list(connection.columns(TABLE) or {}) == ["id", "name", "seats"]


@pytest.mark.parametrize("keep_columns", [False, True])
def test_nulls_alone_take_the_type_that_the_table_has_and_make_none(
    connection: WarehouseConnection, keep_columns: bool
) -> None:
    untyped = USERS.set_column(2, "seats", pa.nulls(3))
    with pytest.raises(UnsupportedType, match="seats"):
        connection.replace_table(TABLE, untyped, keep_columns)
    assert connection.columns(TABLE) is None
    connection.replace_table(TABLE, USERS)
    before = connection.columns(TABLE)

    connection.replace_table(TABLE, untyped, keep_columns)

    assert connection.columns(TABLE) == before
    assert [row["seats"] for row in stored(connection)] == [None] * 3


def test_appending_adds_every_row_each_time(connection: WarehouseConnection) -> None:
    assert connection.append(TABLE, USERS) == WriteResult(0, 3)
    assert connection.append(TABLE, USERS.select(["seats", "id", "name"])) == WriteResult(0, 3)
    assert connection.append(TABLE, USERS.slice(0, 0)) == WriteResult(0, 0)

    assert stored(connection) == in_order(USERS.to_pylist() * 2)


def test_appending_what_does_not_fit_changes_nothing(connection: WarehouseConnection) -> None:
    connection.append(TABLE, USERS)

    with pytest.raises(SchemaMismatch) as raised:
        connection.append(TABLE, CHANGED)

    for problem in ("missing column 'seats'", "unexpected column 'plan'", "column 'id' changed its type"):
        assert problem in str(raised.value)
    assert stored(connection) == in_order(USERS.to_pylist())


@EVERY_WRITE
def test_a_reader_that_fails_leaves_the_old_table(connection: WarehouseConnection, write: Write) -> None:
    write(connection, USERS)

    def batches() -> Iterator[pa.RecordBatch]:
        yield USERS.to_batches()[0]
        raise RetryableFailure("the source went away")

    with pytest.raises(RetryableFailure, match="the source went away"):
        write(connection, pa.RecordBatchReader.from_batches(USERS.schema, batches()))

    assert stored(connection) == in_order(USERS.to_pylist())
    assert write(connection, USERS).rows_inserted == 3


@EVERY_WRITE
def test_a_value_that_does_not_fit_in_a_later_batch_leaves_the_old_table(
    connection: WarehouseConnection, write: Write
) -> None:
    write(connection, USERS)
    good, bad = (USERS.set_column(0, "id", pa.array([n] * 3, pa.uint64())) for n in (1, 2**64 - 1))

    with pytest.raises(UnrepresentableValue, match="'id'"):
        write(connection, pa.concat_tables([good, bad]).to_reader())

    assert stored(connection) == in_order(USERS.to_pylist())


@EVERY_WRITE
def test_a_reader_is_never_collected_in_memory(connection: WarehouseConnection, write: Write) -> None:
    batch, count = pa.record_batch({"id": range(20_000), "n": range(20_000)}), 300
    before = pa.total_allocated_bytes()
    held: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for _ in range(count):
            yield pa.record_batch([pc.add(column, 1) for column in batch.columns], batch.schema)
            held.append(pa.total_allocated_bytes() - before)

    reader = pa.RecordBatchReader.from_batches(batch.schema, batches())

    assert write(connection, reader) == WriteResult(0, count * batch.num_rows)
    assert max(held) < 15 * batch.nbytes


@EVERY_WRITE
def test_each_write_is_noted(connection: WarehouseConnection, write: Write) -> None:
    write(connection, USERS)
    first = connection.last_updated([TABLE])[TABLE]
    write(connection, USERS)
    second = connection.last_updated([TABLE])[TABLE]

    assert first is not None
    assert second is not None
    # fakesnow gives every table one time for ever.
    moved = first < second <= dt.datetime.now(dt.UTC)
    assert moved or connection.engine == "snowflake"


def test_other_tables_and_views_stay(connection: WarehouseConnection) -> None:
    """Views of another database, as dbt makes them."""
    other = TableRef("purina", "pypi", "other")
    connection.replace_table(other, USERS)
    connection.replace_table(TABLE, USERS)
    connection.append(TableRef("dwh_reporting", "views", "anything"), USERS)
    view = TableRef("dwh_reporting", "views", "names")
    connection.execute(
        f"CREATE VIEW {connection.quoted(view)} AS SELECT id, name FROM {connection.quoted(TABLE)}"
    )

    connection.replace_table(TABLE, pa.table({"extra": [1.5], "name": ["new"], "id": [4]}))
    assert stored(connection, view) == [{"id": 4, "name": "new"}]
    connection.replace_table(TABLE, USERS.slice(0, 1), keep_columns=True)
    assert stored(connection, view) == [{"id": 1, "name": "a"}]
    connection.append(TABLE, USERS.slice(1, 1), SchemaDrift.FOLLOW)
    assert stored(connection, view) == [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]

    assert stored(connection, other) == in_order(USERS.to_pylist())


@pytest.mark.parametrize("keep_columns", [False, True])
def test_an_unknown_database_is_named(connection: WarehouseConnection, keep_columns: bool) -> None:
    nowhere = TableRef("elsewhere", "a", "b")

    with pytest.raises(UnknownDatabase, match="'elsewhere'"):
        connection.replace_table(nowhere, USERS, keep_columns)
    with pytest.raises(UnknownDatabase, match="'elsewhere'"):
        connection.append(nowhere, USERS)
