"""What a write demands of its table and its key, on either engine.

What belongs here: checks that need no SQL. What does not: the columns (`schema.py`) and the rows (`arrow.py`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from dagster_open_platform.lib.warehouse.errors import (
    DuplicateKeys,
    InvalidKey,
    ReadOnlyDatabase,
    UnknownDatabase,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef


def known_database(table: TableRef, databases: Iterable[str], read_only: Iterable[str] = ()) -> str:
    """Return the table's database as the warehouse spells it.

    Args:
        table: Where somebody wants to write.
        databases: Physical names of the databases that the warehouse writes.
        read_only: Physical names of those that it only reads.

    Raises:
        ReadOnlyDatabase: It is one that is only read.
        UnknownDatabase: It is none of them; lists them.
    """
    if table.database.lower() in {name.lower() for name in read_only}:
        raise ReadOnlyDatabase(
            f"{table} is in the database {table.database!r}, which this platform only reads: others fill it. Write to "
            "another database."
        )
    spellings = {name.lower(): name for name in databases}
    if table.database.lower() not in spellings:
        known = ", ".join(sorted(spellings.values())) or "none"
        raise UnknownDatabase(f"There is no database {table.database!r} in this warehouse; it has: {known}.")
    return spellings[table.database.lower()]


def validated_key(
    table: TableRef, incoming: pa.Schema, key: Sequence[str], newer_by: str | None
) -> tuple[list[str], str | None]:
    """Return the key and the column of newness in lower case.

    Args:
        table: Where to, for messages.
        incoming: Shared schema of the data.
        key: Columns that identify a row.
        newer_by: Column whose greater value is newer, or None.

    Raises:
        InvalidKey: The key is empty or repeats a column, or the data lacks one of the columns.
    """
    names = [name.lower() for name in key]
    newness = newer_by.lower() if newer_by else None
    wanted = [*names, *([newness] if newness else [])]
    unknown = [name for name in wanted if name not in incoming.names]
    if unknown:
        raise InvalidKey(
            f"The data for {table} lacks columns that its merge is about: {', '.join(unknown)}; it has: "
            f"{', '.join(incoming.names)}."
        )
    if not names or len({*wanted}) != len(wanted):
        raise InvalidKey(
            f"The merge into {table} needs a key of at least one column, each named once and none of them the one "
            f"that says which row is newer; got key={list(key)}, newer_by={newer_by!r}."
        )
    return names, newness


def check_staged(
    table: TableRef, key: Sequence[str], nulls: int, duplicates: Sequence[tuple[Any, ...]]
) -> None:
    """Refuse staged rows whose keys are not keys.

    Args:
        table: Where to, for messages.
        key: Columns that identify a row.
        nulls: How many rows have a null in the key.
        duplicates: Some keys that several rows share, where that matters.

    Raises:
        InvalidKey: There are nulls.
        DuplicateKeys: There are duplicates; names them.
    """
    columns = ", ".join(key)
    if nulls:
        raise InvalidKey(f"{nulls} rows of the data for {table} have no value in their key ({columns}).")
    if duplicates:
        sample = "; ".join(", ".join(str(value) for value in values) for values in duplicates)
        raise DuplicateKeys(
            f"Several rows of the data for {table} have the same key ({columns}), for example: {sample}. Say with "
            "`newer_by` which of them counts, or make the source unique."
        )
