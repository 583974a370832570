"""Replicas: databases of another region's warehouse that this one has for reading, and what is taken out of them.

What belongs here: what crosses the seam, and the guard that both engines ask. What does not: how an engine does it
(`duckdb/replicas.py`, `snowflake/replicas.py`), and what a region lets out (its own ``defs/``).

Only names of `utils/databases.REPLICAS` are ever refreshed, so that no mistake can replace a database that the platform writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dagster_open_platform.lib.warehouse.errors import NotAReplica
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.utils.databases import REPLICAS


@dataclass(frozen=True)
class SchemaRef:
    """A schema by its physical name.

    Args:
        database: Physical database.
        name: Schema inside the database.

    Raises:
        InvalidIdentifier: A part is not a plain name.
    """

    database: str
    name: str

    def __post_init__(self) -> None:
        validated(self.database, "database")
        validated(self.name, "schema")

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


class Replicas(Protocol):
    """What may be asked about replicas; a part of `protocol.WarehouseConnection`."""

    def refresh_replica(self, replica: str, origin: str) -> None:
        """Make a replica hold what the database that it is a replica of holds now; made if it is missing.

        Whoever kills it in the middle finds what was there before, or all that is new.

        Args:
            replica: One of `utils/databases.REPLICAS`.
            origin: What the other warehouse answers to `WarehouseResource.origin`.

        Raises:
            NotAReplica: `replica` is another database. Nothing is changed.
            MissingObject: There is no such origin, or the role must not know it. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`. Nothing is changed.
        """
        ...

    def clone_schema(self, source: SchemaRef, target: SchemaRef) -> Mapping[str, int]:
        """Make a schema hold the tables of another one as they are now, and nothing else, in one statement or transaction.

        Args:
            source: What is cloned.
            target: A schema of a database that the warehouse writes; what is in it goes.

        Returns:
            Lower-case name of each table to its number of rows.

        Raises:
            MissingObject: There is no `source`. Nothing is changed.
            PermanentFailure, RetryableFailure: Another one of `errors.py`. Nothing is changed.
        """
        ...


def checked_replica(replica: str) -> str:
    """Return the name, if it is a replica's.

    Raises:
        NotAReplica: It is another database's.
    """
    if replica not in REPLICAS:
        raise NotAReplica(
            f"{replica!r} is no replica, so it is not refreshed. Replicas are: {', '.join(REPLICAS)}."
        )
    return replica
