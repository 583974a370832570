"""What a source of raw tables is.

What belongs here: the company as of a moment, and writing tables. What does not: which sources there are (`land.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.settings import CompanySettings

Tables = Mapping[str, pa.Table]
"""``schema.table`` to its rows."""


@dataclass(frozen=True)
class Company:
    """A company on a date.

    Args:
        settings: Its settings.
        today: The date; nothing of it has happened yet.
    """

    settings: CompanySettings
    today: date

    @property
    def now(self) -> datetime:
        """00:00 UTC of the date: when everything is loaded."""
        return datetime.combine(self.today, time(), UTC)

    @property
    def days(self) -> list[date]:
        """The days that are over."""
        count = (self.today - self.settings.epoch).days
        return [self.settings.epoch + timedelta(days=number) for number in range(count)]


@dataclass(frozen=True)
class Source:
    """Tables that come together.

    Args:
        database: The file they are in.
        write: Makes them, in an open connection to the file. Without a company: with all their columns, and no rows.
    """

    database: str
    write: Callable[[duckdb.DuckDBPyConnection, Company | None], None]


def of_tables(database: str, rows: Callable[[Company], Tables], columns: Callable[[], Tables]) -> Source:
    """A source whose tables are known as Arrow.

    Args:
        database: The file they are in.
        rows: Gives them.
        columns: Gives them without rows.
    """

    def write(connection: duckdb.DuckDBPyConnection, company: Company | None) -> None:
        put(connection, columns() if company is None else rows(company))

    return Source(database, write)


def put(connection: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Make tables, in the place of those that are there.

    Args:
        connection: To the file.
        tables: With constant names.
    """
    # The database's name, for a schema may have the same.
    database = connection.execute("SELECT current_database()").fetchall()[0][0]
    for schema in {name.split(".")[0] for name in tables}:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{database}"."{schema}"')
    for name, rows in tables.items():
        connection.register("rows_to_land", rows)
        schema, table = name.split(".")
        connection.execute(f'CREATE OR REPLACE TABLE "{database}"."{schema}"."{table}" AS FROM rows_to_land')
        connection.unregister("rows_to_land")
