"""From Anthropic into the warehouse: one loader for all five tables.

What belongs here: what is fetched for which table, how it is written, and what is told about it. What does not: assets and partitions
(`assets.py`), SQL (`sql/`), what must hold of the tables at any time (`checks.py`).

Everything is read before anything is written, and each table is written in one transaction: a run that fails or is killed between two pages
leaves what was there, and running it again changes nothing.

- A report is replaced for the days of the run. A day without data becomes an empty partition, and the materialization says so.
- A list tells the present only, so its table is not partitioned. It is replaced as a whole by the new list and those who are gone from it,
  which keep their last state and the time at which they were first missed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from dagster_open_platform.defs.claude.py.statements import statement
from dagster_open_platform.lib.anthropic import tables
from dagster_open_platform.lib.anthropic.columns import TABLES
from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource, Window

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.anthropic.protocol import AdminApi
    from dagster_open_platform.lib.anthropic.resource import AnthropicResource

DATABASE, SCHEMA = "purina", "claude"
DAY = "usage_date"
"""The column of a report that says to which partition a row belongs."""
NO_DAY_IS_EMPTY = "no_day_is_empty"
_DAY = dt.timedelta(days=1)
_PREVIEW_ROWS = 5


@dataclass(frozen=True)
class Report:
    """A table with a partition for each day.

    Args:
        name: Of the table.
        fetch: Reads the days from the first to the one before the last.
    """

    name: str
    fetch: Callable[[AdminApi, dt.date, dt.date], pa.Table]


@dataclass(frozen=True)
class Listing:
    """A table of what there is now.

    Args:
        name: Of the table.
        fetch: Reads all of it.
    """

    name: str
    fetch: Callable[[AdminApi], pa.Table]


def _code(api: AdminApi, start: dt.date, end: dt.date) -> pa.Table:
    # The endpoint knows single days only.
    days = days_between(start, end)
    return tables.claude_code_table((day, page) for day in days for page in api.claude_code(day))


USAGE = Report("usage", lambda api, start, end: tables.usage_table(api.usage(start, end), start, end))
COST = Report("cost", lambda api, start, end: tables.cost_table(api.cost(start, end), start, end))
CLAUDE_CODE = Report("claude_code", _code)
API_KEYS = Listing("api_keys", lambda api: tables.api_keys_table(api.api_keys()))
USERS = Listing("users", lambda api: tables.users_table(api.users()))


def table_of(warehouse: WarehouseResource, name: str) -> TableRef:
    """The table of a report or a list."""
    return warehouse.table(DATABASE, SCHEMA, name)


def load(
    context: dg.AssetExecutionContext,
    source: Report | Listing,
    anthropic: AnthropicResource,
    warehouse: WarehouseResource,
) -> dg.MaterializeResult:
    """Fetches a table and writes it.

    Args:
        context: Of the run, with the days of a report.
        source: What is loaded.
        anthropic: Where from.
        warehouse: Where to.

    Raises:
        PermanentFailure, RetryableFailure: What Anthropic's client and the warehouse raise; the table is then as it was.
    """
    if isinstance(source, Report):
        window = context.partition_time_window
        start, end = window.start.date(), window.end.date()
        with anthropic.connect() as api:
            fetched, told = source.fetch(api, start, end), api.statistics()
        with warehouse.connect() as connection:
            result = _land_report(connection, table_of(warehouse, source.name), fetched, start, end)
            for day, rows in result.rows.items():
                context.add_asset_metadata({"dagster/row_count": rows}, partition_key=day.isoformat())
        return dg.MaterializeResult(
            metadata={**result.metadata, **_common(warehouse, source, fetched), **told},
            check_results=[result.check],
        )
    with anthropic.connect() as api:
        fetched, told = source.fetch(api), api.statistics()
    with warehouse.connect() as connection:
        metadata = _land_listing(
            connection, table_of(warehouse, source.name), source.name, fetched, anthropic.now()
        )
    return dg.MaterializeResult(metadata={**metadata, **_common(warehouse, source, fetched), **told})


@dataclass(frozen=True)
class _Landed:
    rows: dict[dt.date, int]
    metadata: dict[str, Any]
    check: dg.AssetCheckResult


def _land_report(
    connection: WarehouseConnection, table: TableRef, fetched: pa.Table, start: dt.date, end: dt.date
) -> _Landed:
    written = connection.replace_window(table, fetched, Window(DAY, start, end))
    # Asked of the table itself, and not of what was written.
    found = connection.query(statement(connection, "rows_by_day", table=table), [start, end]).to_pylist()
    counted = {row[DAY]: row["row_count"] for row in found}
    rows = {day: counted.get(day, 0) for day in days_between(start, end)}
    empty = [day.isoformat() for day, count in rows.items() if not count]
    metadata = {
        "dagster/partition_row_count": sum(rows.values()),
        "days": f"{start} to {end - _DAY}",
        "days_without_data": empty,
        "rows_deleted": written.rows_deleted,
        "rows_inserted": written.rows_inserted,
    }
    check = dg.AssetCheckResult(
        check_name=NO_DAY_IS_EMPTY,
        passed=not empty,
        # On holidays nobody works; whether a day is one only people know.
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"days_without_data": empty, "days": len(rows)},
        description=(
            f"Anthropic has no data for {len(empty)} of {len(rows)} days, whose partitions are empty: {_listed(empty)}."
            if empty
            else f"All {len(rows)} days have data."
        ),
    )
    return _Landed(rows, metadata, check)


def _land_listing(
    connection: WarehouseConnection, table: TableRef, name: str, listed: pa.Table, now: dt.datetime
) -> dict[str, Any]:
    import pyarrow as pa

    known = connection.columns(table) is not None
    before = connection.query(statement(connection, "all_rows", table=table)).to_pylist() if known else []
    present = set(listed["id"].to_pylist())
    gone = [{**row, "removed_at": row["removed_at"] or now} for row in before if row["id"] not in present]
    newly = sum(row["removed_at"] == now for row in gone)
    kept = pa.Table.from_pylist(gone, schema=arrow_schema(TABLES[name]))
    connection.replace_table(table, pa.concat_tables([listed, kept]))
    return {
        "dagster/row_count": listed.num_rows + len(gone),
        "listed": listed.num_rows,
        "newly_listed": len(present - {row["id"] for row in before}),
        "newly_removed": newly,
        "removed_before": len(gone) - newly,
    }


def _common(warehouse: WarehouseResource, source: Report | Listing, fetched: pa.Table) -> dict[str, Any]:
    return {
        "dagster/table_name": str(table_of(warehouse, source.name)),
        "rows_fetched": fetched.num_rows,
        "preview": markdown_table(fetched.slice(max(0, fetched.num_rows - _PREVIEW_ROWS))),
    }


def days_between(start: dt.date, end: dt.date) -> Iterator[dt.date]:
    """The days from the first to the one before the end."""
    return (start + _DAY * number for number in range((end - start).days))


def _listed(days: list[str], most: int = 10) -> str:
    return ", ".join(days[:most]) + (f" and {len(days) - most} more" if len(days) > most else "")
