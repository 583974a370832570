"""Downloads of packages, by day and by week.

What belongs here: counting them. What does not: the downloads (`company/pypi.py`).
"""

from datetime import date, timedelta

import duckdb
import pyarrow as pa

from dagster_open_platform.defs.pypi.py import tables
from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform_local.company.pypi import downloads_of_day
from dagster_open_platform_local.landing.source import Company, Source, put

_DAILY, _WEEKLY = "pypi.daily_file_downloads", "oss_analytics.dagster_pypi_downloads"
# What the platform's query asks of BigQuery, asked of DuckDB.
_OF_DAY = """
    SELECT CAST(timestamp AS DATE) AS download_date, file.project, file.version, details.installer.name AS installer,
        details.python AS python_version, count(*) AS download_count
    FROM downloads
    WHERE project = 'dagster' OR starts_with(project, 'dagster-') OR project = 'dagstermill'
    GROUP BY ALL ORDER BY ALL
"""


def _write(connection: duckdb.DuckDBPyConnection, company: Company | None) -> None:
    columns = {_DAILY: tables.DAILY_COLUMNS, _WEEKLY: tables.WEEKLY_COLUMNS}
    put(connection, {name: arrow_schema(found).empty_table() for name, found in columns.items()})
    if company is None or not company.days:
        return
    days = [_counted(connection, company, day) for day in company.days]
    put(connection, {_DAILY: pa.concat_tables(days).cast(arrow_schema(tables.DAILY_COLUMNS))})
    start, end = _monday(company.settings.epoch + timedelta(days=6)), _monday(company.today)
    query = tables.WEEKLY_QUERY.format(daily=_DAILY)
    connection.execute(f"INSERT INTO {_WEEKLY} {query}", [start, end, start, end])


def _counted(connection: duckdb.DuckDBPyConnection, company: Company, day: date) -> pa.Table:
    connection.register("downloads", downloads_of_day(company.settings, day))
    found = connection.execute(_OF_DAY).to_arrow_table()
    connection.unregister("downloads")
    return found


def _monday(day: date) -> date:
    """The Monday on or before a day."""
    return day - timedelta(days=day.weekday())


PYPI = Source("purina", _write)
