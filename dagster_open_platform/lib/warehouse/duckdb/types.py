"""What the shared Arrow types are called in DuckDB.

What belongs here: names of types, both ways. What does not: conversion of values (`../arrow.py`).
Source: https://duckdb.org/docs/stable/sql/data_types/overview
"""

import pyarrow as pa

from dagster_open_platform.lib.warehouse.schema import ColumnTypes

_NAMES: dict[pa.DataType, str] = {
    pa.bool_(): "BOOLEAN",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.binary(): "BLOB",
    pa.date32(): "DATE",
    pa.time64("us"): "TIME",
    pa.timestamp("us"): "TIMESTAMP",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
}

# Tables that others made (dbt, Sling) may be narrower; a value that does not fit fails the write as a whole.
_COMPARABLE = {
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
        "BIGINT",
    ),
    "FLOAT": "DOUBLE",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
}


def sql_type(kind: pa.DataType) -> str:
    """Return the name of a shared Arrow type (not null) as DuckDB's catalog spells it."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    return _NAMES[kind]


def comparable(name: str) -> str:
    """Return a form of a catalog's type name in which types that take the same values are equal."""
    return _COMPARABLE.get(name, name)


COLUMN_TYPES = ColumnTypes(sql_type=sql_type, comparable=comparable)
