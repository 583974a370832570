"""The Snowflake side through Snowflake's real client, whose bindings and results fakesnow's patch leaves out."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import datetime as dt
from collections.abc import Iterator
from typing import Any

import fakesnow
import pyarrow as pa
import pytest
import snowflake.connector

from dagster_open_platform.lib.warehouse import SchemaDrift, TableRef, Window, WriteResult
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.snowflake.connection import SnowflakeConnection
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, DAY, TABLE, days, in_order, stored

# fakesnow's server gives null times as 1970-01-01, so the row of nulls stays out here.
PRESENT = ALL_TYPES.slice(0, 2)


@pytest.fixture(scope="module")
def connection() -> Iterator[SnowflakeConnection]:
    # The server cannot describe BEGIN, as the client asks it to; transactions are tested in unit/warehouse.
    without_begin: dict[str, Any] = {"nop_regexes": ["BEGIN"]}
    with fakesnow.server(session_parameters=without_begin) as settings:
        settings |= {"paramstyle": "qmark", "timezone": "UTC", "autocommit": True, "network_timeout": 30}
        with snowflake.connector.connect(**settings) as session:
            session.cursor().execute("CREATE DATABASE PURINA")
            yield SnowflakeConnection(session, ["purina"])


def test_every_type_survives_upload_and_download(connection: SnowflakeConnection) -> None:
    assert connection.replace_window(TABLE, PRESENT, days(DAY, 1)) == WriteResult(0, 2)
    assert connection.replace_window(TABLE, PRESENT, days(DAY, 1)) == WriteResult(2, 2)

    result = connection.query(f"SELECT * FROM {connection.quoted(TABLE)}")

    assert result.schema.equals(ALL_TYPES.schema)
    assert in_order(result.to_pylist()) == in_order(PRESENT.to_pylist())
    empty = connection.query(f"SELECT * FROM {connection.quoted(TABLE)} WHERE whole = ?", [0])
    assert empty.num_rows == 0
    assert empty.schema.equals(ALL_TYPES.schema)


@pytest.mark.parametrize("column", ["day", "whole", "real", "words", "clock", "local", "moment"])
def test_values_of_each_type_are_bound(connection: SnowflakeConnection, column: str) -> None:
    table = TableRef("purina", "bound", f"by_{column}")
    connection.replace_window(table, PRESENT, days(DAY, 1))
    for value, expected in zip(PRESENT[column].to_pylist(), PRESENT["flag"].to_pylist(), strict=True):
        if isinstance(value, dt.datetime) and value.tzinfo:
            value = value.astimezone(dt.timezone(dt.timedelta(hours=-4)))
        found = connection.query(f"SELECT flag FROM {connection.quoted(table)} WHERE {column} = ?", [value])
        assert expected in [row["flag"] for row in found.to_pylist()]


def test_a_window_of_times_and_a_merge(connection: SnowflakeConnection) -> None:
    table = TableRef("purina", "pypi", "moments")
    moments = [dt.datetime(2026, 6, 1, hour, tzinfo=dt.UTC) for hour in range(4)]
    data = pa.table(
        {"seen": pa.array(moments, pa.timestamp("us", tz="UTC")), "id": range(4), "title": list("abcd")}
    )
    whole, half = (
        Window("seen", moments[0], moments[3] + dt.timedelta(1)),
        Window("seen", moments[0], moments[2]),
    )

    connection.replace_window(table, data, whole)
    assert connection.replace_window(table, data.slice(0, 1), half) == WriteResult(2, 1)
    assert connection.merge(table, data, ["id"], "seen") == WriteResult(0, 1, 3)
    assert connection.execute(f"DELETE FROM {connection.quoted(table)} WHERE seen < ?", [moments[1]]) == 1
    assert [row["title"] for row in stored(connection, table)] == ["b", "c", "d"]


def test_a_table_is_replaced_appended_to_and_read_in_batches(connection: SnowflakeConnection) -> None:
    table = TableRef("purina", "pypi", "whole")
    assert connection.replace_table(table, PRESENT.select(["words", "whole"])) == WriteResult(0, 2)
    assert connection.replace_table(table, PRESENT) == WriteResult(2, 2)
    assert connection.append(table, PRESENT.drop_columns(["real"]), SchemaDrift.FOLLOW) == WriteResult(0, 2)

    with connection.read(f"SELECT * FROM {connection.quoted(table)} WHERE real IS NOT NULL") as reader:
        # The session is free for other statements meanwhile.
        assert connection.query(f"SELECT count(*) AS n FROM {connection.quoted(table)}").to_pylist() == [
            {"n": 4}
        ]
        result = reader.read_all()

    assert result.schema.equals(ALL_TYPES.schema)
    assert in_order(result.to_pylist()) == in_order(PRESENT.to_pylist())
    again = connection.replace_table(table, PRESENT.select(["whole"]), keep_columns=True)
    assert again == WriteResult(4, 2)
    assert [row["words"] for row in stored(connection, table)] == [None, None]


def test_what_is_missing_is_told_by_the_client(connection: SnowflakeConnection) -> None:
    nowhere = TableRef("purina", "pypi", "nowhere")

    assert connection.columns(nowhere) is None
    with pytest.raises(MissingObject):
        connection.query(f"SELECT * FROM {connection.quoted(nowhere)}")
