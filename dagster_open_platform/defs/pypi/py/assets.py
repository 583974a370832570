"""The tables of PyPI downloads: fetched by day, summed up by week.

What belongs here: the two functions that materialize. What does not: SQL and columns (``tables.py``), judging the data
(``checks.py``), showing it (``reports.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from dagster_open_platform.defs.pypi.py import checks, reports, tables
from dagster_open_platform.defs.pypi.py.errors import DownloadsMissing, WeekIncomplete
from dagster_open_platform.lib.bigquery.protocol import BigQuery
from dagster_open_platform.lib.columns import require_columns
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection, Window
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

if TYPE_CHECKING:
    import pyarrow as pa

DAY = dt.timedelta(days=1)


def daily_file_downloads(
    context: dg.AssetExecutionContext, bigquery: BigQuery, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Counts the downloads of Dagster's packages by day, version, installer and Python version.

    One query for the whole range of partitions; the rows of the range are replaced in one transaction.

    Raises:
        UnexpectedColumns: BigQuery answers with other columns. Nothing is changed.
        DownloadsMissing: A day has no downloads. Nothing is changed.
    """
    start, end = partition_days(context)
    parameters = {"start_time": _midnight(start), "end_time": _midnight(end)}
    table = tables.daily_table(warehouse)
    with bigquery.query_arrow(tables.DAILY_QUERY, parameters) as answer:
        require_columns(
            answer.reader.schema,
            tables.DAILY_COLUMNS,
            "BigQuery's file_downloads",
            "DAILY_COLUMNS in defs/pypi/py/tables.py",
        )
        with warehouse.connect() as connection:
            rows = _with_every_day(answer.reader, start, end)
            connection.replace_window(table, rows, Window("download_date", start, end))
            days = tables.read_days(connection, table)
            by_day = {day: count for day, (count, _) in days.items() if start <= day < end}
            for day, count in by_day.items():
                context.add_asset_metadata({"dagster/row_count": count}, partition_key=day.isoformat())
            report = reports.daily(connection, table, start, end, parameters)
    yield dg.MaterializeResult(
        metadata={
            **report,
            **reports.chart_of_days({day: total for day, (_, total) in days.items() if day < end}),
            "rows_in_range": sum(by_day.values()),
            "bytes_billed": answer.facts.bytes_billed,
            "slot_milliseconds": answer.facts.slot_milliseconds,
            "bigquery_job": answer.facts.job_id,
        }
    )
    recorded = context.instance.get_materialized_partitions(context.asset_key)
    yield checks.rows_landed_equal_rows_fetched(answer.total_rows, sum(by_day.values()))
    yield checks.no_partition_is_empty({*map(dt.date.fromisoformat, recorded), *_days(start, end)}, set(days))
    yield checks.daily_total_is_plausible({day: total for day, (_, total) in days.items()}, _days(start, end))


def dagster_pypi_downloads(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult]:
    """Sums up the daily downloads by week, package and version, inside the warehouse.

    Raises:
        WeekIncomplete: The daily table lacks days of a week. Nothing is changed.
    """
    start, end = partition_days(context)
    daily, weekly = tables.daily_table(warehouse), tables.weekly_table(warehouse)
    with warehouse.connect() as connection:
        _require_days(connection, daily, start, end)
        sql = tables.WEEKLY_QUERY.format(daily=connection.quoted(daily))
        summed = connection.query(sql, [start, end, start, end])
        connection.replace_window(weekly, summed, Window("week_start", start, end))
        weeks = tables.read_weeks(connection, weekly)
        for week, (count, _) in weeks.items():
            if start <= week < end:
                context.add_asset_metadata({"dagster/row_count": count}, partition_key=week.isoformat())
        report = reports.weekly(connection, weekly, start, end, sql)
    yield dg.MaterializeResult(
        metadata={
            **report,
            **reports.chart_of_weeks({week: total for week, (_, total) in weeks.items() if week < end}),
            "rows_in_range": summed.num_rows,
        }
    )


def partition_days(context: dg.AssetExecutionContext) -> tuple[dt.date, dt.date]:
    """The days that the run's partitions cover: the first, and the one after the last (UTC)."""
    window = context.partition_time_window
    return window.start.date(), window.end.date()


def _with_every_day(rows: pa.RecordBatchReader, start: dt.date, end: dt.date) -> pa.RecordBatchReader:
    """The rows as they come; after the last one an error if a day had none, so that the write is undone."""
    import pyarrow as pa

    def checked() -> Iterator[pa.RecordBatch]:
        missing = set(_days(start, end))
        for batch in rows:
            missing -= set(batch["download_date"].unique().to_pylist())
            yield batch
        if missing:
            raise DownloadsMissing(
                f"BigQuery has no downloads for {_listed(missing)}. Nothing was written. Days appear within hours:"
                " materialize them again later, and other days of the range without them."
            )

    return pa.RecordBatchReader.from_batches(rows.schema, checked())


def _require_days(connection: WarehouseConnection, daily: TableRef, start: dt.date, end: dt.date) -> None:
    missing = set(_days(start, end)) - set(tables.read_days(connection, daily))
    if missing:
        raise WeekIncomplete(
            f"The weeks from {start} to {end - DAY} cannot be summed up: {daily} has no rows for {_listed(missing)}."
            " Nothing was written. Materialize bigquery/pypi/daily_file_downloads for these days first."
        )


def _days(start: dt.date, end: dt.date) -> list[dt.date]:
    return [start + DAY * number for number in range((end - start).days)]


def _listed(days: set[dt.date]) -> str:
    first = [day.isoformat() for day in sorted(days)[:10]]
    return ", ".join(first) + (f" and {len(days) - 10} more days" if len(days) > 10 else "")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
