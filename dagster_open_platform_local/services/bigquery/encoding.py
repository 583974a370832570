"""Rows and schemas in BigQuery's JSON.

What belongs here: the form of a value of each type, and of a column. What does not: the envelope around rows (`jobs.py`).

A row is `{"f": [{"v": ...}, ...]}`, every scalar a string; see
https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list and, for schemas,
https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema.

The rows are written by DuckDB, as texts that are JSON already: a Python loop over 350,000 rows costs more than the
query.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from duckdb.sqltypes import DuckDBPyType

from dagster_open_platform_local.services.bigquery.errors import not_implemented

_SCALARS = {
    "boolean": "BOOLEAN",
    "tinyint": "INTEGER",
    "smallint": "INTEGER",
    "integer": "INTEGER",
    "bigint": "INTEGER",
    # What DuckDB's SUM of integers returns, and BigQuery's does not.
    "hugeint": "INTEGER",
    "utinyint": "INTEGER",
    "usmallint": "INTEGER",
    "uinteger": "INTEGER",
    "ubigint": "INTEGER",
    "float": "FLOAT",
    "double": "FLOAT",
    "varchar": "STRING",
    "blob": "BYTES",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "DATETIME",
    "timestamp with time zone": "TIMESTAMP",
}
_NULL_CELL = """'{"v":null}'"""
_QUOTED = {"INTEGER", "BOOLEAN", "DATE", "TIME"}


def field(name: str, kind: DuckDBPyType) -> dict[str, Any]:
    """The `TableFieldSchema` of a column.

    Raises:
        BigQueryError: `notImplemented` for a type that BigQuery does not have.
    """
    if kind.id == "list":
        element = _children(kind)[0][1]
        if element.id == "list":
            raise not_implemented(f"An array of arrays ({name})")
        return {**field(name, element), "mode": "REPEATED"}
    if kind.id == "struct":
        fields = [field(child, inner) for child, inner in _children(kind)]
        return {"name": name, "type": "RECORD", "mode": "NULLABLE", "fields": fields}
    return {"name": name, "type": _scalar_type(kind), "mode": "NULLABLE"}


def _children(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """Name and type of what a struct or a list holds; DuckDB lists an enumeration's texts and sizes there too."""
    return [(name, inner) for name, inner in kind.children if isinstance(inner, DuckDBPyType)]


def _scalar_type(kind: DuckDBPyType) -> str:
    if kind.id == "decimal":
        scale = dict(kind.children)["scale"]
        return "NUMERIC" if int(str(scale)) <= 9 else "BIGNUMERIC"
    if kind.id not in _SCALARS:
        raise not_implemented(f"A column of type {kind}")
    return _SCALARS[kind.id]


def row_sql(columns: Sequence[tuple[str, DuckDBPyType]], *, int64_timestamp: bool) -> str:
    """DuckDB SQL for a row's JSON.

    Args:
        columns: Names and types of the columns, in order.
        int64_timestamp: Timestamps as microseconds since 1970, as `formatOptions.useInt64Timestamp` asks for; as
            seconds with a fraction otherwise.
    """
    cells = [_cell('"' + name.replace('"', '""') + '"', kind, int64_timestamp, 0) for name, kind in columns]
    return "'{\"f\":[' || " + " || ',' || ".join(cells) + " || ']}'"


def _cell(value: str, kind: DuckDBPyType, int64_timestamp: bool, depth: int) -> str:
    if kind.id == "list":
        element = f"e{depth}"
        inner = _cell(element, _children(kind)[0][1], int64_timestamp, depth + 1)
        # A NULL array is stored, and read, as an empty one.
        items = f"COALESCE(ARRAY_TO_STRING(LIST_TRANSFORM({value}, LAMBDA {element}: {inner}), ','), '')"
        return "'{\"v\":[' || " + items + " || ']}'"
    if kind.id == "struct":
        cells = [
            _cell(
                f"STRUCT_EXTRACT({value}, '{child.replace(chr(39), chr(39) * 2)}')",
                inner,
                int64_timestamp,
                depth,
            )
            for child, inner in _children(kind)
        ]
        record = '\'{"v":{"f":[\' || ' + " || ',' || ".join(cells) + " || ']}}'"
        return f"CASE WHEN {value} IS NULL THEN {_NULL_CELL} ELSE {record} END"
    return f"COALESCE('{{\"v\":' || {_scalar(value, kind, int64_timestamp)} || '}}', {_NULL_CELL})"


def _scalar(value: str, kind: DuckDBPyType, int64_timestamp: bool) -> str:
    """DuckDB SQL for a JSON text of a scalar; NULL for NULL."""
    google = _scalar_type(kind)
    if google == "STRING":
        return f"CAST(TO_JSON({value}) AS VARCHAR)"
    if google in _QUOTED:
        text = f"CAST({value} AS VARCHAR)"
    elif google in ("NUMERIC", "BIGNUMERIC"):
        # 1.5 and not 1.500000000.
        text = (
            f"REGEXP_REPLACE(CAST({value} AS VARCHAR), '(\\.[0-9]*?)0+$', '\\1').REGEXP_REPLACE('\\.$', '')"
        )
    elif google == "FLOAT":
        text = (
            f"CASE WHEN ISNAN({value}) THEN 'NaN' WHEN ISINF({value}) THEN IF({value} > 0, 'Infinity', '-Infinity') "
            f"ELSE CAST({value} AS VARCHAR) END"
        )
    elif google == "BYTES":
        text = f"BASE64({value})"
    elif google == "DATETIME":
        text = f"STRFTIME({value}, '%Y-%m-%dT%H:%M:%S.%f')"
    elif int64_timestamp:
        text = f"CAST(EPOCH_US({value}) AS VARCHAR)"
    else:
        text = f"CAST(EPOCH_US({value}) / 1e6 AS VARCHAR)"
    return f"'\"' || {text} || '\"'"


def arrow_field(column: pa.Field) -> dict[str, Any]:
    """The `TableFieldSchema` of a column of a stored table."""
    kind = column.type
    if pa.types.is_struct(kind):
        fields = [arrow_field(child) for child in kind]
        return {"name": column.name, "type": "RECORD", "mode": "NULLABLE", "fields": fields}
    if pa.types.is_timestamp(kind):
        name = "TIMESTAMP"
    else:
        name = "BOOLEAN" if pa.types.is_boolean(kind) else "STRING"
    return {"name": column.name, "type": name, "mode": "NULLABLE"}
