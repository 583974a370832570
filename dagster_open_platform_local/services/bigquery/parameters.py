"""Query parameters: from the request's JSON to values that DuckDB binds.

What belongs here: types and values of `QueryParameter`
(https://cloud.google.com/bigquery/docs/reference/rest/v2/QueryParameter). What does not: finding them in the SQL
(`sql.py`).

The API carries every scalar as a string. The string is bound and DuckDB casts it to the declared type, so that a value
never becomes a part of the SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_open_platform_local.services.bigquery.errors import BigQueryError, not_implemented

DUCKDB_TYPES = {
    "INT64": "BIGINT",
    "INTEGER": "BIGINT",
    "FLOAT64": "DOUBLE",
    "FLOAT": "DOUBLE",
    "BOOL": "BOOLEAN",
    "BOOLEAN": "BOOLEAN",
    "STRING": "VARCHAR",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIME": "TIME",
    "TIMESTAMP": "TIMESTAMPTZ",
    "NUMERIC": "DECIMAL(38, 9)",
}


@dataclass(frozen=True)
class QueryParameter:
    """A parameter of a query.

    Args:
        name: Its name in lower case (BigQuery's are case-insensitive), or None for a positional one.
        duckdb_type: The type to which DuckDB casts the value.
        value: A string, a list of strings, or None.
    """

    name: str | None
    duckdb_type: str
    value: str | list[str] | None


def read_parameters(parameters: Sequence[Mapping[str, Any]]) -> list[QueryParameter]:
    """Read the request's `queryParameters`.

    Raises:
        BigQueryError: `invalid` for a parameter without a type or with a name twice, `notImplemented` for a type that
            this server does not know.
    """
    found: list[QueryParameter] = []
    for number, parameter in enumerate(parameters):
        name = parameter.get("name") or None
        label = f"'{name}'" if name else f"{number + 1}"
        declared, value = parameter.get("parameterType") or {}, parameter.get("parameterValue") or {}
        kind = str(declared.get("type", "")).upper()
        if not kind:
            raise BigQueryError("invalid", f"Query parameter {label} has no type", location="queryParameters")
        if kind == "ARRAY":
            element = str((declared.get("arrayType") or {}).get("type", "")).upper()
            cells = [item.get("value") for item in value.get("arrayValues") or []]
            found.append(QueryParameter(_key(name), f"{_duckdb_type(element, label)}[]", cells))
        else:
            found.append(QueryParameter(_key(name), _duckdb_type(kind, label), value.get("value")))
    names = [parameter.name for parameter in found if parameter.name is not None]
    if len(set(names)) != len(names):
        raise BigQueryError("invalid", "Duplicate query parameter name", location="queryParameters")
    return found


def _key(name: str | None) -> str | None:
    return None if name is None else name.lower()


def _duckdb_type(kind: str, label: str) -> str:
    if kind not in DUCKDB_TYPES:
        raise not_implemented(f"Query parameter {label} of type {kind}")
    return DUCKDB_TYPES[kind]
