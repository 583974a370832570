"""Replicas on DuckDB: a copy of another directory's file, and copies of the tables of a schema.

What belongs here: the copying. What does not: what may be refreshed (`../replicas.py`).

The other file is attached for reading, which waits for nobody and is refused while somebody writes to it; a copy is made beside the
replica and renamed.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from dagster_open_platform.lib.warehouse import checks
from dagster_open_platform.lib.warehouse.duckdb import sql
from dagster_open_platform.lib.warehouse.duckdb.databases import of_system
from dagster_open_platform.lib.warehouse.duckdb.objects import DuckDBObjects
from dagster_open_platform.lib.warehouse.duckdb.session import attached
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.replicas import SchemaRef, checked_replica

_ORIGIN, _COPY = "_origin", "_copy"


class DuckDBReplicas(DuckDBObjects):
    """The part of a connection that refreshes replicas and clones their schemas."""

    def refresh_replica(self, replica: str, origin: str) -> None:
        """Copy a file into the place of the replica's (see the protocol)."""
        file = self._directory / f"{checked_replica(replica)}.duckdb"
        if not Path(origin).is_file():
            raise MissingObject(
                f"There is no file {origin}, of which {replica} is a replica. Let the other region's platform write it first."
            )
        what = f"refreshing {replica}"
        was_attached = replica.lower() in attached(self._connection)
        with self._errors(what), _files(what), self._copied(Path(origin), file) as partial:
            if was_attached:
                self._run(sql.detach(replica))
            partial.replace(file)
        if was_attached:
            self._attach(replica)

    def clone_schema(self, source: SchemaRef, target: SchemaRef) -> Mapping[str, int]:
        """Copy the tables of a schema in one transaction (see the protocol)."""
        checks.known_database(TableRef(target.database, target.name, "_"), self._databases, self._read_only)
        with self._errors(f"cloning the schema {source} to {target}"):
            names = [name for (name,) in self._rows(sql.tables(), [source.database, source.name])]
            if not names:
                raise MissingObject(
                    f"There is no table in the schema {source}, so there is nothing to clone."
                )
            self._attach(target.database)
            with self._transaction():
                for statement in sql.replace_schema(target.database, target.name):
                    self._run(statement)
                return {name.lower(): self._cloned(source, target, name) for name in names}

    def _cloned(self, source: SchemaRef, target: SchemaRef, name: str) -> int:
        copy = TableRef(target.database, target.name, name)
        rows = self._run(sql.copy_table(TableRef(source.database, source.name, name), copy))
        self._record(copy)
        return rows

    @contextlib.contextmanager
    def _copied(self, origin: Path, file: Path) -> Iterator[Path]:
        """A copy of a file with all that was committed to it; gone at the end unless it was renamed."""
        partial = file.with_name(f".{file.stem}.partial")
        partial.unlink(missing_ok=True)
        try:
            self._run(sql.attach(_ORIGIN, origin, read_only=True))
            try:
                self._run(sql.attach(_COPY, partial))
                try:
                    self._run(sql.copy_database(_ORIGIN, _COPY))
                finally:
                    self._run(sql.detach(_COPY))
            finally:
                self._run(sql.detach(_ORIGIN))
            with partial.open("rb") as written:
                os.fsync(written.fileno())
            yield partial
        finally:
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _files(what: str) -> Iterator[None]:
    """Turn what the operating system says about files into typed errors."""
    try:
        yield
    except OSError as error:
        raise of_system(error, what) from error
