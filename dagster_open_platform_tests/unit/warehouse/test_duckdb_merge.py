"""What a merge on DuckDB, which deletes and inserts, must leave as an update would."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import SchemaDrift, WarehouseConnection, WriteResult
from dagster_open_platform.lib.warehouse.errors import StatementFailed
from dagster_open_platform_tests.fixtures.warehouse import TABLE, local_duckdb, stored


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[WarehouseConnection]:
    with local_duckdb(tmp_path / "warehouse").connect() as opened:
        opened.append(TABLE, pa.table({"id": [0]}))  # makes the schema
        opened.execute(f"DROP TABLE {opened.quoted(TABLE)}")
        yield opened


def made(connection: WarehouseConnection, columns: str, *rows: str) -> None:
    connection.execute(f"CREATE TABLE {connection.quoted(TABLE)} ({columns})")
    for row in rows:
        connection.execute(f"INSERT INTO {connection.quoted(TABLE)} VALUES ({row})")  # noqa: S608 - the test's own


def test_a_table_with_a_primary_key_and_unique_columns(connection: WarehouseConnection) -> None:
    made(
        connection,
        "id BIGINT PRIMARY KEY, email VARCHAR UNIQUE NOT NULL, note VARCHAR",
        "1, 'a', 'x'",
        "2, 'b', 'y'",
    )

    # What was the one row's is the other's now.
    swapped = pa.table({"id": [1, 2, 3], "email": ["b", "a", "c"]})
    for again in (False, True):
        result = connection.merge(TABLE, swapped, ["id"], drift=SchemaDrift.FOLLOW)
        assert result == (WriteResult(0, 0, 3) if again else WriteResult(0, 1, 2))
    assert [tuple(row.values()) for row in stored(connection)] == [
        (2, "a", "y"),
        (1, "b", "x"),
        (3, "c", None),
    ]

    before = stored(connection)
    with pytest.raises(StatementFailed, match=r"(?i)constraint"):
        connection.merge(TABLE, pa.table({"id": [4], "email": ["a"]}), ["id"], drift=SchemaDrift.FOLLOW)
    assert stored(connection) == before


def test_columns_that_have_the_names_of_what_duckdb_or_the_merge_has_itself(
    connection: WarehouseConnection,
) -> None:
    made(
        connection,
        "id BIGINT, rowid BIGINT, _kept_0 BIGINT, _kept_1 BIGINT, moment BIGINT",
        "1, 10, 20, 30, 1",
    )

    data = pa.table({"id": [1, 2], "moment": [2, 2], "_kept_1": [31, 32]})
    assert connection.merge(TABLE, data, ["id"], "moment", SchemaDrift.FOLLOW) == WriteResult(0, 1, 1)

    assert [tuple(row.values()) for row in stored(connection)] == [(1, 10, 20, 31, 2), (2, None, None, 32, 2)]


def test_rows_of_one_key_are_each_updated_and_keep_what_is_theirs(connection: WarehouseConnection) -> None:
    made(connection, "id BIGINT, moment BIGINT, note VARCHAR", "1, 1, 'a'", "1, NULL, 'b'", "1, 9, 'c'")

    data = pa.table({"id": [1], "moment": [5]})
    assert connection.merge(TABLE, data, ["id"], "moment", SchemaDrift.FOLLOW) == WriteResult(0, 0, 2)

    assert sorted(tuple(row.values()) for row in stored(connection)) == [
        (1, 5, "a"),
        (1, 5, "b"),
        (1, 9, "c"),
    ]


def test_a_key_that_only_blocked_rows_have_is_not_inserted(connection: WarehouseConnection) -> None:
    made(connection, "id BIGINT, moment BIGINT", "1, 9", "1, 8")

    assert connection.merge(TABLE, pa.table({"id": [1], "moment": [7]}), ["id"], "moment") == WriteResult(
        0, 0, 0
    )

    assert sorted(row["moment"] for row in stored(connection)) == [8, 9]


def test_nothing_of_a_merge_stays_in_the_session(connection: WarehouseConnection) -> None:
    data = pa.table({"id": [1, 1], "moment": [1, 2]})
    connection.merge(TABLE, data, ["id"], "moment")

    left = connection.query("SELECT table_name FROM duckdb_tables() WHERE database_name = 'temp'")
    assert left.num_rows == 0
