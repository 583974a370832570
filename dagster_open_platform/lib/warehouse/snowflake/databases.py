"""Databases as wholes, on Snowflake.

What belongs here: listing, cloning and dropping them, and the SQL of that. What does not: which may be made and dropped
(`../databases.py`).

When a database was last used is the latest of three times:

- its creation (SHOW DATABASES, at once);
- the last change of one of its tables (ACCOUNT_USAGE.TABLES.LAST_ALTERED, up to 90 minutes late);
- the end of the last statement of a session in it (ACCOUNT_USAGE.QUERY_HISTORY, up to 45 minutes late; those of the last
  `LOOKED_BACK` days). Snowflake counts dbt, a worksheet and this platform to the database that is their current one.

ACCESS_HISTORY would also tell of reads by a qualified name out of another database. It is not asked: it exists in the
Enterprise edition only, is up to three hours late, and takes a scan of every access of the account. INFORMATION_SCHEMA is
never late, but shows a role only what it may read, a database at a time. Latencies:
https://docs.snowflake.com/en/sql-reference/account-usage#account-usage-views
"""

import datetime as dt
import re
from typing import Any

from dagster_open_platform.lib.warehouse.databases import DatabaseInfo, checked_clone, checked_drop
from dagster_open_platform.lib.warehouse.snowflake.errors import already_exists, is_missing
from dagster_open_platform.lib.warehouse.snowflake.session import SessionStatements
from dagster_open_platform.lib.warehouse.snowflake.session_sql import name

LOOKED_BACK = 30
"""Days in which the use of a database is looked for."""

SHOW = "SHOW DATABASES"
TABLES = (
    "SELECT table_catalog, max(last_altered), sum(bytes) FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES "
    "WHERE deleted IS NULL GROUP BY table_catalog"
)
QUERIES = (
    "SELECT database_name, max(end_time) FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY "
    "WHERE start_time >= dateadd(day, -?, current_timestamp()) AND database_name IS NOT NULL GROUP BY database_name"
)

_UNQUOTED = re.compile(r"[A-Z_][A-Z0-9_]*")


def create_clone(source: str, clone: str) -> str:
    """Create a database that shares the data of another one until either changes."""
    return f"CREATE DATABASE {name(clone)} CLONE {name(source)}"


def drop(database: str) -> str:
    """Drop a database with all that is in it; UNDROP DATABASE brings it back within its retention."""
    return f"DROP DATABASE {name(database)}"


class SnowflakeDatabases(SessionStatements):
    """The databases of the account that the role may know of."""

    def databases(self) -> list[DatabaseInfo]:
        """Describe them (see the protocol)."""
        with self._errors("listing the databases"):
            cursor = self._run(SHOW)
            columns = [column.name for column in cursor.description or []]
            shown = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        with self._errors(
            "reading when databases were used (grant the role the database roles SNOWFLAKE.OBJECT_VIEWER and"
            " SNOWFLAKE.GOVERNANCE_VIEWER)"
        ):
            tables = {row[0]: (row[1], row[2]) for row in self._rows(TABLES)}
            queries = dict(self._rows(QUERIES, [LOOKED_BACK]))
        return sorted(
            (
                _described(
                    database, *tables.get(database["name"], (None, None)), queries.get(database["name"])
                )
                for database in shown
            ),
            key=lambda database: database.name,
        )

    def clone(self, source: str, clone: str) -> bool:
        """Clone one, in one statement that is done or not (see the protocol)."""
        from snowflake.connector.errors import Error

        checked_clone(source, clone)
        with self._errors(f"cloning {source} to {clone}"):
            try:
                self._run(create_clone(source, clone))
            except Error as error:
                if already_exists(error):
                    return False
                raise
        return True

    def drop(self, database: str) -> bool:
        """Drop one (see the protocol)."""
        from snowflake.connector.errors import Error

        checked_drop(database)
        with self._errors(f"dropping {database}"):
            try:
                self._run(drop(database))
            except Error as error:
                if is_missing(error):
                    return False
                raise
        return True


def _described(
    shown: dict[str, Any], altered: dt.datetime | None, size: int | None, queried: dt.datetime | None
) -> DatabaseInfo:
    created = shown["created_on"].astimezone(dt.UTC)
    times = [created, *(time.astimezone(dt.UTC) for time in (altered, queried) if time is not None)]
    return DatabaseInfo(
        name=presented(shown["name"]),
        created_at=created,
        last_used_at=max(times),
        bytes=None if size is None else int(size),
    )


def presented(stored: str) -> str:
    """Return a database's name as the seam takes it.

    Args:
        stored: As Snowflake keeps it: in upper case, unless somebody has put it in quotes.

    Returns:
        Lower case for a name that needs no quotes; others in quotes, so that `"purina_clone_7"` is not taken for
        `PURINA_CLONE_7`, which is another database.
    """
    if _UNQUOTED.fullmatch(stored):
        return stored.lower()
    return f'"{stored}"'
