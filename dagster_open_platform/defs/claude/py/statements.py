"""The SQL of this integration, which stands in `sql/`.

What belongs here: reading a statement. What does not: SQL. A statement names its tables in braces; values are `?` and are bound.
"""

from functools import cache
from importlib.resources import files

from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection

_FOLDER = files("dagster_open_platform.defs.claude.py") / "sql"


def statement(connection: WarehouseConnection, name: str, **tables: TableRef) -> str:
    """A statement with its tables.

    Args:
        connection: Quotes their names.
        name: Of its file, without `.sql`.
        tables: By the names that stand in braces.
    """
    return text(name).format(**{each: connection.quoted(table) for each, table in tables.items()})


@cache
def text(name: str) -> str:
    """A statement with its tables in braces.

    Args:
        name: Of its file, without `.sql`.
    """
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
