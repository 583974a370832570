"""Sling's files and watermarks, without Sling and Postgres."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc

from dagster_open_platform.lib.sling.columns import Plan
from dagster_open_platform.lib.sling.config import Mode, Stream
from dagster_open_platform.lib.sling.errors import (
    InvalidReplication,
    SlingRefused,
    SlingUnavailable,
    UnrepresentableValue,
)
from dagster_open_platform.lib.sling.load import load, read_extract, since, watermark
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
TABLE = TableRef("purina", "product", "facts")
PLANS = (Plan("Id", '"Id"', "bigint", "int64"), Plan("price", "", "text", "decimal(5,2)"))


def stream(**settings: Any) -> Stream:
    return Stream(
        "public.facts",
        Mode.INCREMENTAL,
        "product",
        "facts",
        primary_key=("id",),
        update_key="At",
        place="facts.yaml:4",
        **settings,
    )


def arrow_file(path: Path, **columns: pa.Array) -> Path:
    table = pa.table(columns)
    with ipc.new_file(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=2):
            writer.write_batch(batch)
    return path


def extract(path: Path, prices: list[str | None], lossy: list[bool] | None = None) -> Path:
    count = len(prices)
    return arrow_file(
        path,
        _sling_column_0=pa.array(range(count), pa.int64()),
        _sling_column_1=pa.array(prices, pa.string()),
        _sling_lossy=pa.array(lossy or [False] * count, pa.bool_()),
    )


@pytest.mark.parametrize("prices", [[], ["1.00"], ["1.5", None, "-999.99", "0", "12.30"]])
def test_a_file_becomes_rows_of_the_planned_types(tmp_path: Path, prices: list[str | None]) -> None:
    reader, count = read_extract(extract(tmp_path / "0.arrow", prices), PLANS, stream(), NOW)
    found = reader.read_all()
    assert count == len(prices)
    assert found.schema == pa.schema(
        [
            ("id", pa.int64()),
            ("price", pa.decimal128(5, 2)),
            ("_sling_loaded_at", pa.timestamp("us", tz="UTC")),
        ]
    )
    assert found.to_pylist() == [
        {"id": number, "price": None if price is None else Decimal(price), "_sling_loaded_at": NOW}
        for number, price in enumerate(prices)
    ]


@pytest.mark.parametrize("kept", [None, 0, 1, 100, -1, -9])
def test_files_that_are_not_whole(tmp_path: Path, kept: int | None) -> None:
    path = extract(tmp_path / "0.arrow", ["1.00"] * 10)
    content = path.read_bytes()
    path.unlink()
    if kept is not None:
        path.write_bytes(content[:kept])
    with pytest.raises(SlingUnavailable, match=r"file of public\.facts is not there or not whole"):
        read_extract(path, PLANS, stream(), NOW)


def test_files_without_a_column(tmp_path: Path) -> None:
    path = arrow_file(tmp_path / "0.arrow", _sling_column_0=pa.array([1], pa.int64()))
    with pytest.raises(SlingRefused, match=r"file of public\.facts lacks _sling_column_1, _sling_lossy"):
        read_extract(path, PLANS, stream(), NOW)


@pytest.mark.parametrize(
    ("prices", "lossy", "said"),
    [
        (["1", "2", "3"], [False, False, True], r"facts\.yaml:4: 1 rows or more of public\.facts hold NaN"),
        (["1", "2", "1.005"], None, r"facts\.yaml:4: column price of public\.facts arrived as string"),
        (["1", "2", "1000"], None, r"facts\.yaml:4: column price of public\.facts arrived as string"),
        (["1", "2", "words"], None, r"facts\.yaml:4: column price of public\.facts arrived as string"),
    ],
)
def test_values_that_are_found_late_change_nothing(
    tmp_path: Path, prices: list[str | None], lossy: list[bool] | None, said: str
) -> None:
    """The first batches are good, and are on their way when a bad one comes."""
    for mode in Mode:
        of_mode = Stream("public.facts", mode, "product", "facts", ("Id",), "Id", place="facts.yaml:4")
        with local_duckdb(tmp_path / mode).connect() as connection:
            good, _ = read_extract(extract(tmp_path / "0.arrow", ["7", "8"]), PLANS, of_mode, NOW)
            load(connection, TABLE, good, of_mode, anew=False, loaded_at=NOW)
            before = connection.query("select * from purina.product.facts")
            bad, _ = read_extract(extract(tmp_path / "1.arrow", prices, lossy), PLANS, of_mode, NOW)
            with pytest.raises(UnrepresentableValue, match=said):
                load(connection, TABLE, bad, of_mode, anew=False, loaded_at=NOW)
            assert connection.query("select * from purina.product.facts") == before


LATE = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
HOURS = dt.timedelta(hours=2)
MARKS = [
    # Type, values in the table, lookback: from where is read.
    ("TIMESTAMPTZ", [], None, None),
    ("TIMESTAMPTZ", [None], None, None),
    ("TIMESTAMPTZ", [None, NOW - HOURS, NOW - 2 * HOURS], None, NOW - HOURS),
    ("TIMESTAMPTZ", [NOW - HOURS], HOURS, NOW - 2 * HOURS),
    ("TIMESTAMPTZ", [LATE, NOW - HOURS], None, NOW),
    ("TIMESTAMPTZ", [LATE], HOURS, NOW - HOURS),
    ("TIMESTAMP", [LATE.replace(tzinfo=None)], HOURS, (NOW - HOURS).replace(tzinfo=None)),
    ("TIMESTAMPTZ", [dt.datetime(1, 1, 1, 1, tzinfo=dt.UTC)], HOURS, None),
    ("DATE", [dt.date(2026, 5, 1)], None, dt.date(2026, 5, 1)),
    ("DATE", [dt.date(2026, 5, 1)], dt.timedelta(days=3), dt.date(2026, 4, 28)),
    ("DATE", [LATE.date()], None, NOW.date()),
    ("DATE", [dt.date.min], dt.timedelta(days=3), None),
    ("BIGINT", [5, 7], None, 7),
    ("BIGINT", [5, 7], 10, -3),
    ("DECIMAL(10,2)", [Decimal("7.25")], 5, Decimal("2.25")),
]


@pytest.mark.parametrize(("kind", "values", "lookback", "mark"), MARKS)
def test_watermarks(tmp_path: Path, kind: str, values: list[Any], lookback: Any, mark: Any) -> None:
    with local_duckdb(tmp_path).connect() as connection:
        assert watermark(connection, TABLE, stream(), NOW) is None
        connection.execute("create schema purina.product")
        connection.execute(f'create table purina.product.facts (id bigint, "at" {kind})')
        for value in values:
            connection.execute("insert into purina.product.facts values (1, ?)", [value])
        assert watermark(connection, TABLE, stream(lookback=lookback), NOW) == mark


@pytest.mark.parametrize(
    ("kind", "value", "lookback"), [("BIGINT", 7, HOURS), ("TIMESTAMP", NOW, 7), ("DATE", NOW, 7)]
)
def test_lookbacks_that_do_not_fit_the_key(tmp_path: Path, kind: str, value: Any, lookback: Any) -> None:
    with local_duckdb(tmp_path).connect() as connection:
        connection.execute("create schema purina.product")
        connection.execute(f'create table purina.product.facts (id bigint, "at" {kind})')
        connection.execute(f"insert into purina.product.facts values (1, ?::{kind})", [value])  # noqa: S608 - the test's own type
        with pytest.raises(
            InvalidReplication, match=r"facts\.yaml:4: meta\.lookback is .*, but At of public\.facts"
        ):
            watermark(connection, TABLE, stream(lookback=lookback), NOW)


def test_a_table_without_the_update_key_is_read_whole(tmp_path: Path) -> None:
    with local_duckdb(tmp_path).connect() as connection:
        connection.execute("create schema purina.product")
        connection.execute("create table purina.product.facts as select 1 as id")
        assert watermark(connection, TABLE, stream(), NOW) is None


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (7, "7"),
        (Decimal("2.25"), "2.25"),
        (dt.date(2026, 4, 28), "'2026-04-28'::date"),
        (dt.datetime(2026, 4, 28, 1, 2, 3, 4), "'2026-04-28 01:02:03.000004'::timestamp"),  # noqa: DTZ001 - without a zone
        (NOW, "'2026-06-01 12:00:00+00:00'::timestamptz"),
    ],
)
def test_conditions_hold_for_rows_as_new_as_the_watermark_and_for_those_without_a_key(
    value: Any, literal: str
) -> None:
    assert since(stream(), value) == f'"At" >= {literal} or "At" is null'
