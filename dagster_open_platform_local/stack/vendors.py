"""Databases that production finds in its warehouse without loading them, as files of the laptop's warehouses.

What belongs here: when such a file is made, and how it takes the place of the one before. What does not: the tables
(`company/warehouse/`).

    warehouse/snowflake.duckdb      Snowflake's shared database, schema `account_usage`
    warehouse/fivetran.duckdb       Fivetran's destination; only made, empty: its syncs fill it (`services/saas/fivetran/`)
    warehouse_eu/purina.duckdb      the EU region's own warehouse, schema `cloud_product`

Each of the others says in `_company.clock` of which company and date it is. A file is made beside the old one and renamed over it: whoever
has the old one open goes on reading that.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import FORMAT, CompanySettings
from dagster_open_platform_local.company.warehouse.account_usage import account_usage_tables
from dagster_open_platform_local.company.warehouse.european import european_tables
from dagster_open_platform_local.services.saas.fivetran.destination import ensure_database
from dagster_open_platform_local.state import LocalState

_CLOCK_COLUMNS = "today date, seed bigint, scale double, epoch date, format integer"


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
        SharedDatabase(state.warehouse / "snowflake.duckdb", "account_usage", account_usage_tables),
        SharedDatabase(state.warehouse_eu / "purina.duckdb", "cloud_product", european_tables),
    )


def write_shared_databases(state: LocalState, clock: CompanyClock) -> list[Path]:
    """Bring every file to the company's date. Only for a process that has the company's lock.

    Returns:
        The files that were made; one that is of that company and date already is left alone.
    """
    ensure_database(state.warehouse)
    made: list[Path] = []
    for database in shared_databases(state):
        if read_clock_row(database.path) != _row(clock):
            _make(database, clock)
            made.append(database.path)
    return made


def read_clock_row(path: Path) -> tuple[object, ...] | None:
    """Of which company and date a file is: today, seed, scale, epoch, format.

    Returns:
        None if there is no file, or none that can be read: it is damaged, or somebody is writing it.
    """
    if not path.exists():
        return None
    try:
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH {_literal(path)} AS found (READ_ONLY)")
            return connection.execute("SELECT * FROM found._company.clock").fetchone()
    except duckdb.Error:
        return None


def _row(clock: CompanyClock) -> tuple[object, ...]:
    settings = clock.settings
    return (clock.today, settings.seed, settings.scale, settings.epoch, FORMAT)


def _make(database: SharedDatabase, clock: CompanyClock) -> None:
    """Write a file anew."""
    path = database.path
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    for leftover in path.parent.glob(f".{path.name}.*.tmp*"):
        leftover.unlink()
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {_literal(draft)} AS made")
        connection.execute(f"CREATE SCHEMA made.{database.schema}")
        for name, rows in database.tables(clock.settings, clock.today).items():
            connection.register("rows", rows)
            # The names are constants of the modules that make the tables.
            connection.execute(f"CREATE TABLE made.{database.schema}.{name} AS SELECT * FROM rows")  # noqa: S608
            connection.unregister("rows")
        connection.execute("CREATE SCHEMA made._company")
        connection.execute(f"CREATE TABLE made._company.clock ({_CLOCK_COLUMNS})")
        connection.execute("INSERT INTO made._company.clock VALUES (?, ?, ?, ?, ?)", _row(clock))
        # This writes all of it into the file, and removes the log of what is not in it yet.
        connection.execute("DETACH made")
    # Before the rename: a log that is left over would be applied to the new file.
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    draft.replace(path)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
