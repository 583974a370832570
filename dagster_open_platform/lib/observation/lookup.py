"""Asking a warehouse when tables changed last.

What belongs here: the questions, and what an answer is. What does not: Dagster's events (`events.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import dagster as dg

from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.failures import PermanentFailure


@dataclass(frozen=True)
class Watched:
    """A table that others load.

    Args:
        key: Of its asset.
        database: Logical.
        schema: In it.
        name: In that.
        updated_at_columns: Whose greatest value says when the table changed; none: the engine says so.
        freshness: How long ago its last change may be; None: nobody checks that.
    """

    key: dg.AssetKey
    database: str
    schema: str
    name: str
    updated_at_columns: tuple[str, ...] = ()
    freshness: timedelta | None = None


@dataclass(frozen=True)
class Answer:
    """What a warehouse knows of one table: either when it changed, or why nobody knows.

    Args:
        table: By its physical name, as far as that is known.
        updated_at: Aware, in UTC.
        problem: Why there is no time.
    """

    table: str
    updated_at: datetime | None = None
    problem: str = ""


def ask(warehouse: WarehouseResource, tables: Iterable[Watched]) -> dict[dg.AssetKey, Answer]:
    """Ask when tables changed. What is wrong with one of them is its answer, and hides no other.

    Args:
        warehouse: Opened once, and closed.
        tables: Of this warehouse.

    Raises:
        PermanentFailure, RetryableFailure: The warehouse cannot be opened, or is not reached any more.
    """
    answers: dict[dg.AssetKey, Answer] = {}
    found: list[tuple[Watched, TableRef]] = []
    for each in tables:
        try:
            found.append((each, warehouse.table(each.database, each.schema, each.name)))
        except PermanentFailure as error:
            logical = f"{each.database}.{each.schema}.{each.name}"
            answers[each.key] = Answer(logical, problem=str(error.description))
    if not found:
        return answers
    # On a laptop a run may hold the file of a database that nobody asks about.
    with warehouse.only({each.database for each, _ in found}).connect() as connection:
        known = _known(connection, [table for each, table in found if not each.updated_at_columns])
        for each, table in found:
            answers[each.key] = (
                _greatest(connection, table, each.updated_at_columns)
                if each.updated_at_columns
                else known[table]
            )
    return answers


def _greatest(connection: WarehouseConnection, table: TableRef, columns: Sequence[str]) -> Answer:
    """The greatest value of columns of times."""
    try:
        # Not quoted: unquoted names mean the same column on both engines.
        asked = ", ".join(
            f"max({validated(column, 'column')}) AS time_{i}" for i, column in enumerate(columns)
        )
        found = connection.query(f"SELECT {asked} FROM {connection.quoted(table)}")  # noqa: S608 - validated
    except PermanentFailure as error:
        return Answer(str(table), problem=str(error.description))
    times: list[datetime] = []
    for column, value in zip(columns, found.to_pylist()[0].values(), strict=True):
        if isinstance(value, date):
            times.append(_utc(value))
        elif value is not None:
            kind = type(value).__name__
            return Answer(str(table), problem=f"The column {column} of {table} holds {kind}, not times.")
    if not times:
        return Answer(str(table), problem=f"No row of {table} has a value in {' or '.join(columns)}.")
    return Answer(str(table), updated_at=max(times))


def _utc(value: date) -> datetime:
    """A time without a zone is one in UTC, and a day its first moment."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _known(connection: WarehouseConnection, tables: Sequence[TableRef]) -> Mapping[TableRef, Answer]:
    """What the engine knows of tables."""
    if not tables:
        return {}
    try:
        times = connection.last_updated(tables)
    except PermanentFailure as error:
        if len(tables) == 1:
            return {tables[0]: Answer(str(tables[0]), problem=str(error.description))}
        # One that may not be looked at is refused together with all others.
        return {table: _known(connection, [table])[table] for table in tables}
    return {
        table: Answer(str(table), updated_at=updated_at)
        if updated_at is not None
        else Answer(str(table), problem=_unknown(connection, table))
        for table, updated_at in times.items()
    }


def _unknown(connection: WarehouseConnection, table: TableRef) -> str:
    try:
        exists = connection.columns(table) is not None
    except PermanentFailure as error:
        return str(error.description)
    if not exists:
        return f"There is no table {table}, or it is hidden from this role."
    return (
        f"The engine {connection.engine!r} does not know when {table} changed; name columns of it that do in"
        " updated_at_columns."
    )
