"""How values of Postgres get through Sling unharmed: for each column what is selected and what arrives.

What belongs here: types and the SQL of one column. What does not: running Sling, and writing to the warehouse.

What Sling 1.4.10 does to values on its way into Arrow was measured: a numeric without precision is rounded to six digits, and
one of 38 digits without a fraction ends the program; NaN becomes null; a time of day becomes a date; one infinite or impossible
date turns the whole column into text of Go's own format; everything else survives. So each column is selected as something that
survives, its type is pinned, and rows whose values would not survive are marked, so that the load can refuse them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_open_platform.lib.postgres.catalog import SourceColumn
from dagster_open_platform.lib.sling.config import Stream
from dagster_open_platform.lib.sling.errors import UnsupportedColumn

if TYPE_CHECKING:
    import pyarrow as pa

LOSSY = "_sling_lossy"
"""The column that marks rows with values that do not survive."""

_MAX_PRECISION = 38
_DECIMAL = re.compile(r"decimal\((?P<precision>\d+),\s*(?P<scale>\d+)\)")
_NOT_A_NUMBER = "coalesce({0} = 'NaN', false)"
_GROWING = ("int64", "float64", "date", "timestamp", "timestamptz")
_IMPOSSIBLE_TIME = "coalesce(not isfinite({0}) or extract(year from {0}) not between 1 and 9999, false)"


@dataclass(frozen=True)
class Plan:
    """What becomes of one column.

    Args:
        name: At the source; in lower case at the target.
        sql: What is selected; `{0}` stands for the quoted name.
        sling: The type that Sling is told.
        arrow: The type that is loaded, for `arrow_type`; what arrives can be cast to it.
        lossy: SQL that is true for a value that does not survive; empty: all do.
    """

    name: str
    sql: str
    sling: str
    arrow: str
    lossy: str = ""


_INTEGER = ("{0}", "bigint", "int64", "")
_FLOAT = ("{0}::float8", "float", "float64", _NOT_A_NUMBER.format("{0}::float8"))
_TEXT = ("{0}::text", "text", "string", "")
_KNOWN: Mapping[str, tuple[str, str, str, str]] = {
    "int2": _INTEGER,
    "int4": _INTEGER,
    "int8": _INTEGER,
    "oid": ("{0}::bigint", "bigint", "int64", ""),
    "float4": _FLOAT,
    "float8": _FLOAT,
    "bool": ("{0}", "bool", "bool", ""),
    "bytea": ("{0}", "binary", "binary", ""),
    "date": ("{0}", "date", "date", _IMPOSSIBLE_TIME),
    "timestamp": ("{0}", "timestamp", "timestamp", _IMPOSSIBLE_TIME),
    "timestamptz": ("{0}", "timestampz", "timestamptz", _IMPOSSIBLE_TIME),
}
"""By name of the type in Postgres. Whatever is not here (text, uuid, json, enums, arrays, intervals, addresses, times of
day) arrives as the text that Postgres writes for it."""


def plan_columns(stream: Stream, columns: tuple[SourceColumn, ...]) -> tuple[Plan, ...]:
    """Decide about each column that the stream takes.

    Args:
        stream: Says which columns, and what to do with those that have no counterpart.
        columns: What the source has now.

    Raises:
        UnsupportedColumn: A column has no counterpart and the stream says nothing; or the stream names one that is not there;
            or the update key is of a type whose order at the source is not that of the warehouse.
    """
    names = {column.name for column in columns}
    wanted = {*stream.include, *stream.exclude, *stream.primary_key, *filter(None, [stream.update_key])}
    if missing := sorted((wanted | set(stream.columns)) - names):
        raise UnsupportedColumn(
            f"{stream.place}: {stream.name} has no column {', '.join(missing)}; it has: {', '.join(sorted(names))}."
            " Was it dropped or renamed at the source? Nothing was changed."
        )
    taken = [
        column
        for column in columns
        if column.name not in stream.exclude and (not stream.include or column.name in stream.include)
    ]
    plans = tuple(_plan(stream, column) for column in taken)
    _check_update_key(stream, plans)
    return plans


def _check_update_key(stream: Stream, plans: tuple[Plan, ...]) -> None:
    """Texts have another order in each collation, so that the newest here need not be the newest there."""
    for plan in plans:
        if plan.name == stream.update_key and not plan.arrow.startswith(("decimal", *_GROWING)):
            raise UnsupportedColumn(
                f"{stream.place}: the update key {plan.name} of {stream.name} arrives as {plan.arrow}, which the source may order"
                " otherwise than the warehouse, so that rows would be missed; expected a number, a date or a time. Name another"
                " column, or use full-refresh."
            )


def _plan(stream: Stream, column: SourceColumn) -> Plan:
    if override := stream.columns.get(column.name):
        return Plan(column.name, *_overridden(stream, column, override))
    if column.type == "numeric":
        precision, scale = column.precision, column.scale
        if precision is None or scale is None or precision > _MAX_PRECISION or not 0 <= scale <= precision:
            raise UnsupportedColumn(
                f"{stream.place}: column {column.name} of {stream.name} is a numeric without a precision that the warehouse has"
                f" (at most {_MAX_PRECISION} digits), so values would be rounded. Say what it shall become, for example"
                f' `columns: {{{column.name}: "decimal(38,9)"}}` or `columns: {{{column.name}: string}}`.'
            )
        return Plan(column.name, *_decimal(precision, scale))
    return Plan(column.name, *_KNOWN.get(column.type, _TEXT))


def _overridden(stream: Stream, column: SourceColumn, override: str) -> tuple[str, str, str, str]:
    if override == "string":
        return _TEXT
    if override == "float":
        return _FLOAT
    match = _DECIMAL.fullmatch(override)
    if match and int(match["scale"]) <= int(match["precision"]) <= _MAX_PRECISION:
        return _decimal(int(match["precision"]), int(match["scale"]))
    raise UnsupportedColumn(
        f"{stream.place}: columns.{column.name}: found {override!r}; expected string, float or decimal(precision,scale) with at"
        f" most {_MAX_PRECISION} digits."
    )


def _decimal(precision: int, scale: int) -> tuple[str, str, str, str]:
    kind = f"({precision},{scale})"
    selected = f"{{0}}::numeric{kind}"
    # As text: Sling gives up, with all streams, over a number of 38 digits without a fraction.
    return (f"({selected})::text", "text", f"decimal{kind}", _NOT_A_NUMBER.format(selected))


def select_sql(
    stream: Stream, plans: tuple[Plan, ...], condition: str = "", *, newest_of_key: bool = False
) -> str:
    """The query that Sling runs at the source.

    Args:
        stream: Names the table and a condition of its own.
        plans: Of its columns.
        condition: A further condition; empty: none.
        newest_of_key: Whether only the newest row of each key is wanted, for a load that does not look at keys.
    """
    from psycopg import sql

    def quoted(*parts: str) -> str:
        return sql.Identifier(*parts).as_string(None)

    selected = [
        f"{plan.sql.format(quoted(plan.name))} as {alias(number)}" for number, plan in enumerate(plans)
    ]
    marks = [plan.lossy.format(quoted(plan.name)) for plan in plans if plan.lossy]
    selected.append(f"({' or '.join(marks) or 'false'}) as {LOSSY}")
    text = f"select {', '.join(selected)} from {quoted(*stream.name.split('.'))}"  # noqa: S608 - quoted identifiers
    conditions = [f"({part})" for part in (stream.where, condition) if part]
    if conditions:
        text += f" where {' and '.join(conditions)}"
    if newest_of_key:
        key = ", ".join(quoted(column) for column in stream.primary_key)
        text = text.replace("select ", f"select distinct on ({key}) ", 1)
        text += f" order by {key}, {quoted(str(stream.update_key))} desc nulls last"
    return text


def sling_types(plans: tuple[Plan, ...]) -> dict[str, str]:
    """The types that Sling is told, so that it never guesses from values."""
    return {**{alias(number): plan.sling for number, plan in enumerate(plans)}, LOSSY: "bool"}


def alias(number: int) -> str:
    """The name under which a column travels: Sling changes the letters of some names and confuses others.

    Args:
        number: Of the column's plan.
    """
    return f"_sling_column_{number}"


def arrow_type(plan: Plan) -> pa.DataType:
    """The type in which a column is loaded."""
    import pyarrow as pa

    if match := _DECIMAL.fullmatch(plan.arrow):
        return pa.decimal128(int(match["precision"]), int(match["scale"]))
    known = {
        "int64": pa.int64(),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "string": pa.string(),
        "binary": pa.binary(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "timestamptz": pa.timestamp("us", tz="UTC"),
    }
    return known[plan.arrow]
