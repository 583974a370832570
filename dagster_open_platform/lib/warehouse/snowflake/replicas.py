"""Replicas on Snowflake: secondary databases, and zero-copy clones of their schemas.

What belongs here: the statements and their order. What does not: what may be refreshed (`../replicas.py`).

The account that has the original must have let it out once: ``ALTER DATABASE outbound ENABLE REPLICATION TO ACCOUNTS organization.account``
(https://docs.snowflake.com/en/user-guide/database-replication-config). A secondary database is read-only; what is cloned out of it is
not (https://docs.snowflake.com/en/sql-reference/sql/create-clone).
"""

import re
from collections.abc import Mapping

from dagster_open_platform.lib.warehouse import checks
from dagster_open_platform.lib.warehouse.errors import InvalidIdentifier
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.replicas import SchemaRef, checked_replica
from dagster_open_platform.lib.warehouse.snowflake.objects import SnowflakeObjects
from dagster_open_platform.lib.warehouse.snowflake.session_sql import name

_ORIGIN = re.compile(r"\w+\.\w+\.\w+", re.ASCII)


def create_replica(replica: str, origin: str) -> str:
    """Create a secondary database if it is missing.

    Args:
        replica: Its name.
        origin: `organization.account.database`.
    """
    return f"CREATE DATABASE IF NOT EXISTS {name(replica)} AS REPLICA OF {name(*origin.split('.'))}"


def refresh(replica: str) -> str:
    """Bring a secondary database to what its original holds."""
    return f"ALTER DATABASE {name(replica)} REFRESH"


def clone_schema(source: SchemaRef, target: SchemaRef) -> str:
    """Replace a schema by one that shares another one's data until either changes."""
    return (
        f"CREATE OR REPLACE SCHEMA {name(target.database, target.name)}"
        f" CLONE {name(source.database, source.name)}"
    )


def counted(target: SchemaRef) -> str:
    """Name and rows of each table of a schema; binds the schema."""
    return (
        f"SELECT table_name, row_count FROM {name(target.database)}.INFORMATION_SCHEMA.TABLES"  # noqa: S608 - quoted
        " WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY table_name"
    )


class SnowflakeReplicas(SnowflakeObjects):
    """The part of a connection that refreshes replicas and clones their schemas."""

    def refresh_replica(self, replica: str, origin: str) -> None:
        """Create and refresh a secondary database (see the protocol)."""
        checked_replica(replica)
        if not _ORIGIN.fullmatch(origin):
            raise InvalidIdentifier(
                f"{replica} cannot be a replica of {origin!r}; expected organization.account.database."
            )
        with self._errors(f"refreshing {replica}"):
            self._run(create_replica(replica, origin))
            self._run(refresh(replica))

    def clone_schema(self, source: SchemaRef, target: SchemaRef) -> Mapping[str, int]:
        """Clone a schema, in one statement that is done or not (see the protocol)."""
        checks.known_database(TableRef(target.database, target.name, "_"), self._databases, self._read_only)
        with self._errors(f"cloning the schema {source} to {target}"):
            self._run(clone_schema(source, target))
            rows = self._rows(counted(target), [target.name.upper()])
        return {str(table).lower(): int(count or 0) for table, count in rows}
