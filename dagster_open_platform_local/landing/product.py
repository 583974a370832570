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

from dagster_open_platform_local.company.product.schema import ARROW_TYPES, ProductTable
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import TABLE_BY_NAME, tables_of
from dagster_open_platform_local.landing.source import Company, Tables, of_tables

SCHEMAS: Mapping[str, str] = {
    "main": "cloud_product",
    "shard1": "cloud_product_shard1",
    "xregion": "cloud_product_xregion",
}
"""Database of the product in the US to schema of the warehouse."""
EUROPEAN_SCHEMA = "cloud_product"
"""The same of the EU's one database in the EU's own warehouse."""
OUTBOUND = ("organizations", "users", "users_organizations", "deployments")
"""The tables that the EU's platform lets out."""
EUROPE = "cloud_product_eu"
"""Where they are in the American warehouse."""
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
    """The tables of all databases in the US, and what the EU lets out.

    Args:
        company: Whose.
        names: Of the tables that are wanted; None: all.
    """
    outbound = OUTBOUND if names is None else [name for name in OUTBOUND if name in names]
    return {
        **{
            name: table
            for database, schema in SCHEMAS.items()
            for name, table in _of_database(company, database, schema, names).items()
        },
        **_of_database(company, "eu", EUROPE, outbound),
    }


def landed_in_eu(company: Company) -> Tables:
    """The tables of the EU's database, in the EU's own warehouse."""
    return _of_database(company, "eu", EUROPEAN_SCHEMA, None)


def let_out(company: Company) -> Tables:
    """What the EU's platform lets out, in the database of that name."""
    return _of_database(company, "eu", EUROPEAN_SCHEMA, OUTBOUND)


def _of_database(company: Company, database: str, schema: str, names: Collection[str] | None) -> Tables:
    rows = product_tables(company.settings, database, company.today, names)
    return {f"{schema}.{name}": replicated(name, table, company.now) for name, table in rows.items()}


def without_rows() -> Tables:
    """Their columns, those that come later among them."""
    return {
        **{
            f"{schema}.{each.name}": _columns_of(each)
            for database, schema in SCHEMAS.items()
            for each in tables_of(database)
        },
        **{f"{EUROPE}.{name}": _columns_of(TABLE_BY_NAME[name]) for name in OUTBOUND},
    }


def without_rows_in_eu() -> Tables:
    """The same of the EU's database."""
    return {f"{EUROPEAN_SCHEMA}.{each.name}": _columns_of(each) for each in tables_of("eu")}


def let_out_without_rows() -> Tables:
    """The same of what the EU lets out."""
    return {f"{EUROPEAN_SCHEMA}.{name}": _columns_of(TABLE_BY_NAME[name]) for name in OUTBOUND}


def _columns_of(each: ProductTable) -> pa.Table:
    kept = [column for column in each.columns if column.name not in LEFT_BEHIND.get(each.name, ())]
    schema = _arriving_schema(
        pa.schema([(column.name, ARROW_TYPES[column.postgres_type]) for column in kept])
    )
    return schema.append(LOADED_AT).empty_table()


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
PRODUCT_EU = of_tables("purina", landed_in_eu, without_rows_in_eu)
OUTBOUND_EU = of_tables("outbound", let_out, let_out_without_rows)
