"""The product's databases, as replication leaves them.

What belongs here: a schema a database, and what a value becomes on the way. What does not: the rows (`company/product/`).

Integers of any size arrive as bigint, JSON and arrays as the text that Postgres makes of them; a column that is a secret stays behind.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.product.schema import ARROW_TYPES, DATABASES
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLE_BY_NAME, TABLES
from dagster_open_platform_local.company.warehouse.european import TABLES as EUROPEAN
from dagster_open_platform_local.landing.source import Company, Tables, of_tables

SCHEMAS: Mapping[str, str] = {
    "main": "cloud_product",
    "shard1": "cloud_product_shard1",
    "xregion": "cloud_product_xregion",
}
"""Database of the product to schema of the warehouse."""
EUROPE = "cloud_product_eu"
"""What the EU's own warehouse sends: the directory of `xregion`, with the columns that it has there."""
LEFT_BEHIND = {"session_tokens": ("token_hash",)}
_NEEDS_QUOTES = re.compile(r'^$|^null$|[{}",\\\s]', re.I)
LOADED_AT = pa.field("_sling_loaded_at", pa.timestamp("us", tz="UTC"))


def replicated(name: str, table: pa.Table, loaded_at: datetime) -> pa.Table:
    """Rows as they arrive.

    Args:
        name: Of the table.
        table: As the database has it.
        loaded_at: When they were loaded, aware.
    """
    table = table.drop_columns([each for each in LEFT_BEHIND.get(name, ()) if each in table.column_names])
    documents = {column.name for column in TABLE_BY_NAME[name].columns if column.postgres_type == "jsonb"}
    columns = [
        _texts(column, _document)
        if field.name in documents
        else _texts(column, _array)
        if pa.types.is_list(field.type)
        else column.cast(_arriving(field.type))
        for field, column in zip(table.schema, table.columns, strict=True)
    ]
    moment = pa.repeat(pa.scalar(loaded_at, LOADED_AT.type), table.num_rows)
    return pa.table([*columns, moment], schema=_arriving_schema(table.schema).append(LOADED_AT))


def landed(company: Company, names: Collection[str] | None = None) -> Tables:
    """The tables of all databases.

    Args:
        company: Whose.
        names: Of the tables that are wanted; None: all.
    """
    found: dict[str, pa.Table] = {}
    for database in DATABASES:
        rows = product_tables(company.settings, database, company.today, names)
        for name, table in rows.items():
            found[f"{SCHEMAS[database]}.{name}"] = replicated(name, table, company.now)
            if database == "xregion" and name in EUROPEAN:
                # From a warehouse, and not through Postgres.
                found[f"{EUROPE}.{name}"] = table.cast(_arriving_schema(table.schema))
    return found


def without_rows() -> Tables:
    """Their columns, those that come later among them."""
    found: dict[str, pa.Table] = {}
    for each in TABLES:
        kept = [column for column in each.columns if column.name not in LEFT_BEHIND.get(each.name, ())]
        schema = _arriving_schema(
            pa.schema([(column.name, ARROW_TYPES[column.postgres_type]) for column in kept])
        )
        for database in each.databases:
            found[f"{SCHEMAS[database]}.{each.name}"] = schema.append(LOADED_AT).empty_table()
        if "xregion" in each.databases and each.name in EUROPEAN:
            found[f"{EUROPE}.{each.name}"] = schema.empty_table()
    return found


def _texts(column: pa.ChunkedArray, text: Callable[[Any], str]) -> pa.Array:
    return pa.array([None if value is None else text(value) for value in column.to_pylist()], pa.string())


def _document(text: str) -> str:
    return json.dumps(_ordered(json.loads(text)), ensure_ascii=False)


def _ordered(value: Any) -> Any:
    """As `jsonb` has it: shorter names first, and names of a length by their bytes."""
    if isinstance(value, dict):
        names = sorted(map(str, value), key=lambda name: (len(name.encode()), name.encode()))
        return {name: _ordered(value[name]) for name in names}
    return [_ordered(each) for each in value] if isinstance(value, list) else value


def _array(values: Sequence[str]) -> str:
    """In braces; in quotes what would be read as something else (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO)."""
    escaped = (re.sub(r'(["\\])', r"\\\1", each) if _NEEDS_QUOTES.search(each) else each for each in values)
    quoted = (
        f'"{text}"' if _NEEDS_QUOTES.search(each) else each
        for text, each in zip(escaped, values, strict=True)
    )
    return "{" + ",".join(quoted) + "}"


def _arriving_schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, _arriving(field.type)) for field in schema])


def _arriving(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_integer(kind):
        return pa.int64()
    return pa.string() if pa.types.is_list(kind) else kind


PRODUCT = of_tables("purina", landed, without_rows)
