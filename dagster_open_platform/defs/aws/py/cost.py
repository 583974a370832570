"""The AWS bill: fetched by the month, again and again while the month runs.

What belongs here: the function that materializes. What does not: the table (``cost_tables.py``), judging it
(``cost_checks.py``), reading files (``lib/aws/parquet.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_open_platform.defs.aws.py import cost_checks, cost_tables
from dagster_open_platform.lib.aws.buckets import BILLING
from dagster_open_platform.lib.aws.parquet import ParquetFiles, parquet_files
from dagster_open_platform.lib.aws.protocol import ObjectStore, ObjectStores
from dagster_open_platform.lib.columns import Column, table_schema
from dagster_open_platform.lib.presentation import bar_chart
from dagster_open_platform.lib.warehouse.protocol import SchemaDrift
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.failures import PermanentFailure

if TYPE_CHECKING:
    from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection

FOLDERS = "aws/cost/"
_PERIOD = "BILLING_PERIOD="
_CHART_DAYS = 31


class BillMissing(PermanentFailure):
    """There is no file for a month that must have one."""


def aws_cost_report(
    context: dg.AssetExecutionContext, s3: ObjectStores, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Replaces a month's bill by what AWS says of it now.

    Columns that AWS has added are added to the table; those that it has left out stay, empty for the month.

    Raises:
        BillMissing: The month has no file. Nothing is changed.
        InvalidParquet, ColumnTypesDiffer, SchemaMismatch: Files are damaged, or have columns of other types. Nothing is
            changed.
        ObjectChanged: AWS kept writing them. Nothing is changed.
    """
    month = dt.date.fromisoformat(context.partition_key)
    table = cost_tables.cost_table(warehouse)
    with s3.connect() as store, parquet_files(store, BILLING, folder_of(month)) as files:
        rows = files.rows()
        with warehouse.connect() as connection:
            if files.paths:
                window = cost_tables.month_window(month)
                connection.replace_window(table, files.reader(), window, SchemaDrift.FOLLOW)
            else:
                _require_not_yet_begun(store, connection, table, month)
            landed = cost_tables.rows_of_month(connection, table, month)
            costs = cost_tables.cost_a_day(connection, table)
            metadata = _metadata(connection, table, month, files)
    in_month = {day: cost for day, cost in costs.items() if day.replace(day=1) == month}
    chart = {day.isoformat(): cost for day, cost in list(in_month.items())[-_CHART_DAYS:]}
    yield dg.MaterializeResult(
        metadata={
            **metadata,
            "dagster/partition_row_count": landed,
            "cost": round(sum(in_month.values()), 2),
            "chart": bar_chart(chart, "Cost a day, USD"),
        }
    )
    yield cost_checks.rows_landed_equal_rows_in_files(rows, landed)


def folder_of(month: dt.date) -> str:
    """What the keys of a month's files begin with."""
    return f"{FOLDERS}{_PERIOD}{month:%Y-%m}/"


def _require_not_yet_begun(
    store: ObjectStore, connection: WarehouseConnection, table: TableRef, month: dt.date
) -> None:
    """Accepts that there is no file only for the month that comes next: AWS writes the first one a day after it began.

    Raises:
        BillMissing: For any other month, or if the table has rows of it.
    """
    folders = [name for name in store.list_folders(BILLING, FOLDERS) if name.startswith(_PERIOD)]
    latest = max(folders, default="").removeprefix(_PERIOD)
    expected = cost_tables.next_month(dt.date.fromisoformat(f"{latest}-01")) if latest else None
    if month != expected or cost_tables.rows_of_month(connection, table, month):
        raise BillMissing(
            f"There is no Parquet file in s3://{BILLING}/{folder_of(month)}; the latest month that has files is"
            f" {latest or 'none'}. Nothing was changed. Check that the export still runs: AWS console, Billing and Cost"
            " Management, Data Exports."
        )


def _metadata(
    connection: WarehouseConnection, table: TableRef, month: dt.date, files: ParquetFiles
) -> dict[str, Any]:
    present = connection.columns(table) or {}
    known = {column.name: column for column in cost_tables.COLUMNS}
    columns = [
        known.get(name) or Column(name, "string", f"Added by AWS; {kind} in the warehouse.", nullable=True)
        for name, kind in present.items()
    ]
    return {
        "dagster/table_name": str(table),
        "dagster/column_schema": table_schema(columns or cost_tables.COLUMNS),
        "month": f"{month:%Y-%m}",
        "files": len(files.paths),
        "bytes": files.bytes,
    }
