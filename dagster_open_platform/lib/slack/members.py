"""From Slack into the warehouse: members, channels, and what members did.

What belongs here: what is fetched for which table, and how it is written. What does not: assets and partitions (`defs/slack/`).

Everything is read before anything is written, so that a failure while reading leaves the tables as they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform.lib.presentation import markdown_table
from dagster_open_platform.lib.slack.errors import DaysMissing
from dagster_open_platform.lib.slack.tables import (
    MEMBER_METRICS,
    analytics_table,
    channels_table,
    users_table,
)
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WriteResult
from dagster_open_platform.lib.warehouse.protocol import Window

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.slack.protocol import SlackApi

_DAY = dt.timedelta(days=1)
_PREVIEW_ROWS = 5


@dataclass(frozen=True)
class Landed:
    """What a table got.

    Args:
        table: Where.
        rows: What was written.
        written: What the write did.
        rows_in_table: All rows of the table after it.
    """

    table: TableRef
    rows: pa.Table
    written: WriteResult
    rows_in_table: int

    @property
    def metadata(self) -> dict[str, Any]:
        """What a materialization tells."""
        return {
            "dagster/table_name": str(self.table),
            "dagster/row_count": self.rows_in_table,
            "rows_written": self.rows.num_rows,
            "rows_deleted": self.written.rows_deleted,
            "rows_inserted": self.written.rows_inserted,
            "rows_updated": self.written.rows_updated,
            "preview": markdown_table(self.rows.slice(max(0, self.rows.num_rows - _PREVIEW_ROWS))),
        }


def fetch_objects(slack: SlackApi, name: str) -> pa.Table:
    """All members or all channels as they are now.

    Args:
        slack: Slack.
        name: `users` or `channels`.
    """
    if name == "users":
        return users_table(slack.users())
    return channels_table(slack.channels())


def land_objects(connection: WarehouseConnection, table: TableRef, rows: pa.Table) -> Landed:
    """Merges objects by id. One that Slack no longer shows stays, and an older state never replaces a newer one."""
    written = connection.merge(table, rows, key=["id"], newer_by="updated_at")
    return Landed(table, rows, written, _count(connection, table))


def fetch_days(slack: SlackApi, start: dt.date, end: dt.date) -> Mapping[dt.date, pa.Table]:
    """What members did on each of some days.

    Args:
        slack: Slack.
        start: The first day.
        end: The day after the last.

    Raises:
        AnalyticsNotReady: Slack has not counted one of them yet.
    """
    days = [start + number * _DAY for number in range((end - start).days)]
    return {day: analytics_table(day, slack.member_analytics(day)) for day in days}


def land_days(connection: WarehouseConnection, table: TableRef, days: Mapping[dt.date, pa.Table]) -> Landed:
    """Replaces neighbouring days, in one transaction."""
    import pyarrow as pa

    rows = pa.concat_tables(days.values())
    window = Window("date", min(days), max(days) + _DAY)
    return Landed(table, rows, connection.replace_window(table, rows, window), _count(connection, table))


@dataclass(frozen=True)
class MetricTables:
    """The tables of the metrics.

    Args:
        users: Of members.
        member_analytics: Of what members did.
        member_metrics: Of the metrics.
    """

    users: TableRef
    member_analytics: TableRef
    member_metrics: TableRef

    def query(self, connection: WarehouseConnection, sql: str) -> str:
        """A query with its tables in place of `{users}`, `{member_analytics}` and `{member_metrics}`."""
        return sql.format(**{name: connection.quoted(table) for name, table in vars(self).items()})


def land_metrics(
    connection: WarehouseConnection, tables: MetricTables, sql: str, start: dt.date, end: dt.date
) -> Landed:
    """Counts neighbouring days anew, and replaces them in one transaction.

    Args:
        connection: The warehouse.
        tables: From where, and where to.
        sql: Counts; its values are the day before the first day and the day after the last.
        start: The first day.
        end: The day after the last.

    Raises:
        DaysMissing: There are days of which nobody knows what members did. Nothing is changed.
    """
    counted = connection.query(tables.query(connection, sql), (start - _DAY, end))
    rows = counted.select([column.name for column in MEMBER_METRICS]).cast(arrow_schema(MEMBER_METRICS))
    rows = rows.filter([day >= start for day in rows["date"].to_pylist()]).sort_by("date")
    missing = {start + number * _DAY for number in range((end - start).days)} - set(rows["date"].to_pylist())
    if missing:
        days = ", ".join(day.isoformat() for day in sorted(missing)[:5])
        raise DaysMissing(
            f"{tables.member_analytics} has no rows of {len(missing)} days, of which the first are {days}:"
            " materialize slack/member_analytics of them first."
        )
    written = connection.replace_window(tables.member_metrics, rows, Window("date", start, end))
    return Landed(tables.member_metrics, rows, written, _count(connection, tables.member_metrics))


def _count(connection: WarehouseConnection, table: TableRef) -> int:
    return connection.query(f"SELECT count(*) AS n FROM {connection.quoted(table)}")["n"][0].as_py()  # noqa: S608
