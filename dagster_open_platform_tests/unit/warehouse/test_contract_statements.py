"""What the protocol promises of statements, queries and questions, kept by both engines."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import datetime as dt

import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import (
    TableRef,
    WarehouseConnection,
)
from dagster_open_platform.lib.warehouse.errors import (
    MissingObject,
    StatementFailed,
    UnknownDatabase,
)
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, DAY, TABLE, days, stored

ROWS = pa.table({"day": [DAY, DAY, DAY + dt.timedelta(days=1)], "n": [1, 2, 3]})
ISSUES = pa.table({"id": ["a", "b"], "at": [2, 2], "title": ["A", "B"]})


def test_values_are_bound_never_read_as_sql(connection: WarehouseConnection) -> None:
    nasty = "'; DROP TABLE downloads; --"
    connection.merge(TABLE, pa.table({"id": [nasty, "b"], "n": [1, 2]}), ["id"])

    found = connection.query(f"SELECT n AS Found FROM {connection.quoted(TABLE)} WHERE id = ?", [nasty])

    assert found.to_pylist() == [{"found": 1}]
    assert connection.execute(f"DELETE FROM {connection.quoted(TABLE)} WHERE id = ?", [nasty]) == 1
    assert connection.execute(f"UPDATE {connection.quoted(TABLE)} SET n = ? WHERE n = ?", [3, 2]) == 1
    assert [row["id"] for row in stored(connection)] == ["b"]


def test_times_are_bound_as_moments(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ALL_TYPES, days(DAY, 1))
    moment = dt.datetime(2026, 5, 31, 21, 2, 3, 4, tzinfo=dt.timezone(dt.timedelta(hours=-4)))

    found = connection.query(f"SELECT whole FROM {connection.quoted(TABLE)} WHERE moment = ?", [moment])

    assert found.to_pylist() == [{"whole": 1}]


def test_whole_numbers_stay_whole(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))

    found = connection.query(
        f"SELECT sum(n) AS total, max(n) AS most, count(*) AS amount FROM {connection.quoted(TABLE)}"
    )

    assert found.to_pylist() == [{"total": 6, "most": 3, "amount": 3}]
    # fakesnow makes a float of a sum, which Snowflake does not.
    whole = ["most", "amount"] if connection.engine == "snowflake" else ["total", "most", "amount"]
    assert found.select(whole).schema.types == [pa.int64()] * len(whole)


def test_statements_without_rows_change_none(connection: WarehouseConnection) -> None:
    connection.merge(TABLE, ISSUES, ["id"])

    assert connection.execute(f"DROP TABLE {connection.quoted(TABLE)}") == 0
    assert connection.columns(TABLE) is None


def test_what_is_missing_is_named(connection: WarehouseConnection) -> None:
    connection.merge(TABLE, ISSUES, ["id"])
    nowhere = TableRef("purina", "pypi", "nowhere")

    with pytest.raises(MissingObject, match=r"(?i)nowhere"):
        connection.query(f"SELECT * FROM {connection.quoted(nowhere)}")
    with pytest.raises(MissingObject, match=r"(?i)no_such_column"):
        connection.query(f"SELECT no_such_column FROM {connection.quoted(TABLE)}")
    with pytest.raises(UnknownDatabase, match=r"'elsewhere'.*dwh_reporting, purina"):
        connection.merge(TableRef("elsewhere", "a", "b"), ISSUES, ["id"])
    with pytest.raises(StatementFailed):
        connection.execute("NOT A STATEMENT")


def test_last_updates_are_aware_and_none_for_what_is_not_there(connection: WarehouseConnection) -> None:
    connection.merge(TABLE, ISSUES, ["id"])
    nowhere = TableRef("purina", "pypi", "nowhere")
    other = TableRef("dwh_reporting", "pypi", "downloads")

    found = connection.last_updated([TABLE, nowhere, other])

    assert list(found) == [TABLE, nowhere, other]
    assert found[nowhere] is None
    assert found[other] is None
    time = found[TABLE]
    assert time is not None
    assert time.utcoffset() == dt.timedelta(0)
