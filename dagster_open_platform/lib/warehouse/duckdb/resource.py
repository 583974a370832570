"""The DuckDB warehouse as a Dagster resource: where its files are, and how they are opened.

What belongs here: settings, attaching, waiting for locks. What does not: reading and writing (`connection.py`).
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import tenacity
from pydantic import Field

from dagster_open_platform.lib.warehouse.errors import (
    MissingCredentials,
    MissingDirectory,
    PermissionDenied,
    WarehouseLocked,
)
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

if TYPE_CHECKING:
    import duckdb

    from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection

FILE_FORMAT = "v1.2.0"
"""The oldest DuckDB that reads files made here. In its format a file of 460 tables is attached in a quarter of the time that the default's
takes (30 ms against 110)."""


class DuckDBWarehouse(WarehouseResource):
    """The warehouse of a laptop: a directory with one DuckDB file a database."""

    directory: str = Field(description="Directory of the files `<physical database>.duckdb`. It must exist.")
    memory_limit: str = Field(
        default="2GB",
        description="How much memory DuckDB may use before it spills to disk, for example '2GB'.",
    )
    lock_timeout_seconds: float = Field(
        default=60.0, ge=0, description="How long to wait for another process to let go of a file."
    )

    @contextlib.contextmanager
    def connect(self) -> Iterator[WarehouseConnection]:
        """Open DuckDB, attach the files that exist, and close all of it at the end of the `with` block.

        The time zone is UTC. Nothing is downloaded. Files of databases that were never written to are created by the
        first write; those that are only read have to be there, and are opened for reading.

        Raises:
            MissingDirectory: The directory does not exist.
            WarehouseLocked: Another process holds a file, still, after `lock_timeout_seconds`; names the process.
            CorruptDatabase, NewerDatabase, PermissionDenied: A file cannot be opened.
        """
        with self._opened(sorted({*self.databases.values()})) as connection:
            yield connection

    @contextlib.contextmanager
    def connect_without_databases(self) -> Iterator[WarehouseConnection]:
        """As `connect`, but no file is opened and locked before a statement is about it."""
        with self._opened([]) as connection:
            yield connection

    @contextlib.contextmanager
    def _opened(self, attached: Sequence[str]) -> Iterator[WarehouseConnection]:
        from dagster_duckdb import DuckDBResource

        from dagster_open_platform.lib.warehouse.duckdb.connection import DuckDBConnection

        directory = self._existing_directory()
        settings = {
            "memory_limit": self.memory_limit,
            "temp_directory": str(directory / ".spill"),
            # What is needed is loaded by us, from a wheel (`object_storage.py`).
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "storage_compatibility_version": FILE_FORMAT,
        }
        # The files are attached to an empty database in memory, so that each has its own name and none is special.
        opener = DuckDBResource(database=":memory:", connection_config=settings)
        with opener.get_connection() as connection, contextlib.closing(connection):
            connection.execute("SET TimeZone = 'UTC'")

            def attach(database: str) -> None:
                file = directory / f"{database}.duckdb"
                self._attach(connection, database, file, read_only=database in self.read_only)

            for database in attached:
                if (directory / f"{database}.duckdb").exists():
                    attach(database)
            yield DuckDBConnection(
                connection, self.written, attach, read_only=self.read_only, directory=directory
            )

    def origin(self, database: str) -> str:
        """Return the database's file (see the base)."""
        return str(self._existing_directory() / f"{self.physical(database)}.duckdb")

    def waiting_at_most(self, seconds: float) -> DuckDBWarehouse:
        """Return this warehouse with a shorter time to wait for a file, unless it is that short already."""
        return self.model_copy(update={"lock_timeout_seconds": min(seconds, self.lock_timeout_seconds)})

    def _existing_directory(self) -> Path:
        setting: str | None = self.directory
        if isinstance(setting, dg.EnvVar):  # used outside a run, where Dagster does not resolve it
            setting = os.environ.get(setting.env_var_name)
        if not setting:
            raise MissingCredentials(
                f"The directory of the warehouse's files is not set: set {getattr(self.directory, 'env_var_name', 'it')}."
            )
        directory = Path(setting).expanduser().absolute()
        if not directory.is_dir():
            raise MissingDirectory(
                f"The warehouse's directory {directory} does not exist. Start the local stack, which makes it, or "
                "correct the setting."
            )
        if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionDenied(
                f"The operating system forbids this user the warehouse's directory {directory}. Give it the right to "
                "read and write there."
            )
        return directory

    def _attach(
        self, connection: duckdb.DuckDBPyConnection, database: str, file: Path, read_only: bool
    ) -> None:
        """Attach a file under its database's name, waiting for whoever holds it."""
        import duckdb

        from dagster_open_platform.lib.warehouse.duckdb import sql
        from dagster_open_platform.lib.warehouse.duckdb.errors import classified
        from dagster_open_platform.lib.warehouse.duckdb.session import attached

        if database.lower() in attached(connection):
            return

        def once() -> None:
            try:
                connection.execute(sql.attach(database, file, read_only))
            except duckdb.Error as error:
                raise classified(error, f"opening {file}") from error

        tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(WarehouseLocked),
            stop=tenacity.stop_after_delay(self.lock_timeout_seconds),
            wait=tenacity.wait_exponential(multiplier=0.05, max=2.0) + tenacity.wait_random(0, 0.05),
            before_sleep=tenacity.before_sleep_log(dg.get_dagster_logger(), logging.INFO),
            reraise=True,
        )(once)


def duckdb_warehouse(
    directory: Path | dg.EnvVar, databases: Mapping[str, str], read_only: Sequence[str] = ()
) -> DuckDBWarehouse:
    """Return the warehouse resource of a laptop. Opens nothing.

    Args:
        directory: Directory of the database files, or the environment variable that holds it.
        databases: Logical to physical names of the databases.
        read_only: Physical names of those of them that are only read.
    """
    setting = directory if isinstance(directory, dg.EnvVar) else str(directory)
    return DuckDBWarehouse(directory=setting, databases=dict(databases), read_only=[*read_only])
