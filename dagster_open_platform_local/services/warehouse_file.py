"""A file of the laptop's warehouse that somebody outside the platform fills as a whole.

What belongs here: writing one, and of which company, date and moment it is. What does not: the tables, and when they are due
(`stack/vendors.py`, `services/saas/deliveries.py`).

A file says in `_company.clock` what it was made from. It is made beside the old one and renamed over it: whoever has the old one open
goes on reading that, and a process that is killed leaves the old one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import FORMAT

Schemas = Mapping[str, Mapping[str, pa.Table]]
"""Tables by schema and name, both constants of the modules that make them."""

FILE_FORMAT: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.2.0"}
"""Configuration of a connection that makes files: as the platform makes them, so that whoever reads them attaches them as quickly."""

_CLOCK_COLUMNS = "today date, seed bigint, scale double, epoch date, format integer, written_at timestamptz"


@dataclass(frozen=True)
class Stamp:
    """What a file was made from.

    Args:
        company: Today, seed, scale, epoch and format of the company.
        written_at: When, by the wall clock; aware, in UTC.
    """

    company: tuple[object, ...]
    written_at: datetime

    def is_of(self, clock: CompanyClock) -> bool:
        """Whether the file shows that company on that date."""
        return self.company == _company(clock)


def database_file(warehouse: Path, database: str) -> Path:
    """The file of a database in a laptop's warehouse."""
    return warehouse / f"{database}.duckdb"


def ensure_database(warehouse: Path, database: str) -> None:
    """Make the file, empty, if there is none, so that it can be attached for reading before anything is in it."""
    path = database_file(warehouse, database)
    if not path.exists():
        warehouse.mkdir(parents=True, exist_ok=True)
        duckdb.connect(str(path), config=FILE_FORMAT).close()


def read_stamp(path: Path) -> Stamp | None:
    """What a file was made from.

    Returns:
        None if there is no file, or none that can be read: it is empty or damaged, or somebody is writing it.
    """
    if not path.exists():
        return None
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH {_literal(path)} AS found (READ_ONLY)")
            row = connection.execute(
                "SELECT today, seed, scale, epoch, format, written_at FROM found._company.clock"
            ).fetchone()
    except duckdb.Error:
        return None
    return Stamp(tuple(row[:5]), row[5].astimezone(UTC)) if row else None


def write_database(path: Path, schemas: Schemas, clock: CompanyClock, written_at: datetime) -> None:
    """Write a file anew. Only for one process at a time.

    Args:
        path: Of the file.
        schemas: All that is in it.
        clock: Of the company that it shows.
        written_at: By the wall clock; aware.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    for leftover in path.parent.glob(f".{path.name}.*.tmp*"):
        leftover.unlink()
    with duckdb.connect(config=FILE_FORMAT) as connection:
        connection.execute(f"ATTACH {_literal(draft)} AS made")
        for schema, tables in schemas.items():
            connection.execute(f'CREATE SCHEMA made."{schema}"')
            for name, rows in tables.items():
                connection.register("rows", rows)
                connection.execute(f'CREATE TABLE made."{schema}"."{name}" AS SELECT * FROM rows')  # noqa: S608 - constants
                connection.unregister("rows")
        connection.execute("CREATE SCHEMA made._company")
        connection.execute(f"CREATE TABLE made._company.clock ({_CLOCK_COLUMNS})")
        connection.execute(
            "INSERT INTO made._company.clock VALUES (?, ?, ?, ?, ?, ?)", (*_company(clock), written_at)
        )
        # This writes all of it into the file, and removes the log of what is not in it yet.
        connection.execute("DETACH made")
    # Before the rename: a log that is left over would be applied to the new file.
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    draft.replace(path)


def _company(clock: CompanyClock) -> tuple[object, ...]:
    settings = clock.settings
    return (clock.today, settings.seed, settings.scale, settings.epoch, FORMAT)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
