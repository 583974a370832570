"""Between BigQuery's types and Python's and Arrow's.

What belongs here: the mapping of types, both ways. What does not: running queries.

Types: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types. Google's client has the same mapping,
but not among its public names, and gives no schema for a result without rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.bigquery.errors import BigQueryQueryInvalid

if TYPE_CHECKING:
    import pyarrow as pa
    from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

    from dagster_open_platform.lib.bigquery.protocol import BigQueryValue

# bool before int and datetime before date: each is a subclass of the other.
_PARAMETER_TYPES: Sequence[tuple[type, str]] = (
    (bool, "BOOL"),
    (int, "INT64"),
    (float, "FLOAT64"),
    (str, "STRING"),
    (dt.datetime, "TIMESTAMP"),
    (dt.date, "DATE"),
)


def arrow_schema(fields: Sequence[Any]) -> pa.Schema:
    """The Arrow schema of a result.

    Args:
        fields: Google's ``SchemaField`` of each column.
    """
    import pyarrow as pa

    return pa.schema([pa.field(field.name, _arrow_type(field)) for field in fields])


def _arrow_type(field: Any) -> pa.DataType:
    import pyarrow as pa

    if field.mode == "REPEATED":
        return pa.list_(_scalar_type(field))
    return _scalar_type(field)


def _scalar_type(field: Any) -> pa.DataType:
    import pyarrow as pa

    scalars: Mapping[str, pa.DataType] = {
        "STRING": pa.string(),
        "JSON": pa.string(),
        "GEOGRAPHY": pa.string(),
        "BYTES": pa.binary(),
        "INTEGER": pa.int64(),
        "INT64": pa.int64(),
        "FLOAT": pa.float64(),
        "FLOAT64": pa.float64(),
        "NUMERIC": pa.decimal128(38, 9),
        "BIGNUMERIC": pa.decimal256(76, 38),
        "BOOLEAN": pa.bool_(),
        "BOOL": pa.bool_(),
        "DATE": pa.date32(),
        "TIME": pa.time64("us"),
        "DATETIME": pa.timestamp("us"),
        "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    }
    if field.field_type in ("RECORD", "STRUCT"):
        return pa.struct([pa.field(inner.name, _arrow_type(inner)) for inner in field.fields])
    if field.field_type not in scalars:
        raise BigQueryQueryInvalid(
            f"Column {field.name} of the result has the type {field.field_type}, which has no counterpart in Arrow."
            " Cast it in the query."
        )
    return scalars[field.field_type]


def query_parameter(name: str, value: BigQueryValue) -> ScalarQueryParameter | ArrayQueryParameter:
    """A typed parameter of a query.

    Raises:
        BigQueryQueryInvalid: The value has no type in BigQuery, or is a time without a zone.
    """
    from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            raise BigQueryQueryInvalid(f"Parameter {name} is an empty array, whose type nobody knows.")
        return ArrayQueryParameter(name, _parameter_type(name, value[0]), list(value))
    return ScalarQueryParameter(name, _parameter_type(name, value), value)


def _parameter_type(name: str, value: object) -> str:
    if isinstance(value, dt.datetime) and value.utcoffset() is None:
        raise BigQueryQueryInvalid(f"Parameter {name} is a time without a zone: {value}.")
    for python_type, bigquery_type in _PARAMETER_TYPES:
        if isinstance(value, python_type):
            return bigquery_type
    raise BigQueryQueryInvalid(f"Parameter {name} is a {type(value).__name__}, which BigQuery does not know.")
