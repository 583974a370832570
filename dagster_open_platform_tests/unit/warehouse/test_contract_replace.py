"""What the protocol promises of replacing a window, kept by both engines."""

# ruff: noqa: S608 - names of tables are quoted by the seam itself

import datetime as dt
from collections.abc import Iterator

import pyarrow as pa
import pytest

from dagster_open_platform.lib.warehouse import (
    SchemaDrift,
    TableRef,
    WarehouseConnection,
    Window,
    WriteResult,
)
from dagster_open_platform.lib.warehouse.errors import (
    InvalidWindow,
    RowsOutsideWindow,
    SchemaMismatch,
    UnrepresentableValue,
    UnsupportedType,
)
from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform_tests.fixtures.warehouse import ALL_TYPES, DAY, TABLE, days, in_order, stored

NEXT = DAY + dt.timedelta(days=1)
ROWS = pa.table({"day": [DAY, DAY, NEXT], "project": ["a", "b", "a"], "n": [1, 2, 3]})


def test_every_type_survives_a_write_and_a_read(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ALL_TYPES, days(DAY, 1))

    result = connection.query(f"SELECT * FROM {connection.quoted(TABLE)}")

    assert result.schema.equals(ALL_TYPES.schema)
    assert in_order(result.to_pylist()) == in_order(ALL_TYPES.to_pylist())


def test_types_of_a_result_do_not_depend_on_its_rows(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ALL_TYPES, days(DAY, 1))

    empty = connection.query(f"SELECT * FROM {connection.quoted(TABLE)} WHERE whole = ?", [7])

    assert empty.num_rows == 0
    assert empty.schema.equals(ALL_TYPES.schema)


def test_replacing_a_window_twice_is_the_same_as_once(connection: WarehouseConnection) -> None:
    assert connection.columns(TABLE) is None
    assert connection.replace_window(TABLE, ROWS, days(DAY, 2)) == WriteResult(0, 3)
    assert connection.replace_window(TABLE, ROWS, days(DAY, 2)) == WriteResult(3, 3)

    assert stored(connection) == in_order(ROWS.to_pylist())
    assert list(connection.columns(TABLE) or {}) == ["day", "project", "n"]


def test_replacing_leaves_the_rest_of_the_table_alone(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))

    result = connection.replace_window(TABLE, ROWS.slice(0, 1), days(DAY, 1))

    assert result == WriteResult(2, 1)
    assert [(row["day"], row["n"]) for row in stored(connection)] == [(DAY, 1), (NEXT, 3)]


def test_an_empty_table_empties_the_window_and_creates_what_is_missing(
    connection: WarehouseConnection,
) -> None:
    assert connection.replace_window(TABLE, ROWS.slice(0, 0), days(DAY, 1)) == WriteResult(0, 0)
    connection.replace_window(TABLE, ROWS, days(DAY, 2))

    assert connection.replace_window(TABLE, ROWS.slice(0, 0), days(DAY, 1)) == WriteResult(2, 0)
    assert [row["n"] for row in stored(connection)] == [3]


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_windows_of_time_mean_utc_whatever_the_zone_of_the_data(
    connection: WarehouseConnection, zone: str | None
) -> None:
    moments = [
        dt.datetime(2026, 6, 1, 23, 59, 59, 999999, tzinfo=dt.UTC),
        dt.datetime(2026, 6, 2, tzinfo=dt.UTC),
    ]
    if zone is None:
        moments = [moment.replace(tzinfo=None) for moment in moments]
    data = pa.table({"at": pa.array(moments, pa.timestamp("us", tz=zone)), "n": [1, 2]})
    new_york = dt.timezone(dt.timedelta(hours=-4))
    june_first = Window(
        "at", dt.datetime(2026, 5, 31, 20, tzinfo=new_york), dt.datetime(2026, 6, 2, tzinfo=dt.UTC)
    )

    connection.replace_window(TABLE, data, days(DAY, 2, "at"))
    result = connection.replace_window(TABLE, data.slice(0, 1), june_first)

    assert result == WriteResult(1, 1)
    assert [row["n"] for row in stored(connection)] == [1, 2]
    with pytest.raises(RowsOutsideWindow):
        connection.replace_window(TABLE, data, june_first)


def test_columns_are_matched_by_name_and_case_does_not_matter(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))
    shuffled = ROWS.select(["n", "day", "project"]).rename_columns(["N", "Day", "PROJECT"])

    connection.replace_window(
        TableRef("PURINA", "Pypi", "DOWNLOADS"), shuffled, Window("DAY", DAY, dt.date(2026, 6, 3))
    )

    assert stored(connection) == in_order(ROWS.to_pylist())


@pytest.mark.parametrize("bad", [NEXT, None])
def test_a_row_outside_the_window_is_refused_and_nothing_changes(
    connection: WarehouseConnection, bad: dt.date | None
) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))
    before = stored(connection)
    data = pa.table({"day": pa.array([DAY, bad], pa.date32()), "project": ["x", "y"], "n": [8, 9]})

    with pytest.raises(RowsOutsideWindow, match="day in .2026-06-01, 2026-06-02.*" + str(bad)):
        connection.replace_window(TABLE, data, days(DAY, 1))

    assert stored(connection) == before


def test_a_reader_is_read_once_batch_by_batch(connection: WarehouseConnection) -> None:
    pulled: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(5):
            pulled.append(number)
            yield pa.record_batch({"day": [DAY], "n": [number]})

    reader = pa.RecordBatchReader.from_batches(pa.schema({"day": pa.date32(), "n": pa.int64()}), batches())

    assert connection.replace_window(TABLE, reader, days(DAY, 1)) == WriteResult(0, 5)
    assert pulled == [0, 1, 2, 3, 4]
    assert [row["n"] for row in stored(connection)] == [0, 1, 2, 3, 4]


def test_a_reader_is_never_collected_in_memory(connection: WarehouseConnection) -> None:
    batch = pa.record_batch({"day": [DAY] * 20_000, "n": range(20_000)})
    before = pa.total_allocated_bytes()
    held: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for _ in range(60):
            yield pa.record_batch({"day": [DAY] * 20_000, "n": range(20_000)})
            held.append(pa.total_allocated_bytes() - before)

    reader = pa.RecordBatchReader.from_batches(batch.schema, batches())

    assert connection.replace_window(TABLE, reader, days(DAY, 1)) == WriteResult(0, 60 * 20_000)
    assert max(held) < 15 * batch.nbytes


def test_a_reader_that_fails_fails_the_write_with_its_own_error(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))
    before = stored(connection)

    def batches() -> Iterator[pa.RecordBatch]:
        yield ROWS.to_batches()[0]
        raise RetryableFailure("the source went away")

    with pytest.raises(RetryableFailure, match="the source went away"):
        connection.replace_window(
            TABLE, pa.RecordBatchReader.from_batches(ROWS.schema, batches()), days(DAY, 2)
        )

    assert stored(connection) == before


def test_a_schema_that_does_not_match_names_every_column(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))
    before = stored(connection)
    data = pa.table({"day": [DAY], "n": ["one"], "surprise": [1.5]})

    with pytest.raises(SchemaMismatch) as raised:
        connection.replace_window(TABLE, data, days(DAY, 1))

    message = str(raised.value)
    assert "missing column 'project'" in message
    assert "unexpected column 'surprise'" in message
    assert "column 'n' changed its type" in message
    assert stored(connection) == before


def test_new_columns_are_added_on_demand_and_are_null_before(connection: WarehouseConnection) -> None:
    connection.replace_window(TABLE, ROWS, days(DAY, 2))
    data = pa.table({"day": [DAY], "project": ["c"], "n": [4], "extra": ["new"], "more": [1]})

    connection.replace_window(TABLE, data, days(DAY, 1), SchemaDrift.ADD_COLUMNS)

    assert [(row["n"], row["extra"], row["more"]) for row in stored(connection)] == [
        (4, "new", 1),
        (3, None, None),
    ]
    with pytest.raises(SchemaMismatch, match="missing column 'extra'"):
        connection.replace_window(TABLE, ROWS, days(DAY, 2), SchemaDrift.ADD_COLUMNS)


def test_types_that_the_engines_do_not_share_are_refused(connection: WarehouseConnection) -> None:
    data = pa.table({"day": [DAY], "tags": [["a"]], "body": [{"a": 1}]})

    with pytest.raises(UnsupportedType, match=r"tags \(list.*body \(struct"):
        connection.replace_window(TABLE, data, days(DAY, 1))

    assert connection.columns(TABLE) is None


def test_a_column_of_nulls_fits_a_typed_column_but_cannot_make_one(connection: WarehouseConnection) -> None:
    nothing = pa.table({"day": [DAY], "project": ["a"], "n": pa.nulls(1)})
    with pytest.raises(UnsupportedType, match="n"):
        connection.replace_window(TABLE, nothing, days(DAY, 1))
    connection.replace_window(TABLE, ROWS, days(DAY, 2))

    connection.replace_window(TABLE, nothing, days(DAY, 1))

    assert stored(connection)[0]["n"] is None or stored(connection)[1]["n"] is None


def test_narrow_types_are_widened_and_values_are_never_cut(connection: WarehouseConnection) -> None:
    narrow = pa.table(
        {
            "day": pa.array([dt.datetime.fromisoformat("2026-06-01")], pa.date64()),
            "project": pa.array(["a"]).dictionary_encode(),
            "n": pa.array([5], pa.uint8()),
        }
    )
    connection.replace_window(TABLE, narrow, days(DAY, 1))
    assert stored(connection) == [{"day": DAY, "project": "a", "n": 5}]

    wide = narrow.set_column(2, "n", pa.array([2**64 - 1], pa.uint64()))
    with pytest.raises(UnrepresentableValue, match="'n'"):
        connection.replace_window(TABLE, wide, days(DAY, 1))
    assert stored(connection) == [{"day": DAY, "project": "a", "n": 5}]


def test_a_window_must_be_about_a_column_of_dates_or_times(connection: WarehouseConnection) -> None:
    with pytest.raises(InvalidWindow, match="no column 'week'"):
        connection.replace_window(TABLE, ROWS, days(DAY, 1, "week"))
    with pytest.raises(InvalidWindow, match="its column 'n' is int64"):
        connection.replace_window(TABLE, ROWS, days(DAY, 1, "n"))
    hours = Window("day", dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 2, tzinfo=dt.UTC))
    with pytest.raises(InvalidWindow, match="its column 'day' is date32"):
        connection.replace_window(TABLE, ROWS, hours)
    assert connection.columns(TABLE) is None
