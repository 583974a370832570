"""What an asset's page shows about downloads.

What belongs here: metadata of materializations. What does not: anything that a run depends on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster_open_platform.defs.pypi.py import tables
from dagster_open_platform.lib.columns import Column, table_schema
from dagster_open_platform.lib.presentation import bar_chart, markdown_query, markdown_table

if TYPE_CHECKING:
    from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection

CHART_DAYS, CHART_WEEKS = 28, 26


def daily(
    connection: WarehouseConnection,
    table: TableRef,
    start: dt.date,
    end: dt.date,
    parameters: Mapping[str, Any],
) -> dict[str, Any]:
    """Metadata of a range of days, read back from the table."""
    return {
        **_common(connection, table, "download_date", start, end, tables.DAILY_COLUMNS),
        "query": markdown_query(tables.DAILY_QUERY, parameters),
    }


def weekly(
    connection: WarehouseConnection, table: TableRef, start: dt.date, end: dt.date, sql: str
) -> dict[str, Any]:
    """Metadata of a range of weeks, read back from the table."""
    return {
        **_common(connection, table, "week_start", start, end, tables.WEEKLY_COLUMNS),
        "query": markdown_query(sql, {"1, 3": start, "2, 4": end}),
    }


def chart_of_days(totals: Mapping[dt.date, int]) -> dict[str, Any]:
    """The latest days of those given."""
    return {"chart": _chart(totals, CHART_DAYS, "Downloads a day")}


def chart_of_weeks(totals: Mapping[dt.date, int]) -> dict[str, Any]:
    """The latest weeks of those given."""
    return {"chart": _chart(totals, CHART_WEEKS, "Downloads a week")}


def _chart(totals: Mapping[dt.date, int], latest: int, title: str) -> Any:
    shown = sorted(totals)[-latest:]
    return bar_chart({period.isoformat(): totals[period] for period in shown}, title)


def _common(
    connection: WarehouseConnection,
    table: TableRef,
    column: str,
    start: dt.date,
    end: dt.date,
    columns: Sequence[Column],
) -> dict[str, Any]:
    # Names of a table and a column, no values: those are bound.
    rows = f"from {connection.quoted(table)} where {column} >= ? and {column} < ?"
    top = connection.query(
        f"select project, cast(sum(download_count) as bigint) as downloads {rows}"
        " group by project order by downloads desc, project limit 10",
        [start, end],
    )
    preview = connection.query(
        f"select {', '.join(named.name for named in columns)} {rows}"
        " order by download_count desc, project, version limit 10",
        [start, end],
    )
    return {
        "dagster/table_name": str(table),
        "dagster/column_schema": table_schema(columns),
        "partition_range": f"{start} to {end - dt.timedelta(days=1)}",
        "top_packages": markdown_table(top),
        "preview": markdown_table(preview),
    }
