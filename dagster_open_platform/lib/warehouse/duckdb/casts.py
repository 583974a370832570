"""Snowflake's types in DuckDB, and its casts: the same text or number becomes the same value.

What belongs here: types and conversions. What does not: the expressions around them (`expressions.py`).

What Snowflake does was read at https://docs.snowflake.com/en/sql-reference/data-type-conversion,
.../functions/to_timestamp, .../functions/to_boolean and .../functions/to_decimal. Where DuckDB differs by nature:

- whole numbers (`NUMBER(p,0)`, `INT`) are 64 bits, as everywhere in the seam; a larger one fails the query;
- a JSON number with a fraction has the 17 digits of a double, and its text keeps the fraction: `1.0` is not `1`;
- times have microseconds, and `TIMESTAMP_TZ` keeps the instant but not the offset that it was written with;
- texts have no greatest length;
- of the texts that Snowflake recognises as times only ISO 8601 and numbers are; others fail the query;
- objects as text keep the order of their keys.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import ParseError

from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration


class Kind(enum.Enum):
    """What a value is, as far as conversions care."""

    VARIANT = "variant"
    TEXT = "text"
    NUMBER = "number"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    NAIVE = "timestamp without a time zone"
    INSTANT = "timestamp with a time zone"
    BINARY = "binary"
    NULL = "null"


@dataclass(frozen=True)
class Target:
    """A type to convert to: its kind, and its name in DuckDB."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Value:
    """An expression in DuckDB's SQL.

    Args:
        sql: Its text; binds as tightly as a function call.
        kind: Of its value.
        text: Of a variant: the SQL of its text (null where it is a JSON null).
        type: Of a variant: the SQL of its type, in the words of DuckDB's `json_type`.
        exact: DuckDB's name of its type, where that is known.
    """

    sql: str
    kind: Kind
    text: str = ""
    type: str = ""
    exact: str = ""


def variant(sql: str) -> Value:
    """A variant out of SQL whose type is JSON."""
    return Value(sql, Kind.VARIANT, f"json_extract_string({sql}, '$')", f"json_type({sql})")


_TEXTS = ("VARCHAR", "TEXT", "CHAR", "NCHAR", "NVARCHAR")
_WHOLE = ("INT", "BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT")
_TARGETS = {
    **dict.fromkeys(_TEXTS, Target(Kind.TEXT, "VARCHAR")),
    **dict.fromkeys(_WHOLE, Target(Kind.NUMBER, "BIGINT")),
    **dict.fromkeys(("FLOAT", "DOUBLE"), Target(Kind.FLOAT, "DOUBLE")),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPNTZ", "DATETIME"), Target(Kind.NAIVE, "TIMESTAMP")),
    **dict.fromkeys(("TIMESTAMPTZ", "TIMESTAMPLTZ"), Target(Kind.INSTANT, "TIMESTAMP WITH TIME ZONE")),
    **dict.fromkeys(("VARIANT", "OBJECT", "ARRAY"), Target(Kind.VARIANT, "JSON")),
    "BOOLEAN": Target(Kind.BOOLEAN, "BOOLEAN"),
    "DATE": Target(Kind.DATE, "DATE"),
    "TIME": Target(Kind.TIME, "TIME"),
}
TEXT = _TARGETS["TEXT"]
FLOAT = _TARGETS["DOUBLE"]
NAIVE = _TARGETS["TIMESTAMP"]
INSTANT = _TARGETS["TIMESTAMPTZ"]
DATE = _TARGETS["DATE"]
TIME = _TARGETS["TIME"]
BOOLEAN = _TARGETS["BOOLEAN"]
VARIANT = _TARGETS["VARIANT"]


def target_of(words: str | exp.DataType) -> Target:
    """Return what a type of Snowflake's is in DuckDB.

    Raises:
        InvalidDeclaration: It is none, or one that has no counterpart.
    """
    try:
        kind = words if isinstance(words, exp.DataType) else exp.DataType.build(words, dialect="snowflake")
    except ParseError:
        raise InvalidDeclaration(
            f"{words!r} is not a type of Snowflake's, such as NUMBER(38,2) or VARCHAR."
        ) from None
    name = kind.this.value if isinstance(kind.this, exp.DType) else str(kind.this)
    if name == "DECIMAL":
        return number(*(int(parameter.name) for parameter in kind.expressions))
    if name not in _TARGETS:
        shown = words if isinstance(words, str) else words.sql("snowflake")
        raise InvalidDeclaration(
            f"The type {shown} has no counterpart in DuckDB. Use one of: text, numbers, BOOLEAN, DATE, TIME, TIMESTAMP_NTZ,"
            " TIMESTAMP_LTZ, TIMESTAMP_TZ, VARIANT, OBJECT, ARRAY."
        )
    return _TARGETS[name]


def number(precision: int = 38, scale: int = 0) -> Target:
    """Return what `NUMBER(precision, scale)` is in DuckDB.

    Raises:
        InvalidDeclaration: Snowflake has no such number.
    """
    if not 1 <= precision <= 38 or not 0 <= scale <= precision:
        raise InvalidDeclaration(
            f"NUMBER({precision},{scale}) is no type: expected 1 to 38 digits, of which 0 to all behind the point."
        )
    return Target(Kind.NUMBER, f"DECIMAL({precision},{scale})" if scale else "BIGINT")


def kind_of(duckdb_type: str) -> Kind:
    """Return what a column of a Parquet file holds, by DuckDB's name of its type."""
    bare = duckdb_type.partition("(")[0].upper()
    if duckdb_type.endswith("]") or bare in ("STRUCT", "MAP", "UNION", "JSON", "VARIANT"):
        return Kind.VARIANT
    if bare.endswith("INT") or bare in ("INTEGER", "DECIMAL"):
        return Kind.NUMBER
    if bare.startswith("TIMESTAMP"):
        return Kind.INSTANT if "TIME ZONE" in bare else Kind.NAIVE
    known = {
        "VARCHAR": Kind.TEXT,
        "DOUBLE": Kind.FLOAT,
        "FLOAT": Kind.FLOAT,
        "BOOLEAN": Kind.BOOLEAN,
        "DATE": Kind.DATE,
        "TIME": Kind.TIME,
        "BLOB": Kind.BINARY,
    }
    return known.get(bare, Kind.TEXT)


def as_text(value: Value) -> str:
    """Return SQL of a value's text, as Snowflake writes it."""
    if value.kind is Kind.VARIANT:
        return value.text
    if value.kind is Kind.NAIVE:
        return f"strftime({value.sql}, '%Y-%m-%d %H:%M:%S.%g')"
    if value.kind is Kind.INSTANT:
        return f"strftime({value.sql}, '%Y-%m-%d %H:%M:%S.%g +0000')"
    return value.sql if value.kind is Kind.TEXT else f"CAST({value.sql} AS VARCHAR)"


def cast(value: Value, target: Target, safe: bool = False) -> Value:
    """Convert a value.

    Args:
        value: What is converted.
        target: To what.
        safe: Whether what cannot be converted becomes null instead of failing the query.

    Raises:
        InvalidDeclaration: Snowflake has no such conversion.
    """
    if value.exact == target.name:
        return value
    if value.kind is Kind.NULL:
        return _result(f"CAST(NULL AS {target.name})", target)
    if target.kind is Kind.VARIANT:
        return value if value.kind is Kind.VARIANT else variant(f"to_json({value.sql})")
    if target.kind is Kind.TEXT:
        return Value(as_text(value), Kind.TEXT)
    if value.kind in (Kind.VARIANT, Kind.TEXT):
        return _result(_of_text(value, target, "TRY_CAST" if safe else "CAST"), target)
    return _result(_of_typed(value, target), target)


def _result(sql: str, target: Target) -> Value:
    return variant(sql) if target.kind is Kind.VARIANT else Value(sql, target.kind, exact=target.name)


def _of_text(value: Value, target: Target, word: str) -> str:
    """Convert text, or a variant by way of its text."""
    text = as_text(value)
    if target.kind is Kind.BOOLEAN:
        converted = (
            f"CASE lower({text}) WHEN 'on' THEN true WHEN 'off' THEN false ELSE {word}({text} AS BOOLEAN) END"
        )
        if value.kind is Kind.TEXT:
            return f"({converted})"
        is_number = f"{value.type} IN ('UBIGINT', 'BIGINT', 'DOUBLE')"
        return f"(CASE WHEN {is_number} THEN {word}({text} AS DOUBLE) <> 0 ELSE {converted} END)"
    if target.kind in (Kind.NAIVE, Kind.INSTANT):
        # An offset may stand behind a space for Snowflake, and not for DuckDB.
        iso = rf"{word}(regexp_replace({text}, '\s+([+-]\d\d:?\d\d)$', '\1') AS {target.name})"
        epoch = _of_epoch(f"TRY_CAST({text} AS BIGINT)", target)
        return rf"(CASE WHEN regexp_full_match({text}, '-?\d{{1,18}}') THEN {epoch} ELSE {iso} END)"
    if target.kind is Kind.DATE:
        return f"CAST({_of_text(value, NAIVE, word)} AS DATE)"
    return f"{word}({text} AS {target.name})"


def _of_epoch(number: str, target: Target) -> str:
    """Convert a whole number, whose size says whether it counts seconds or smaller units, since 1970."""
    micros = (
        f"CASE WHEN abs({number}) < 31536000000 THEN {number} * 1000000 "
        f"WHEN abs({number}) < 31536000000000 THEN {number} * 1000 "
        f"WHEN abs({number}) < 31536000000000000 THEN {number} ELSE {number} // 1000 END"
    )
    naive = f"make_timestamp({micros})"
    return f"({naive} AT TIME ZONE 'UTC')" if target.kind is Kind.INSTANT else naive


def _of_typed(value: Value, target: Target) -> str:
    """Convert what is neither text nor variant."""
    source, sql = value.kind, value.sql
    numbers = (Kind.NUMBER, Kind.FLOAT)
    if source in numbers and target.kind is Kind.NUMBER:
        # DuckDB rounds halves of doubles to even numbers, Snowflake away from zero.
        halves = source is Kind.FLOAT and target.name == "BIGINT"
        return f"CAST({f'round({sql})' if halves else sql} AS {target.name})"
    if source in numbers and target.kind is Kind.BOOLEAN:
        return f"({sql} <> 0)"
    if source in numbers and target.kind in (Kind.NAIVE, Kind.INSTANT, Kind.DATE):
        epoch = _of_epoch(f"CAST({sql} AS BIGINT)", target)
        return f"CAST({epoch} AS {target.name})"
    if source is Kind.INSTANT and target.kind in (Kind.NAIVE, Kind.DATE, Kind.TIME):
        return f"CAST(({sql} AT TIME ZONE 'UTC') AS {target.name})"
    if source in (Kind.NAIVE, Kind.DATE) and target.kind is Kind.INSTANT:
        return f"(CAST({sql} AS TIMESTAMP) AT TIME ZONE 'UTC')"
    allowed = {
        Kind.NUMBER: {Kind.FLOAT},
        Kind.FLOAT: {Kind.FLOAT},
        Kind.BOOLEAN: {Kind.BOOLEAN, Kind.NUMBER},
        Kind.DATE: {Kind.DATE, Kind.NAIVE},
        Kind.TIME: {Kind.TIME},
        Kind.NAIVE: {Kind.NAIVE, Kind.DATE, Kind.TIME},
        Kind.INSTANT: {Kind.INSTANT},
        Kind.BINARY: {Kind.BINARY},
    }
    if target.kind not in allowed[source]:
        raise InvalidDeclaration(f"A {source.value} cannot become a {target.kind.value}.")
    return f"CAST({sql} AS {target.name})"
