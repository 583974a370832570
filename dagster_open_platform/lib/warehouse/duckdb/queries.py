"""Whole queries, of views and dynamic tables, from Snowflake's SQL to DuckDB's.

What belongs here: queries. What does not: columns of external tables (`expressions.py`), which are translated node by node.

sqlglot translates the query; what it says it cannot is refused. One thing is done before: a path into a variant that is
cast at once (`metadata:key::varchar`), of which sqlglot makes JSON text with its quotes, becomes what Snowflake gives. A
cast of a variant column as a whole (`metadata::varchar`) is not recognised, because nobody knows the column's type here: it
gives JSON text on DuckDB.
"""

import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError, UnsupportedError

from dagster_open_platform.lib.warehouse.duckdb import casts
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration

_PATHS = (exp.JSONExtract, exp.GetExtract)


def translate_query(query: str) -> str:
    """Translate one query.

    Args:
        query: In Snowflake's SQL.

    Raises:
        InvalidDeclaration: It cannot be read, is not one query, or has a part without a counterpart in DuckDB.
    """
    try:
        found = [tree for tree in sqlglot.parse(query, read="snowflake") if tree is not None]
    except SqlglotError as error:
        raise InvalidDeclaration(
            f"The query cannot be read as Snowflake's SQL: {plain_text(error)}."
        ) from None
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise InvalidDeclaration("Expected one query, which begins with SELECT or WITH.")
    try:
        return found[0].transform(_without_json_text).sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise InvalidDeclaration(f"The query has no counterpart in DuckDB: {plain_text(error)}.") from None


def tables_of(query: str) -> list[tuple[str, str, str]]:
    """Database, schema and name of the tables that a query reads, where all three are written."""
    tree = sqlglot.parse_one(query, read="snowflake")
    return [
        (table.catalog, table.db, table.name)
        for table in tree.find_all(exp.Table)
        if table.catalog and table.db
    ]


def translate_part(expression: exp.Expr) -> str:
    """Translate an expression of a query, as `translate_query` does.

    Raises:
        InvalidDeclaration: It has a part without a counterpart in DuckDB.
    """
    try:
        return expression.transform(_without_json_text).sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        shown = expression.sql("snowflake")
        raise InvalidDeclaration(f"{shown} has no counterpart in DuckDB: {plain_text(error)}.") from None


def plain_text(error: SqlglotError) -> str:
    """What sqlglot says, on one line and without the underlining that it is meant to have in a terminal."""
    found = getattr(error, "errors", None)
    if found and isinstance(found[0], dict):
        return f"{found[0]['description']} (line {found[0]['line']}, column {found[0]['col']})"
    return " ".join(str(error).split()).rstrip(".")


def _without_json_text(node: exp.Expr) -> exp.Expr:
    """Make the cast of a path what Snowflake makes of it."""
    if not isinstance(node, exp.Cast):
        return node
    inner = node.this.unnest()
    if not isinstance(inner, _PATHS):
        return node
    # Paths inside the path, such as that of an index, are translated before.
    sql = inner.transform(_without_json_text).sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    converted = casts.cast(casts.variant(f"({sql})"), casts.target_of(node.to), isinstance(node, exp.TryCast))
    return exp.Paren(this=sqlglot.parse_one(converted.sql, read="duckdb"))
