"""Databases that production finds in its warehouse without loading them, as files of the laptop's warehouse.

What belongs here: those that are of the company's date as soon as it has moved. What does not: the tables (`company/warehouse/`), how a
file takes the place of the one before (`services/warehouse_file.py`), and what vendors deliver (`services/saas/`).

    warehouse/snowflake.duckdb      Snowflake's shared database, schema `account_usage`
    warehouse/<vendor>.duckdb       only made, empty, if it is missing: the vendors fill it
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from dagster_open_platform.utils.databases import SHARED_DATABASES
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.account_usage import account_usage_tables
from dagster_open_platform_local.services.warehouse_file import (
    database_file,
    ensure_database,
    read_stamp,
    write_database,
)
from dagster_open_platform_local.state import LocalState


@dataclass(frozen=True)
class SharedDatabase:
    """A file.

    Args:
        path: Of the file.
        schema: That the tables are in.
        tables: The tables as of a date.
    """

    path: Path
    schema: str
    tables: Callable[[CompanySettings, date], Mapping[str, pa.Table]]


def shared_databases(state: LocalState) -> tuple[SharedDatabase, ...]:
    """The files that a stack has."""
    return (
        SharedDatabase(database_file(state.warehouse, "snowflake"), "account_usage", account_usage_tables),
    )


def write_shared_databases(state: LocalState, clock: CompanyClock) -> list[Path]:
    """Bring every file to the company's date. Only for a process that has the company's lock.

    Returns:
        The files that were made; one that is of that company and date already is left alone.
    """
    made: list[Path] = []
    for database in shared_databases(state):
        stamp = read_stamp(database.path)
        if stamp is None or not stamp.is_of(clock):
            tables = {database.schema: database.tables(clock.settings, clock.today)}
            write_database(database.path, tables, clock, datetime.now(UTC))
            made.append(database.path)
    for name in SHARED_DATABASES:
        ensure_database(state.warehouse, name)
    return made
