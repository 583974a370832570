"""The Dagster resource through which assets reach the warehouse, whichever engine it is.

What belongs here: the abstract resource and the naming of databases. What does not: settings of an engine
(`duckdb/resource.py`, `snowflake/resource.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Self

import dagster as dg
from pydantic import Field

from dagster_open_platform.lib.warehouse.errors import UnknownDatabase
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection


class WarehouseResource(dg.ConfigurableResource, ABC):
    """The warehouse. Its resource key is `warehouse`; every op that opens it declares `pool="warehouse"`."""

    databases: dict[str, str] = Field(
        description="Logical database names, as assets use them, to the physical ones of this environment."
    )
    read_only: list[str] = Field(
        default=[], description="Physical names of those of them that others fill and that are only read."
    )

    @property
    def written(self) -> list[str]:
        """Physical names of the databases that may be written to, in order."""
        return sorted({*self.databases.values()} - {*self.read_only})

    def table(self, database: str, schema: str, name: str) -> TableRef:
        """Return the physical table of a logical name.

        Args:
            database: Logical database, for example `purina`.
            schema: Schema, the same in every environment.
            name: Table, the same in every environment.

        Raises:
            UnknownDatabase: When this resource has no such database; lists those that it has.
            InvalidIdentifier: When a name is not a plain one.
        """
        return TableRef(self.physical(database), schema, name)

    @abstractmethod
    def origin(self, database: str) -> str:
        """Where a database is for another warehouse of the same engine, which may have a replica of it.

        Args:
            database: Logical database.

        Returns:
            What `refresh_replica` takes: on Snowflake `organization.account.database`, on DuckDB the file.

        Raises:
            UnknownDatabase: This resource has no such database.
            MissingCredentials: A setting is missing that says where the warehouse is.
        """

    def physical(self, database: str) -> str:
        """Return the physical name of a logical database.

        Raises:
            UnknownDatabase: This resource has no such database; lists those that it has.
        """
        if database not in self.databases:
            known = ", ".join(sorted(self.databases)) or "none"
            raise UnknownDatabase(f"There is no database {database!r} in this warehouse; it has: {known}.")
        return self.databases[database]

    @abstractmethod
    def connect(self) -> AbstractContextManager[WarehouseConnection]:
        """Open the warehouse for the length of a `with` block.

        Raises:
            PermanentFailure, RetryableFailure: One of `errors.py`.
        """

    def connect_without_databases(self) -> AbstractContextManager[WarehouseConnection]:
        """Open the warehouse without its databases: to list, make and drop them, which may not be there yet.

        Raises:
            PermanentFailure, RetryableFailure: One of `errors.py`.
        """
        return self.connect()

    def waiting_at_most(self, seconds: float) -> "WarehouseResource":
        """Return this warehouse for somebody who cannot wait, such as a sensor.

        Args:
            seconds: How long to wait for what another process holds, where an engine has such a thing.
        """
        return self

    def only(self, databases: Collection[str]) -> Self:
        """Return this warehouse with some of its databases, so that nothing of the others is opened.

        Args:
            databases: Logical names; those that it does not have are left out.
        """
        kept = {name: physical for name, physical in self.databases.items() if name in databases}
        return self.model_copy(update={"databases": kept})
