"""External tables on DuckDB: a view over the files that there were when it was last refreshed.

What belongs here: the query of that view, and which column is to blame when it does not work. What does not: listing files
and reading them (`files.py`), and making the view (`objects.py`).

As on Snowflake, files that come later are seen after the next refresh, a key that files lack is null, and
`METADATA$FILENAME` can be selected. Other than there, it is a column like the others and `VALUE` is one only where nothing else
is declared; `auto_refresh` has nobody to tell of new files; and partition columns serve to leave files out as any
expression over `metadata$filename` does.
"""

# ruff: noqa: S608 - what is put into these texts are translated expressions, quoted identifiers and literals

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagster_open_platform.lib.warehouse.duckdb import casts
from dagster_open_platform.lib.warehouse.duckdb.casts import Kind, Target, Value
from dagster_open_platform.lib.warehouse.duckdb.expressions import FILENAME, reads_the_row, translate
from dagster_open_platform.lib.warehouse.duckdb.files import Reader
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration
from dagster_open_platform.lib.warehouse.identifiers import double_quoted
from dagster_open_platform.lib.warehouse.objects import DeclaredColumn, ExternalTable

VALUE = DeclaredColumn("value", "variant", "value")
"""The column of an external table that declares none."""


@dataclass(frozen=True)
class Column:
    """A column of the view: what is declared, and its SQL."""

    declared: DeclaredColumn
    target: Target
    sql: str


def columns_of(table: ExternalTable, reader: Reader) -> list[Column]:
    """Translate the declared columns.

    Args:
        table: What is declared.
        reader: Of its files; of Parquet with the columns that they have.

    Raises:
        InvalidDeclaration: An expression or a type has no counterpart, contradicts the files, or is of a partition and reads
            more than the file's path; names the column.
    """
    return [_column(table, column, reader) for column in table.columns or (VALUE,)]


def _column(table: ExternalTable, column: DeclaredColumn, reader: Reader) -> Column:
    try:
        if column.name.lower() in {name.lower() for name in table.partition_by} and reads_the_row(
            column.expression
        ):
            raise InvalidDeclaration(
                f"the expression {column.expression!r} of a partition may read nothing but metadata$filename"
            )
        target = casts.target_of(column.type)
        value = casts.cast(translate(column.expression, reader.row), target)
    except InvalidDeclaration as error:
        raise blamed(table, column, str(error.description)) from None
    return Column(column, target, _typed(value, target))


def _typed(value: Value, target: Target) -> str:
    """The value in exactly the declared type, such as a number of that many digits."""
    is_exact = value.exact == target.name or value.kind in (Kind.VARIANT, Kind.TEXT)
    return value.sql if is_exact else f"CAST({value.sql} AS {target.name})"


def blamed(table: ExternalTable, column: DeclaredColumn, problem: str) -> InvalidDeclaration:
    """The error for one column."""
    return InvalidDeclaration(
        f"The column {column.name} ({column.type}) of the external table {table.name} cannot be made: {problem}. Nothing"
        " was changed. Correct its expression or its type, or leave the files out with `pattern`."
    )


def query(columns: Sequence[Column], reader: Reader) -> str:
    """The query of the view: the declared columns and the file's path; without files, of those types and without rows."""
    selected = [f'{column.sql} AS "{column.declared.name}"' for column in columns]
    if not reader.files:
        selected = [f'CAST(NULL AS {column.target.name}) AS "{column.declared.name}"' for column in columns]
        return f'SELECT {", ".join(selected)}, CAST(NULL AS VARCHAR) AS "{FILENAME}" WHERE false'
    path = f'{reader.row.filename} AS "{FILENAME}"'
    return f"SELECT {', '.join([*selected, path])} FROM {reader.sql}"


def trial(columns: Sequence[Column], reader: Reader) -> str:
    """A query that computes every value of the files and gives one row, so that what cannot be computed fails.

    Counting would not do: DuckDB counts columns of Parquet without reading them.
    """
    digests = ", ".join(f"bit_xor(hash({column.sql}))" for column in columns)
    return f"SELECT {digests} FROM {reader.sql}"


def described(rows: Sequence[Sequence[object]]) -> Mapping[str, str]:
    """Columns of Parquet files, name to type, of what `Reader.description` gives."""
    return {str(row[0]): str(row[1]) for row in rows}


def create_view(table: ExternalTable, columns: Sequence[Column], reader: Reader) -> str:
    """Create the view, or put it in the place of the one that is there."""
    name = double_quoted(table.name.database, table.name.schema, table.name.name)
    return f"CREATE OR REPLACE VIEW {name} AS {query(columns, reader)}"
