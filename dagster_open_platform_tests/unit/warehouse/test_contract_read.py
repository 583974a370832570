"""What the protocol promises of a result that is read batch by batch, kept by both engines."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import datetime as dt
import decimal
from pathlib import Path

import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WriteResult
from dagster_open_platform.lib.warehouse.errors import MissingObject, StatementFailed, UnrepresentableValue
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, TABLE, in_order, local_duckdb, stored

COPY = TableRef("purina", "pypi", "copy")
MANY = 300_000


def numbers(connection: WarehouseConnection, count: int = MANY) -> str:
    """Fill the table with numbers and return a query of them, in order."""
    connection.replace_table(TABLE, pa.table({"n": range(count), "text": ["some text"] * count}))
    return f"SELECT * FROM {connection.quoted(TABLE)} ORDER BY n"


@pytest.mark.parametrize("kept", [3, 0])
def test_a_result_read_in_batches_is_the_one_that_a_query_gives(
    connection: WarehouseConnection, kept: int
) -> None:
    connection.append(TABLE, ALL_TYPES.slice(0, kept))
    statement = f"SELECT *, whole AS Mixed FROM {connection.quoted(TABLE)}"

    with connection.read(statement) as reader:
        result = reader.read_all()

    queried = connection.query(statement)
    assert result.schema.equals(queried.schema)
    assert result.schema.equals(ALL_TYPES.schema.append(pa.field("mixed", pa.int64())))
    assert in_order(result.to_pylist()) == in_order(queried.to_pylist())


def test_values_are_bound(connection: WarehouseConnection) -> None:
    nasty = "'; DROP TABLE downloads; --"
    connection.append(TABLE, pa.table({"id": [nasty, "b"], "n": [1, 2]}))

    with connection.read(f"SELECT n FROM {connection.quoted(TABLE)} WHERE id = ?", [nasty]) as reader:
        assert reader.read_all().to_pylist() == [{"n": 1}]


def test_every_row_comes_once_and_in_order(connection: WarehouseConnection) -> None:
    with connection.read(numbers(connection)) as reader:
        read = [batch["n"].to_pylist() for batch in reader]

    assert len(read) > 2
    assert [n for batch in read for n in batch] == list(range(MANY))


def test_what_is_read_may_be_written_and_the_connection_used_meanwhile(
    connection: WarehouseConnection,
) -> None:
    statement = numbers(connection)

    with connection.read(statement) as reader:
        first = reader.read_next_batch()
        assert connection.query(f"SELECT count(*) AS n FROM {connection.quoted(TABLE)}").to_pylist() == [
            {"n": MANY}
        ]
        assert connection.replace_table(COPY, reader) == WriteResult(0, MANY - first.num_rows)

    with connection.read(statement) as reader:
        # Even into the table itself: what is read is what was there.
        assert connection.append(TABLE, reader) == WriteResult(0, MANY)


def test_a_table_may_be_replaced_by_what_is_read_from_it(connection: WarehouseConnection) -> None:
    numbers(connection, 100_000)

    with connection.read(
        f"SELECT n % 10 AS digit, count(*) AS n FROM {connection.quoted(TABLE)} GROUP BY 1"
    ) as r:
        connection.replace_table(TABLE, r)

    assert stored(connection) == [{"digit": digit, "n": 10_000} for digit in range(10)]


def test_a_reader_may_be_left_unread_and_ends_with_its_block(connection: WarehouseConnection) -> None:
    statement = numbers(connection)
    with connection.read(statement) as reader:
        reader.read_next_batch()

    with pytest.raises(StatementFailed, match="after the `with` block"):
        reader.read_all()
    with connection.read(statement) as again:
        assert again.read_next_batch()["n"][0].as_py() == 0
    with pytest.raises(ZeroDivisionError), connection.read(statement):
        raise ZeroDivisionError
    assert connection.append(COPY, pa.table({"n": [1]})) == WriteResult(0, 1)


def test_what_is_wrong_with_the_query_is_told_at_the_beginning(connection: WarehouseConnection) -> None:
    connection.append(TABLE, pa.table({"n": [1]}))
    nowhere = connection.quoted(TableRef("purina", "pypi", "nowhere"))

    with pytest.raises(MissingObject, match=r"(?i)nowhere"), connection.read(f"SELECT * FROM {nowhere}"):
        pass
    with pytest.raises(StatementFailed), connection.read("NOT A QUERY"):
        pass


def test_a_number_beyond_64_bits_is_told_when_it_is_read(connection: WarehouseConnection) -> None:
    huge = decimal.Decimal(2**63)
    # A literal, because fakesnow's whole numbers have 64 bits where a table has them.
    statement = f"SELECT n AS huge FROM (SELECT 1 AS n UNION ALL SELECT {huge})"

    assert sorted(connection.query(statement)["huge"].to_pylist()) == [1, huge]
    with connection.read(statement) as reader:
        assert reader.schema.types == [pa.int64()]
        with pytest.raises(UnrepresentableValue, match="'huge' of the result"):
            reader.read_all()
    # And the write that reads it fails with the same error.
    connection.append(COPY, pa.table({"huge": [1]}))
    with connection.read(statement) as reader, pytest.raises(UnrepresentableValue, match="of the result"):
        connection.replace_table(COPY, reader)
    assert stored(connection, COPY) == [{"huge": 1}]


def test_a_failure_in_the_middle_of_duckdbs_result_is_typed(tmp_path: Path) -> None:
    with local_duckdb(tmp_path / "w").connect() as connection:
        numbers(connection)
        statement = (
            f"SELECT CASE WHEN n = {MANY - 1} THEN CAST(text AS BIGINT) ELSE n END AS n "
            f"FROM {connection.quoted(TABLE)}"
        )
        with connection.read(statement) as reader, pytest.raises(StatementFailed, match="some text"):
            for _ in reader:
                pass
        assert connection.query("SELECT 1 AS n").to_pylist() == [{"n": 1}]


def test_a_result_that_is_not_read_keeps_no_file_of_duckdb(tmp_path: Path) -> None:
    warehouse = local_duckdb(tmp_path / "w").model_copy(update={"lock_timeout_seconds": 0})
    with warehouse.connect() as connection, connection.read(numbers(connection)) as reader:
        reader.read_next_batch()

    with warehouse.connect() as connection:
        connection.replace_table(TABLE, pa.table({"n": [1]}))
        assert stored(connection) == [{"n": 1}]
    with pytest.raises(StatementFailed):
        reader.read_next_batch()


def test_duckdbs_result_is_never_collected_in_memory(tmp_path: Path) -> None:
    with local_duckdb(tmp_path / "w").connect() as connection:
        statement = numbers(connection, 3_000_000).removesuffix(" ORDER BY n")
        whole = connection.query(statement).nbytes
        before = pa.total_allocated_bytes()
        held: list[int] = []

        with connection.read(statement) as reader:
            for batch in reader:
                held.append(pa.total_allocated_bytes() - before)
                assert batch.nbytes < whole / 10

        assert len(held) > 10


def test_times_are_read_in_utc(connection: WarehouseConnection) -> None:
    moment = dt.datetime(2026, 6, 1, 1, 2, 3, 4, tzinfo=dt.UTC)
    connection.append(
        TABLE, pa.table({"moment": pa.array([moment], pa.timestamp("us", tz="America/New_York"))})
    )

    if connection.engine == "duckdb":
        # What a new cursor begins with, as on a machine that is elsewhere.
        connection.execute("SET GLOBAL TimeZone = 'Asia/Tokyo'")
    with connection.read(
        f"SELECT CAST(moment AS VARCHAR) AS words FROM {connection.quoted(TABLE)}"
    ) as reader:
        (row,) = reader.read_all().to_pylist()

    assert row["words"].startswith("2026-06-01 01:02:03.000004")
