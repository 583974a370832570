"""What the engines' types are called in Sling and in Postgres, and how a column is written in SQL."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.postgres.publish import Landed
from dagster_open_platform.lib.sling.connections import (
    postgres_type,
    sling_type,
    source_column,
)
from dagster_open_platform.lib.sling.errors import UnsupportedColumn
from dagster_open_platform.lib.sling.export import ExportedColumn
from dagster_open_platform.lib.warehouse import snowflake_warehouse
from dagster_open_platform_tests.fixtures.warehouse import DATABASES, local_duckdb

# As Snowflake's DESCRIBE TABLE and DuckDB's catalog spell them.
KNOWN = {
    "NUMBER(38,0)": ("decimal(38,0)", "numeric"),
    "NUMBER(18,0)": ("bigint", "bigint"),
    "NUMBER(19,0)": ("decimal(19,0)", "numeric"),
    "NUMBER(10,2)": ("decimal(10,2)", "numeric"),
    "FLOAT": ("float", "double precision"),
    "VARCHAR(16777216)": ("text", "text"),
    "VARCHAR": ("text", "text"),
    "BOOLEAN": ("bool", "boolean"),
    "DATE": ("date", "date"),
    "TIMESTAMP_NTZ(9)": ("timestamp", "timestamp without time zone"),
    "TIMESTAMP_TZ(9)": ("timestampz", "timestamp with time zone"),
    "TIMESTAMP_LTZ(9)": ("timestampz", "timestamp with time zone"),
    "VARIANT": ("json", "jsonb"),
    "OBJECT": ("json", "jsonb"),
    "BIGINT": ("bigint", "bigint"),
    "UBIGINT": ("decimal(38,0)", "numeric"),
    "HUGEINT": ("decimal(38,0)", "numeric"),
    "DECIMAL(38,9)": ("decimal(38,9)", "numeric"),
    "DOUBLE": ("float", "double precision"),
    "TIMESTAMP": ("timestamp", "timestamp without time zone"),
    "TIMESTAMP WITH TIME ZONE": ("timestampz", "timestamp with time zone"),
    "JSON": ("json", "jsonb"),
    "UUID": ("uuid", "uuid"),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_a_type_has_counterparts(kind: str) -> None:
    found = sling_type("amount", kind, "usage.yaml:4")
    assert (found, postgres_type(found)) == KNOWN[kind]
    assert sling_type("amount", kind.lower(), "usage.yaml:4") == found


@pytest.mark.parametrize(
    "kind",
    [
        "BINARY(8388608)",
        "BLOB",
        "TIME",
        "TIME(9)",
        "ARRAY",
        "INTEGER[]",
        "GEOGRAPHY",
        "INTERVAL",
        "MAP(VARCHAR, INTEGER)",
    ],
)
def test_a_type_without_counterpart_is_named_with_its_place(kind: str) -> None:
    with pytest.raises(UnsupportedColumn) as raised:
        sling_type("amount", kind, "usage.yaml:4")
    message = str(raised.value)
    assert message.startswith("usage.yaml:4: ")
    assert "column amount" in message
    assert kind in message


def test_a_column_is_named_as_the_engine_stores_it(tmp_path: Path) -> None:
    assert source_column(local_duckdb(tmp_path), 'a "b"') == '"a ""b"""'
    assert source_column(snowflake_warehouse(DATABASES), "amount") == '"AMOUNT"'


@pytest.mark.parametrize(
    ("kind", "is_variant", "expected"),
    [
        ("text", False, '"C"'),
        ("float", False, '"C"'),
        ("decimal(38,9)", False, 'cast("C" as varchar)'),
        ("uuid", False, 'cast("C" as varchar)'),
        ("json", False, 'cast("C" as varchar)'),
        ("json", True, 'to_json("C")'),
        ("timestampz", True, '"C"'),
    ],
)
def test_what_is_selected_keeps_every_digit(kind: str, is_variant: bool, expected: str) -> None:
    assert ExportedColumn("c", '"C"', kind, is_variant).selected == expected


def test_only_texts_are_unescaped() -> None:
    assert ExportedColumn("c", '"c"', "bigint").landed(3) == Landed(
        "_sling_column_3", "bigint", "({})::bigint"
    )
    assert ExportedColumn("c", '"c"', "text").landed(0).expression.count("replace(") == 2
