"""What the shared Arrow types are called in Snowflake, and what Snowflake's results are in Arrow.

What belongs here: names of types, both ways. What does not: conversion of values (`../arrow.py`).
Source: https://docs.snowflake.com/en/sql-reference/intro-summary-data-types
"""

import re

import pyarrow as pa

from dagster_open_platform.lib.warehouse.schema import ColumnTypes

_NAMES: dict[pa.DataType, str] = {
    pa.bool_(): "BOOLEAN",
    pa.int64(): "NUMBER(38,0)",
    pa.float64(): "FLOAT",
    pa.string(): "VARCHAR",
    pa.binary(): "BINARY",
    pa.date32(): "DATE",
    pa.time64("us"): "TIME",
    pa.timestamp("us"): "TIMESTAMP_NTZ",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP_TZ",
}

# Names in a cursor's description (`snowflake.connector.constants`). What is not here is text: VARIANT, OBJECT and
# ARRAY come as JSON.
_RESULTS: dict[str, pa.DataType] = {
    "REAL": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP_NTZ": pa.timestamp("us"),
    "TIMESTAMP_LTZ": pa.timestamp("us", tz="UTC"),
    "TIMESTAMP_TZ": pa.timestamp("us", tz="UTC"),
    "BINARY": pa.binary(),
    "TIME": pa.time64("us"),
    "BOOLEAN": pa.bool_(),
}

_WHOLE_NUMBER = re.compile(r"(NUMBER|DECIMAL|NUMERIC)\(\d+, ?0\)")
_LENGTH = re.compile(r"\(\d+\)$")
_COMPARABLE = {"TEXT": "VARCHAR", "STRING": "VARCHAR", "DOUBLE": "FLOAT", "TIMESTAMP_LTZ": "TIMESTAMP_TZ"}


def sql_type(kind: pa.DataType) -> str:
    """Return the name of a shared Arrow type (not null) for DDL."""
    if pa.types.is_decimal(kind):
        return f"NUMBER({kind.precision},{kind.scale})"
    return _NAMES[kind]


def comparable(name: str) -> str:
    """Return a form of a catalog's type name in which types that take the same values are equal.

    Lengths and precisions of text, bytes and times are left out, and every whole number is the widest: a value that
    does not fit fails the write as a whole.
    """
    if _WHOLE_NUMBER.fullmatch(name):
        return "NUMBER(38,0)"
    bare = _LENGTH.sub("", name)
    return _COMPARABLE.get(bare, bare)


def result_type(name: str, precision: int | None, scale: int | None) -> pa.DataType:
    """Return the Arrow type of a result's column.

    Args:
        name: Type in the cursor's description, for example FIXED or TIMESTAMP_TZ.
        precision: Digits, of FIXED.
        scale: Digits after the point, of FIXED.
    """
    if name == "FIXED":
        return pa.decimal128(precision or 38, scale or 0)
    return _RESULTS.get(name, pa.string())


COLUMN_TYPES = ColumnTypes(sql_type=sql_type, comparable=comparable)
