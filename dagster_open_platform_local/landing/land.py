"""Fills a directory with the raw tables of a company.

What belongs here: which sources there are, and filling them. What does not: any of them.
"""

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

import duckdb

from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.landing import delivered, exports, external, product, pypi, vendors
from dagster_open_platform_local.landing.source import Company, Source
from dagster_open_platform_local.services.warehouse_file import FILE_FORMAT, database_file

SOURCES: Mapping[str, Source] = {
    "product": product.PRODUCT,
    "claude": vendors.CLAUDE,
    "github": vendors.GITHUB,
    "slack": vendors.SLACK,
    "pypi": pypi.PYPI,
    "aws": exports.AWS,
    "events": exports.EVENTS,
    "cost_exports": external.COST_EXPORTS,
    "community": external.COMMUNITY,
    "oss_telemetry": external.TELEMETRY,
    "workspace": external.SNAPSHOTS,
    **{schema: delivered.fivetran(schema) for schema in dict.fromkeys(each.schema for each in CONNECTORS)},
    "segment": delivered.SEGMENT,
    "stripe": delivered.STRIPE,
}
"""By name: those that Fivetran loads by the name of their schema."""
DATABASES = tuple(dict.fromkeys(source.database for source in SOURCES.values()))
"""The databases that they fill."""

EU_SOURCES: Mapping[str, Source] = {"product": product.PRODUCT_EU, "outbound": product.OUTBOUND_EU}
"""By name: what the EU region's own warehouse has."""
EU_DATABASES = tuple(source.database for source in EU_SOURCES.values())
"""The databases that they fill."""


def land(
    directory: Path, settings: CompanySettings, today: date, *, sources: Collection[str] | None = None
) -> None:
    """Make the raw tables of a company as of 00:00 UTC of a date, in the place of those that are there.

    Args:
        directory: Of the .duckdb files; every database is there afterwards, empty if nothing was to be put into it.
        settings: The company's.
        today: The date. Columns that sources get later are not there before.
        sources: Names of `SOURCES`; None: all. Tables of others stay as they are.
    """
    _write(directory, Company(settings, today), _chosen(sources), DATABASES)


def land_eu(directory: Path, settings: CompanySettings, today: date) -> None:
    """Make the tables of the EU region's own warehouse, likewise.

    Args:
        directory: Of its .duckdb files.
        settings: The company's.
        today: The date.
    """
    _write(directory, Company(settings, today), EU_SOURCES, EU_DATABASES)


def empty(directory: Path, *, sources: Collection[str] | None = None) -> None:
    """Make the raw tables with all columns that they ever have, and without rows.

    Args:
        directory: As for `land`.
        sources: As for `land`.
    """
    _write(directory, None, _chosen(sources), DATABASES)


def _chosen(names: Collection[str] | None) -> Mapping[str, Source]:
    """Sources by name."""
    return {name: source for name, source in SOURCES.items() if names is None or name in names}


def _write(
    directory: Path, company: Company | None, sources: Mapping[str, Source], databases: Collection[str]
) -> None:
    for database in databases:
        _ensure_file(directory, database)
        chosen = [source for source in sources.values() if source.database == database]
        if not chosen:
            continue
        with duckdb.connect(str(database_file(directory, database)), config=FILE_FORMAT) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET threads = 1")
            # One transaction: a directory is filled or as it was.
            connection.begin()
            for source in chosen:
                source.write(connection, company)
            connection.commit()


def _ensure_file(directory: Path, database: str) -> None:
    """Make the file, if there is none: in the smallest blocks, since most of its thousands of columns have few values."""
    path = database_file(directory, database)
    if path.exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config=FILE_FORMAT) as connection:
        connection.execute(f"ATTACH '{path}' AS made (BLOCK_SIZE 16384)")
