"""Columns that come, go and change their type, and files that cannot be applied."""

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform.lib.aws.buckets import DMS
from dagster_open_platform.lib.aws.fake import FakeObjectStore
from dagster_open_platform.lib.dms.apply import Applied, apply_changes
from dagster_open_platform.lib.dms.errors import ChangedColumnType, InvalidChangeFile, UnreadableChangeFile
from dagster_open_platform.lib.dms.tables import ChangeTable
from dagster_open_platform.lib.warehouse import TableRef
from dagster_open_platform.lib.warehouse.errors import UnrepresentableValue, UnsupportedType
from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform_tests.fixtures.dms import (
    USERS,
    Change,
    change_file,
    expected,
    key_of,
    source_of,
    stored,
)
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

TABLE = TableRef("purina", "dms", "users")
OLD = pa.schema({"id": pa.int64(), "name": pa.string(), "gone": pa.int32()})
NEW = pa.schema({"id": pa.int64(), "came": pa.float64(), "name": pa.string()})
LOAD = [Change("I", 0, {"id": key, "name": f"n{key}", "gone": key}) for key in range(3)]
BEFORE = [Change("U", 1, {"id": 1, "name": "one", "gone": 10})]
AFTER = [Change("U", 2, {"id": 2, "name": "two", "came": 0.5}), Change("I", 3, {"id": 3, "came": 1.5})]


class Site:
    """A store with a full load, and a warehouse."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.warehouse = local_duckdb(directory)
        self.store = FakeObjectStore([DMS])
        self.put("LOAD00000001.parquet", change_file(LOAD, OLD))

    def put(self, file: str, body: bytes) -> None:
        self.store.put(DMS, key_of(file), body)

    def apply(self, declared: ChangeTable = USERS, **options: Any) -> Applied:
        with self.warehouse.connect() as connection:
            return apply_changes(connection, source_of(self.store), declared, TABLE, **options)

    def columns(self) -> dict[str, str]:
        with self.warehouse.connect() as connection:
            return connection.columns(TABLE) or {}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_columns_come_and_go(site: Site, runs: int) -> None:
    """However the files are applied together, the table is the same: a column that a change lacks is null in its row."""
    files = {"2026/07/01/1.parquet": (BEFORE, OLD), "2026/07/02/1.parquet": (AFTER, NEW)}
    for number, (file, (changes, schema)) in enumerate(files.items()):
        if number + 1 < runs:
            site.apply()
        site.put(file, change_file(changes, schema))
    site.apply()

    found = stored(site.directory)
    assert found == expected([*LOAD, *BEFORE, *AFTER], ["id", "name", "gone", "came"])
    assert [found[key]["gone"] for key in range(4)] == [0, 10, None, None]
    assert list(site.columns()) == list(stored(site.directory)[0])


def test_an_old_file_that_comes_after_the_column_went_is_applied_too(site: Site) -> None:
    site.put("2026/07/02/1.parquet", change_file(AFTER, NEW))
    site.apply()
    site.put("2026/07/01/1.parquet", change_file(BEFORE, OLD))
    site.apply()

    assert stored(site.directory) == expected([*LOAD, *BEFORE, *AFTER], ["id", "name", "gone", "came"])


def test_a_column_of_nulls_without_a_type_waits_for_a_value(site: Site) -> None:
    untyped = pa.schema([*OLD, pa.field("later", pa.null())])
    site.put("2026/07/01/1.parquet", change_file(BEFORE, untyped))
    site.apply()
    assert "later" not in site.columns()

    typed = pa.schema([*OLD, pa.field("later", pa.string())])
    site.put("2026/07/02/1.parquet", change_file([Change("U", 5, {"id": 0, "later": "now"})], typed))
    site.put("2026/07/03/1.parquet", change_file([Change("U", 6, {"id": 1, "name": "x"})], untyped))
    site.apply()
    assert site.columns()["later"] == "VARCHAR"
    assert {key: row["later"] for key, row in stored(site.directory).items()} == {0: "now", 1: None, 2: None}


@pytest.mark.parametrize("first_applied", [True, False])
def test_a_changed_type_is_an_error_and_nothing_is_changed(site: Site, first_applied: bool) -> None:
    before: dict[Any, Any] = {}
    if first_applied:
        site.apply()
        before = stored(site.directory)
    changed = OLD.set(2, pa.field("gone", pa.string()))
    site.put("2026/07/01/1.parquet", change_file([Change("U", 1, {"id": 1, "gone": "10"})], changed))

    with pytest.raises(ChangedColumnType, match="'gone'") as raised:
        site.apply()

    assert "full_refresh: true" in str(raised.value.description)
    assert "2026/07/01/1.parquet" in str(raised.value.description)
    assert (stored(site.directory) if first_applied else site.columns()) == before

    # What the message says to do helps.
    site.store.delete_objects(DMS, [key_of("2026/07/01/1.parquet"), key_of("LOAD00000001.parquet")])
    site.put("LOAD00000002.parquet", change_file([Change("I", 0, {"id": 1, "gone": "10"})], changed))
    site.apply(anew=True)
    assert site.columns()["gone"] == "VARCHAR"
    assert site.apply().files == []


def test_types_that_the_warehouse_has_one_type_for_are_the_same(site: Site) -> None:
    site.put("2026/07/01/1.parquet", change_file(BEFORE, OLD.set(2, pa.field("gone", pa.int16()))))
    site.put("2026/07/02/1.parquet", change_file(AFTER[:1], OLD.set(1, pa.field("name", pa.large_string()))))
    site.apply()

    assert stored(site.directory) == expected([*LOAD, *BEFORE, *AFTER[:1]], OLD.names)


def test_columns_that_must_not_be_in_the_warehouse_are_not(site: Site) -> None:
    site.apply(ChangeTable("users", ("id",), omit=("gone",)))

    assert "gone" not in site.columns()
    assert {key: row["name"] for key, row in stored(site.directory).items()} == {0: "n0", 1: "n1", 2: "n2"}


def test_every_type_of_the_source_survives(site: Site) -> None:
    schema = pa.schema(
        {
            "id": pa.int64(),
            "price": pa.decimal128(18, 6),
            "day": pa.date32(),
            "local": pa.timestamp("us"),
            "moment": pa.timestamp("us", tz="UTC"),
            "share": pa.float64(),
            "small": pa.int16(),
            "settings": pa.string(),
        }
    )
    row = {
        "id": 1,
        "price": decimal.Decimal("-123456789012.345678"),
        "day": dt.date(1, 1, 1),
        "local": dt.datetime(2026, 7, 1, 1, 2, 3, 4),  # noqa: DTZ001 - has no zone on purpose
        "moment": dt.datetime(1969, 7, 20, 1, 2, 3, 4, tzinfo=dt.UTC),
        "share": 0.1,
        "small": -32768,
        "settings": '{"a": [1, null, "\\u0000é"]}',
    }
    site.store.delete_objects(DMS, [key_of("LOAD00000001.parquet")])
    site.put("LOAD00000001.parquet", change_file([Change("I", 0, row)], schema))
    site.apply()

    assert stored(site.directory) == expected([Change("I", 0, row)], schema.names)


GOOD = change_file(BEFORE, OLD)
TABLE_OF_GOOD = pa.table(
    {
        "Op": ["U"],
        "dms_sequence": [1],
        "dms_committed_at": pa.array([BEFORE[0].committed_at], pa.timestamp("us", tz="UTC")),
        "id": [1],
    }
)


def parquet(table: pa.Table) -> bytes:
    import io

    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def replaced(name: str, values: list[Any]) -> bytes:
    return parquet(TABLE_OF_GOOD.set_column(TABLE_OF_GOOD.column_names.index(name), name, [values]))


def damaged() -> bytes:
    """A file whose footer is whole and whose pages are not."""
    body = bytearray(
        change_file([Change("U", 1, {"id": key, "name": str(key) * 50}) for key in range(500)], OLD)
    )
    for place in range(500, len(body) // 2):
        body[place] ^= 0x5A
    return bytes(body)


BAD_FILES: dict[str, tuple[bytes, type[PermanentFailure], str]] = {
    "truncated": (GOOD[: len(GOOD) // 2], UnreadableChangeFile, "no whole Parquet file"),
    "without its footer": (GOOD[:-8], UnreadableChangeFile, "no whole Parquet file"),
    "empty": (b"", UnreadableChangeFile, "no whole Parquet file"),
    "damaged inside": (damaged(), UnreadableChangeFile, "no whole Parquet file"),
    "without operations": (
        parquet(TABLE_OF_GOOD.drop_columns(["Op"])),
        InvalidChangeFile,
        "has op not exactly once",
    ),
    "without its key": (
        parquet(TABLE_OF_GOOD.drop_columns(["id"])),
        InvalidChangeFile,
        "has id not exactly once",
    ),
    "with an unknown operation": (replaced("Op", ["X"]), InvalidChangeFile, "operation 'X'"),
    "with a null operation": (replaced("Op", [None]), InvalidChangeFile, "operation None"),
    "with a null key": (replaced("id", [None]), InvalidChangeFile, "without a value in id"),
    "with a null sequence": (
        replaced("dms_sequence", [None]),
        InvalidChangeFile,
        "without a value in dms_sequence",
    ),
    "with a sequence that is no number": (
        replaced("dms_sequence", ["x"]),
        UnrepresentableValue,
        "_dms_sequence",
    ),
    "with a nested value": (
        parquet(TABLE_OF_GOOD.append_column("tags", pa.array([["a"]], pa.list_(pa.string())))),
        UnsupportedType,
        "tags",
    ),
}


@pytest.mark.parametrize("bad", BAD_FILES)
def test_a_bad_file_is_named_and_nothing_is_half_applied(site: Site, bad: str) -> None:
    body, error, message = BAD_FILES[bad]
    site.apply()
    before = stored(site.directory)
    # One that is good comes before it, one after, in the same batch.
    site.put("2026/07/01/1.parquet", change_file([Change("U", 7, {"id": 0, "name": "good"})], OLD))
    site.put("2026/07/01/2.parquet", body)
    site.put("2026/07/01/3.parquet", change_file([Change("D", 8, {"id": 2})], OLD))

    with pytest.raises(error, match=message) as raised:
        site.apply()
    assert stored(site.directory) == before
    if error is not UnsupportedType:  # the warehouse knows columns, not files
        assert f"s3://{DMS}/{key_of('2026/07/01/2.parquet')}" in str(raised.value.description)

    site.put("2026/07/01/2.parquet", GOOD)
    assert len(site.apply().files) == 3
    assert stored(site.directory) == expected(
        [*LOAD, *BEFORE, Change("U", 7, {"id": 0, "name": "good"}), Change("D", 8, {"id": 2})], OLD.names
    )
