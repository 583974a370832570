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
    with duckdb.connect() as connection:
        for schema in SCHEMAS:
            if f"{schema}." not in query:
                continue
            connection.execute(f"CREATE SCHEMA {schema}")
            for name, table in rows(schema, settings, today).items():
                connection.register("arrived", table)
                connection.table("arrived").create(f"{schema}.{name}")
        return connection.execute(query).fetchall()
