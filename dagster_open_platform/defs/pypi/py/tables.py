"""The tables of PyPI downloads: where they are, what is in them, how they are queried.

What belongs here: names, columns, SQL, and what the tables hold. What does not: filling them (``assets.py``).
"""

import datetime as dt
from collections.abc import Mapping
from importlib.resources import files

from dagster_open_platform.lib.columns import Column
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

DAILY_COLUMNS = (
    Column("download_date", "date", "UTC day of the downloads."),
    Column("project", "string", "Name of the package, as the index spells it."),
    Column("version", "string", "Version of the downloaded file."),
    Column("installer", "string", "Client that downloaded, such as pip or uv.", nullable=True),
    Column("python_version", "string", "Version of Python that the client ran on.", nullable=True),
    Column("download_count", "integer", "Files downloaded."),
)
WEEKLY_COLUMNS = (
    Column("week_start", "date", "Monday with which the week starts (UTC)."),
    Column("project", "string", "Name of the package, as the index spells it."),
    Column("version", "string", "Version of the downloaded files."),
    Column("download_count", "integer", "Files downloaded in the week, by every installer."),
    Column("days_counted", "integer", "Days of the week that the daily table has; 7 if it is complete."),
)
_FOLDER = files("dagster_open_platform.defs.pypi.py")
DAILY_QUERY = (_FOLDER / "daily_file_downloads.sql").read_text(encoding="utf-8")
WEEKLY_QUERY = (_FOLDER / "dagster_pypi_downloads.sql").read_text(encoding="utf-8")


def daily_table(warehouse: WarehouseResource) -> TableRef:
    """The table behind ``bigquery/pypi/daily_file_downloads``."""
    return warehouse.table("purina", "pypi", "daily_file_downloads")


def weekly_table(warehouse: WarehouseResource) -> TableRef:
    """The table behind ``purina/oss_analytics/dagster_pypi_downloads``."""
    return warehouse.table("purina", "oss_analytics", "dagster_pypi_downloads")


def read_days(connection: WarehouseConnection, table: TableRef) -> Mapping[dt.date, tuple[int, int]]:
    """What the daily table holds: day → rows, downloads."""
    return _read_totals(connection, table, "download_date")


def read_weeks(connection: WarehouseConnection, table: TableRef) -> Mapping[dt.date, tuple[int, int]]:
    """What the weekly table holds: Monday → rows, downloads."""
    return _read_totals(connection, table, "week_start")


def _read_totals(
    connection: WarehouseConnection, table: TableRef, column: str
) -> Mapping[dt.date, tuple[int, int]]:
    if connection.columns(table) is None:
        return {}
    found = connection.query(
        f"select {column} as period, cast(count(*) as bigint) as row_count,"  # noqa: S608 names only, no values
        f" cast(sum(download_count) as bigint) as total from {connection.quoted(table)} group by 1 order by 1"
    )
    return {row["period"]: (row["row_count"], row["total"]) for row in found.to_pylist()}
