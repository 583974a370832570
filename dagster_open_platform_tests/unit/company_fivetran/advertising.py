"""What the tests of advertising tools share: their rows, and DuckDB over them.

What belongs here: that. What does not: tests.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS, Connector
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMAS = ("google_ads", "linkedin_ads", "reddit_ads", "bingads", "google_analytics_4")
COMPANY, TODAY = CompanySettings(), date(2026, 11, 26)
LARGE = CompanySettings(scale=30.0)
"""Large enough that shares of sign-ups are what they are meant to be."""


def connector(schema: str) -> Connector:
    """The connector that loads a schema."""
    return next(each for each in CONNECTORS if each.schema == schema)


@lru_cache(maxsize=32)
def rows(schema: str, settings: CompanySettings = COMPANY, today: date = TODAY) -> Mapping[str, pa.Table]:
    """The rows of a schema."""
    return connector(schema).rows(settings, today)


def ask(
    query: str, settings: CompanySettings = COMPANY, today: date = TODAY, **parts: object
) -> list[tuple[Any, ...]]:
    """What DuckDB answers.

    Args:
        query: Names tables as `<schema>.<table>`.
        settings: The company's.
        today: Its date.
        parts: What stands in the query's braces.
    """
    query = query.format(**parts)
    database = _database(settings, today)
    for schema in SCHEMAS:
        if f"{schema}." in query:
            database.bring(schema)
    return database.connection.execute(query).fetchall()


class _Database:
    """The tables of a company, schema by schema as they are asked for."""

    def __init__(self, settings: CompanySettings, today: date) -> None:
        self.connection = duckdb.connect()
        self._of = (settings, today)
        self._there: set[str] = set()

    def bring(self, schema: str) -> None:
        if schema in self._there:
            return
        self._there.add(schema)
        self.connection.execute(f"CREATE SCHEMA {schema}")
        for name, table in rows(schema, *self._of).items():
            self.connection.register("arrived", table)
            self.connection.table("arrived").create(f"{schema}.{name}")
        self.connection.unregister("arrived")


# As many as the tests of a file ask about, one after another.
_database = lru_cache(maxsize=2)(_Database)
