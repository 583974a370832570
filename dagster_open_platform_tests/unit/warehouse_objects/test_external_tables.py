"""External tables on DuckDB over a directory: files, formats, columns, and what is wrong with them."""

import dataclasses
import datetime as dt
import decimal
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.warehouse import WarehouseConnection, WarehouseResource
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingObject, UnreadableFile
from dagster_open_platform.lib.warehouse.objects import ExternalTable, FileFormat
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.fixtures.warehouse_objects import (
    EVENT_COLUMNS,
    JSON_GZ,
    PARQUET,
    columns,
    day_file,
    event,
    events,
    json_lines,
    parquet,
    stage,
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    found = tmp_path / "bucket"
    found.mkdir()
    return found


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    return local_duckdb(tmp_path / "warehouse")


def put(files: Path, key: str, body: bytes) -> None:
    file = files / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


def made(warehouse: WarehouseResource, files: Path, table: ExternalTable) -> list[dict[str, Any]]:
    """Make the stage and the table, and read the table with a later connection."""
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(str(files)))
        connection.create_or_refresh(table)
    with warehouse.connect() as connection:
        return read(connection)


def read(connection: WarehouseConnection) -> list[dict[str, Any]]:
    return connection.query("SELECT * FROM purina.exports.events ORDER BY ALL").to_pylist()


def test_json_lines_with_the_declared_columns(warehouse: WarehouseResource, files: Path) -> None:
    put(files, day_file(1), json_lines([event(1), event(2, details=None)]))
    put(files, day_file(2), json_lines([{"event_id": "e3"}]))
    expected = {
        "event_id": "e1",
        "amount": decimal.Decimal("1.50"),
        "happened_at": dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
        "details": '{"number":"1"}',
        "day": dt.date(2026, 6, 1),
        "metadata$filename": day_file(1),
    }
    found = made(warehouse, files, events())
    assert found[0] == expected
    assert found[1]["details"] == "null"  # a JSON null; a key that is missing is none
    assert found[2] == {
        **dict.fromkeys(expected),
        "event_id": "e3",
        "day": dt.date(2026, 6, 2),
        "metadata$filename": day_file(2),
    }
    with warehouse.connect() as connection:
        assert connection.columns(events().name) == {
            "event_id": "VARCHAR",
            "amount": "DECIMAL(38,2)",
            "happened_at": "TIMESTAMP WITH TIME ZONE",
            "details": "JSON",
            "day": "DATE",
            "metadata$filename": "VARCHAR",
        }


def test_no_files_yet(warehouse: WarehouseResource, files: Path) -> None:
    assert made(warehouse, files, events()) == []
    with warehouse.connect() as connection:
        empty = connection.columns(events().name)
    put(files, day_file(1), json_lines([event(1)]))
    with warehouse.connect() as connection:
        assert read(connection) == []  # as on Snowflake, until the next refresh
        connection.create_or_refresh(events())
        assert len(read(connection)) == 1
        assert connection.columns(events().name) == empty


def test_files_that_are_gone_are_forgotten_by_the_next_refresh(
    warehouse: WarehouseResource, files: Path
) -> None:
    for day in (1, 2):
        put(files, day_file(day), json_lines([event(day)]))
    assert len(made(warehouse, files, events())) == 2
    (files / day_file(1)).unlink()
    with warehouse.connect() as connection:
        with pytest.raises(MissingObject, match=r"dt=2026-06-01.*Refresh the external table"):
            read(connection)
        assert dict(connection.create_or_refresh(events()).facts)["files"] == 1
        assert [row["event_id"] for row in read(connection)] == ["e2"]


def test_only_files_below_the_path_that_match_the_pattern(warehouse: WarehouseResource, files: Path) -> None:
    for key in (day_file(1), "events/dt=2026-06-02/notes.txt", "elsewhere/dt=2026-06-03/part-00000.json.gz"):
        put(files, key, json_lines([event(1)]))
    found = made(warehouse, files, events(pattern="events/.*[.]json[.]gz"))
    assert [row["metadata$filename"] for row in found] == [day_file(1)]


def test_files_are_not_looked_for_at_once_if_that_is_declared(
    warehouse: WarehouseResource, files: Path
) -> None:
    put(files, day_file(1), json_lines([event(1)]))
    table = events(refresh_on_create=False)
    assert made(warehouse, files, table) == []
    assert len(made(warehouse, files, table)) == 1


def test_a_name_with_letters_that_mean_something_to_duckdb(warehouse: WarehouseResource, files: Path) -> None:
    key = "events/dt=2026-06-01/it's [a] *?%2F é.json.gz"
    put(files, key, json_lines([event(1)]))
    put(
        files,
        "events/dt=2026-06-01/it's a xyz%2F é.json.gz",
        b"not to be read: only the pattern of the other matches",
    )
    found = made(warehouse, files, events(pattern=r".*\[a\].*"))
    assert [row["metadata$filename"] for row in found] == [key]


def test_an_array_a_file(warehouse: WarehouseResource, files: Path) -> None:
    body = gzip.compress(json.dumps([event(1), event(2)], indent=2).encode())
    put(files, day_file(1), body)
    array = FileFormat("json", {"compression": "gzip", "strip_outer_array": True})
    assert [row["event_id"] for row in made(warehouse, files, events(file_format=array))] == ["e1", "e2"]
    whole = events(columns=columns(second=("varchar", "value[1]:event_id::varchar")), partition_by=())
    assert [row["second"] for row in made(warehouse, files, whole)] == ["e2"]


def test_no_columns_declared(warehouse: WarehouseResource, files: Path) -> None:
    put(files, day_file(1), json_lines([event(1)]))
    (row,) = made(warehouse, files, events(columns=(), partition_by=()))
    assert json.loads(row["value"]) == event(1)


PARQUET_COLUMNS = columns(
    a=("number(38,0)", "value:a::number"),
    price=("number(38,2)", "value:price::number(38,2)"),
    at=("timestamp_ntz", "value:at::timestamp_ntz"),
    text=("varchar", "value:at::varchar"),
    flag=("boolean", "value:flag::boolean"),
    first=("varchar", "value:items[0]::varchar"),
    inner=("varchar", "value:object.key::varchar"),
    later=("float", "value:later::float"),
    upper=("varchar", "value:A::varchar"),
    raw=("variant", "value:object"),
)


def test_parquet_whose_columns_grow(warehouse: WarehouseResource, files: Path) -> None:
    moment = dt.datetime.fromisoformat("2026-06-01T02:03:04.5")
    first = pa.table(
        {
            "a": pa.array([1], pa.int32()),
            "price": [2.345],
            "at": pa.array([moment], pa.timestamp("us")),
            "flag": [True],
            "items": [["x", "y"]],
            "object": [{"key": "k"}],
            "filename": ["a column that is called like DuckDB's own"],
        }
    )
    put(files, "events/one.parquet", parquet(first))
    put(files, "events/two.parquet", parquet(pa.table({"a": pa.array([2], pa.int64()), "later": [2.5]})))
    found = made(warehouse, files, events(file_format=PARQUET, columns=PARQUET_COLUMNS, partition_by=()))
    assert found[0] == {
        "a": 1,
        "price": decimal.Decimal("2.35"),
        "at": moment,
        "text": "2026-06-01 02:03:04.500",
        "flag": True,
        "first": "x",
        "inner": "k",
        "later": None,
        "upper": None,  # keys of a variant are told apart by case
        "raw": '{"key":"k"}',
        "metadata$filename": "events/one.parquet",
    }
    assert {name: value for name, value in found[1].items() if value is not None} == {
        "a": 2,
        "later": 2.5,
        "metadata$filename": "events/two.parquet",
    }


cell = st.none() | st.integers(-(2**53), 2**53)
row = st.dictionaries(st.sampled_from(["a", "b", "c"]), cell, max_size=3)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(row, max_size=6))
def test_both_formats_give_the_same_rows(
    rows: list[Mapping[str, int | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    declared = columns(**{name: ("number(38,0)", f"value:{name}::number") for name in "abc"})
    expected = sorted([str([each.get(name) for name in "abc"]) for each in rows])
    schema = pa.schema([(name, pa.int64()) for name in "abc"])
    bodies = {"json.gz": json_lines(rows), "parquet": parquet(pa.Table.from_pylist([*rows], schema))}
    for suffix, file_format in (("json.gz", JSON_GZ), ("parquet", PARQUET)):
        place = tmp_path_factory.mktemp("both")
        put(place / "files", f"events/one.{suffix}", bodies[suffix])
        table = events(file_format=file_format, columns=declared, partition_by=())
        found = made(local_duckdb(place / "warehouse"), place / "files", table)
        assert sorted(str([each[name] for name in "abc"]) for each in found) == expected


WRONG_COLUMNS = [
    (
        "number",
        "value:event_id::number",
        "event_id::number contradicts .*part-00000.*Could not convert string 'e1'",
    ),
    ("date", "value:details::date", "contradicts"),
    ("boolean", "value:happened_at::date", "A date cannot become a boolean"),
    ("varchar", "md5(value:event_id)", "MD5.* has no translation for DuckDB"),
    ("geography", "value:event_id", "GEOGRAPHY has no counterpart"),
    ("number(39,0)", "value:amount", "is no type"),
    ("nonsense(", "value:amount", "is not a type"),
]


@pytest.mark.parametrize(("kind", "expression", "phrase"), WRONG_COLUMNS)
def test_a_column_that_contradicts_the_files_is_named_and_nothing_changes(
    warehouse: WarehouseResource, files: Path, kind: str, expression: str, phrase: str
) -> None:
    put(files, day_file(1), json_lines([event(1)]))
    before = made(warehouse, files, events())
    wrong = events(columns=EVENT_COLUMNS + columns(wrong=(kind, expression)))
    with warehouse.connect() as connection:
        with pytest.raises(InvalidDeclaration, match=f"(?i)column wrong.*{phrase}.*Nothing was changed"):
            connection.create_or_refresh(wrong)
        assert read(connection) == before


WRONG_DECLARATIONS = [
    ({"partition_by": ("dya",)}, "partition_by names 'dya'.*there are: event_id, amount"),
    ({"partition_by": ("event_id",)}, "of a partition may read nothing but metadata"),
    ({"columns": EVENT_COLUMNS + EVENT_COLUMNS[:1]}, "columns that occur twice: event_id"),
    (
        {"columns": columns(value=("varchar", "value:a")), "partition_by": ()},
        "names that every external table has",
    ),
    ({"pattern": "("}, r"the pattern '\(' is not a regular expression"),
    ({"path": "/events"}, "without a leading slash"),
    ({"path": "it's"}, "expected folders of letters"),
    ({"file_format": FileFormat("csv")}, "the file format 'csv'; expected one of PARQUET, JSON"),
    (
        {"file_format": FileFormat("json", {"strip_null_values": True})},
        "options without a counterpart.*STRIP_NULL",
    ),
    (
        {"file_format": FileFormat("json", {"compression": "brotli"})},
        "COMPRESSION = BROTLI has no counterpart",
    ),
]


@pytest.mark.parametrize(("change", "phrase"), WRONG_DECLARATIONS)
def test_a_declaration_that_contradicts_itself(
    warehouse: WarehouseResource, files: Path, change: dict[str, Any], phrase: str
) -> None:
    put(files, day_file(1), json_lines([event(1)]))
    with warehouse.connect() as connection:
        connection.create_or_refresh(stage(str(files)))
        with pytest.raises(InvalidDeclaration, match=phrase):
            connection.create_or_refresh(dataclasses.replace(events(), **change))
        assert connection.columns(events().name) is None


WHOLE = parquet(pa.table({"event_id": [f"text {number}" for number in range(9999)]}))
BROKEN = {
    "cut": (JSON_GZ, json_lines([event(number) for number in range(500)])[:-200]),
    "not gzip": (JSON_GZ, b'{"event_id": "e1"}\n'),
    "not json": (JSON_GZ, gzip.compress(b'{"event_id": "e1"}\n{"event_id": \n')),
    "cut parquet": (PARQUET, WHOLE[:-100]),
    "no parquet": (PARQUET, b"PAR1"),
    "empty parquet": (PARQUET, b""),
    "rotten parquet": (PARQUET, WHOLE[:1000] + b"\0" * 5000 + WHOLE[6000:]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_broken_is_named(warehouse: WarehouseResource, files: Path, name: str) -> None:
    file_format, body = BROKEN[name]
    table = events(file_format=file_format, columns=EVENT_COLUMNS[:1], partition_by=())
    suffix = "parquet" if file_format is PARQUET else "json.gz"
    good = parquet(pa.table({"event_id": ["e0"]})) if file_format is PARQUET else json_lines([event(0)])
    put(files, f"events/1.{suffix}", good)
    before = made(warehouse, files, table)
    put(files, f"events/2.{suffix}", body)  # the last file is tried
    with warehouse.connect() as connection:
        with pytest.raises(UnreadableFile, match=rf"events/2\.{suffix}") as raised:
            connection.create_or_refresh(table)
        assert str((raised.value.metadata or {})["file"].value).endswith(f"events/2.{suffix}")
        assert read(connection) == before
    put(files, f"events/3.{suffix}", good)
    # If it is another than the last, a query tells at the latest.
    with pytest.raises(UnreadableFile, match=rf"events/2\.{suffix}"):
        made(warehouse, files, table)


def test_a_stage_that_leads_nowhere(warehouse: WarehouseResource, files: Path) -> None:
    for url, error, phrase in (
        (str(files / "missing"), MissingObject, "no directory"),
        ("relative/path", InvalidDeclaration, "expected s3://bucket/prefix/ or an absolute directory"),
        ("gcs://bucket/x/", InvalidDeclaration, "leads to no place that DuckDB reads"),
    ):
        with warehouse.connect() as connection, pytest.raises(error, match=phrase):
            connection.create_or_refresh(stage(url))
    with warehouse.connect() as connection:
        result = connection.create_or_refresh(stage(f"file://{files}"))
        assert dict(result.facts) == {"files": 0, "bytes": 0}
