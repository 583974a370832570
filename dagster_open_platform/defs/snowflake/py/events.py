"""Product events, as the delivery stream puts them into object storage, by the day on which they arrived.

What belongs here: the assets, their partitions and checks. What does not: reading and writing (``lib/events``).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.aws.buckets import EVENTS
from dagster_open_platform.lib.aws.protocol import ObjectStores
from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.events.land import EventSource, LandedDay, land_day
from dagster_open_platform.lib.events.table import COLUMNS
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection, WarehouseResource
from dagster_open_platform.utils.source_code import here

DATABASE, SCHEMA, TABLE = "purina", "events", "streaming_events"
KEY = dg.AssetKey(["snowflake", SCHEMA, TABLE])
EVENT_IDS_UNIQUE, DAYS_HAVE_EVENTS = "event_ids_unique", "days_have_events"

event_stream = dg.AssetSpec(
    key=["s3", "event_stream", "events"],
    description=(
        "Micro-batches of the product's events, which a delivery stream writes every few hours: JSON lines, a folder for each"
        " hour of arrival. At least once, so an event may come again."
    ),
    group_name="events",
    kinds={"s3", "json"},
    owners=["team:product"],
    metadata={"dagster/uri": f"s3://{EVENTS}/events/", **here()},
)


def streaming_events_asset(retry_policy: dg.RetryPolicy | None = RETRIES) -> dg.AssetsDefinition:
    """The asset.

    Args:
        retry_policy: For failures that may pass; permanent ones are never retried.
    """

    @dg.asset(
        key=KEY,
        deps=[event_stream.key],
        description=(
            "Product events, one row an event, by the first day on which it arrived. Late events keep the time at which they"
            " occurred. A day that is materialized again replaces what it brought."
        ),
        group_name="events",
        owners=["team:product", "team:data-platform"],
        kinds={"s3", "snowflake"},
        metadata={"dagster/column_schema": table_schema(COLUMNS)},
        partitions_def=dg.DailyPartitionsDefinition(start_date="2026-06-01"),
        backfill_policy=dg.BackfillPolicy.single_run(),
        # The stream closes its last file of a day within a quarter of an hour.
        automation_condition=ingest_on_cron("45 0 * * *"),
        check_specs=[
            dg.AssetCheckSpec(EVENT_IDS_UNIQUE, asset=KEY, description="No event stands in the table twice."),
            dg.AssetCheckSpec(
                DAYS_HAVE_EVENTS,
                asset=KEY,
                description="Each day of the run brought events. A day without any is a stream that stopped. Warns.",
            ),
        ],
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def streaming_events(
        context: dg.AssetExecutionContext,
        s3: dg.ResourceParam[ObjectStores],
        warehouse: WarehouseResource,
    ) -> dg.MaterializeResult:
        """Lands the days of the run one after the other, each whole."""
        known = {*map(dt.date.fromisoformat, context.instance.get_materialized_partitions(KEY))}
        table = warehouse.table(DATABASE, SCHEMA, TABLE)
        found = []
        with s3.connect() as store, warehouse.connect() as connection:
            for day in _days(context):
                source, now = EventSource(store, EVENTS), dt.datetime.now(dt.UTC)
                found.append(land_day(connection, source, table, day, known, now))
                known.add(day)
                context.add_asset_metadata(metadata_of(found[-1]), partition_key=day.isoformat())
            return dg.MaterializeResult(
                metadata={
                    "dagster/table_name": str(table),
                    "dagster/row_count": _count(connection, table),
                    "days": len(found),
                    "events_read": sum(each.lines for each in found),
                },
                check_results=[event_ids_unique(connection, table), days_have_events(found)],
            )

    return streaming_events


def _days(context: dg.AssetExecutionContext) -> list[dt.date]:
    window = context.partition_time_window
    start, end = window.start.date(), window.end.date()
    return [start + dt.timedelta(days=number) for number in range((end - start).days)]


def metadata_of(landed: LandedDay) -> Mapping[str, Any]:
    """What is told of a day."""
    return {
        "dagster/partition_row_count": landed.rows,
        "files": len(landed.files),
        "bytes": sum(file.size for file in landed.files),
        "events_read": landed.lines,
        "events_that_came_before_or_twice": landed.lines - landed.rows,
        "late_events": landed.late_rows,
        "events_moved_to_a_later_day": landed.rows_moved,
        "events_deleted": landed.rows_deleted,
        "events_by_type": dict(landed.types.most_common()),
    }


def event_ids_unique(connection: WarehouseConnection, table: TableRef) -> dg.AssetCheckResult:
    """Look for events that stand in the table twice."""
    sql = f"SELECT count(*) - count(DISTINCT event_id) AS n FROM {connection.quoted(table)}"  # noqa: S608 - quoted
    repeated = connection.query(sql)["n"][0].as_py()
    return dg.AssetCheckResult(
        check_name=EVENT_IDS_UNIQUE,
        passed=not repeated,
        metadata={"rows_that_repeat": repeated},
        description=f"{repeated} rows repeat an event." if repeated else "Every event stands once.",
    )


def days_have_events(found: list[LandedDay]) -> dg.AssetCheckResult:
    """Look for days without events."""
    silent = [each.day.isoformat() for each in found if not each.lines]
    return dg.AssetCheckResult(
        check_name=DAYS_HAVE_EVENTS,
        passed=not silent,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"silent_days": silent},
        description=f"{len(silent)} of {len(found)} days brought no event: {', '.join(silent[:5])}."
        if silent
        else f"All {len(found)} days brought events.",
    )


def _count(connection: WarehouseConnection, table: TableRef) -> int:
    return connection.query(f"SELECT count(*) AS n FROM {connection.quoted(table)}")["n"][0].as_py()  # noqa: S608 - quoted


streaming_events = streaming_events_asset()
