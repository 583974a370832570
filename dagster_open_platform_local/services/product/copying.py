r"""Arrow tables into Postgres by COPY.

What belongs here: how rows are written as CSV that Postgres reads back unchanged. What does not: transactions.

Every value is quoted and null is not, so that an empty text, `\N` and `NULL` stay what they are
(https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS-CSV-FORMAT).
"""

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

Connection = psycopg.Connection[tuple[object, ...]]

_ROWS_AT_ONCE = 20_000
_OPTIONS = csv.WriteOptions(include_header=False, quoting_style="all_valid")


def copy_rows(connection: Connection, table: sql.Composable, rows: pa.Table) -> None:
    """Append rows to a table.

    Args:
        connection: In whose transaction it happens.
        table: The quoted name of the table.
        rows: Columns by the names that they have in the table.
    """
    if rows.num_rows == 0:
        return
    written = _with_array_literals(rows)
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(table, columns)
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for start in range(0, rows.num_rows, _ROWS_AT_ONCE):
            buffer = pa.BufferOutputStream()
            csv.write_csv(written.slice(start, _ROWS_AT_ONCE), buffer, _OPTIONS)
            copy.write(buffer.getvalue().to_pybytes())


def _with_array_literals(rows: pa.Table) -> pa.Table:
    """Lists of texts as Postgres writes them: in braces, each in double quotes."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            literals = [_array_literal(value) for value in rows[field.name].to_pylist()]
            rows = rows.set_column(index, field.name, pa.array(literals, pa.string()))
    return rows


def _array_literal(value: list[str | None] | None) -> str | None:
    if value is None:
        return None
    return "{" + ",".join("NULL" if each is None else _quoted(each) for each in value) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
