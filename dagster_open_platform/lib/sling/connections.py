"""The warehouse's columns, as Sling and Postgres name their types.

What belongs here: names of types, and of a column in an engine's SQL. What does not: how a value travels (`export.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dagster_open_platform.lib.sling.errors import UnsupportedColumn
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.resource import SnowflakeWarehouse

_TYPES: tuple[tuple[str, str], ...] = (
    # What an engine calls a type, and what Sling calls it. The first that matches counts.
    (r"NUMBER\((?P<precision>\d+),\s*(?P<scale>\d+)\)|DECIMAL\((?P<p>\d+),\s*(?P<s>\d+)\)", "decimal"),
    (r"TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER", "bigint"),
    (r"UBIGINT|U?HUGEINT", "decimal(38,0)"),
    (r"DOUBLE|FLOAT|REAL", "float"),
    (r"VARCHAR(\(\d+\))?|TEXT|STRING", "text"),
    (r"BOOLEAN", "bool"),
    (r"DATE", "date"),
    (r"TIMESTAMP WITH TIME ZONE|TIMESTAMP_(TZ|LTZ)(\(\d\))?", "timestampz"),
    (r"TIMESTAMP(_NTZ)?(\(\d\))?", "timestamp"),
    (r"JSON|VARIANT|OBJECT", "json"),
    (r"UUID", "uuid"),
)

_POSTGRES_TYPES: Mapping[str, str] = {
    "bigint": "bigint",
    "float": "double precision",
    "text": "text",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp without time zone",
    "timestampz": "timestamp with time zone",
    "json": "jsonb",
    "uuid": "uuid",
}


def sling_type(column: str, kind: str, where: str) -> str:
    """What Sling is told of a column's type, so that it never guesses from values.

    Args:
        column: Its name, for messages.
        kind: The engine's name of its type.
        where: The stream, for messages.

    Raises:
        UnsupportedColumn: Values of the type would not survive.
    """
    for pattern, name in _TYPES:
        match = re.fullmatch(pattern, kind, re.IGNORECASE)
        if match and name == "decimal":
            precision, scale = match["precision"] or match["p"], match["scale"] or match["s"]
            return "bigint" if int(scale) == 0 and int(precision) <= 18 else f"decimal({precision},{scale})"
        if match:
            return name
    raise UnsupportedColumn(
        f"{where}: column {column} is a {kind}, which cannot be published. Leave it out with `select`, or give the model"
        " another type (JSON text for nested values)."
    )


def postgres_type(kind: str) -> str:
    """The type of a published column, as Postgres's catalog spells it.

    Args:
        kind: What `sling_type` answered.
    """
    return "numeric" if kind.startswith("decimal") else _POSTGRES_TYPES[kind]


def source_column(warehouse: WarehouseResource, name: str) -> str:
    """A column of a table of the warehouse in SQL.

    Args:
        warehouse: Of either engine.
        name: In lower case, as `WarehouseConnection.columns` has it.
    """
    stored = name.upper() if isinstance(warehouse, SnowflakeWarehouse) else name
    return '"' + stored.replace('"', '""') + '"'
