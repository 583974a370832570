"""The members of the community's Slack: who they are, what they did by day, and how many of them there are.

What belongs here: the assets, their partitions and when they run. What does not: fetching and writing (`lib/slack`), what the platform
posts to Slack (`report.py`, `sensors.py`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron, on_inputs_updated
from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.slack.members import (
    MetricTables,
    fetch_days,
    fetch_objects,
    land_days,
    land_metrics,
    land_objects,
)
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.lib.slack.tables import TABLES
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource

DATABASE, SCHEMA = "purina", "slack"
PARTITIONS = dg.DailyPartitionsDefinition(start_date="2026-06-01")
SQL = Path(__file__).with_name("sql")
DESCRIPTIONS = {
    "users": (
        "Members of the workspace, one row each, as they are now; who was deactivated stays. Nothing is kept by which a person would be"
        " recognized: no name, and of the e-mail address a SHA-256 only."
    ),
    "channels": "Public channels, one row each, as they are now; archived ones stay.",
    "member_analytics": (
        "What each member did on a day (UTC), one row a member and day. Slack gives it to Enterprise organizations, some hours after the"
        " day's end."
    ),
    "member_metrics": "How many people there are in the community by day, and how many of them came, left, read and wrote. Apps are left out.",
}
DAY_HAS_MEMBERS = "day_has_members"
_AS_OF_NOW = ("users", "channels")


def key_of(table: str) -> dg.AssetKey:
    """The asset of a table."""
    return dg.AssetKey(["slack", table])


def table_of(warehouse: WarehouseResource, name: str) -> TableRef:
    """The table of an asset."""
    return warehouse.table(DATABASE, SCHEMA, name)


def metric_tables(warehouse: WarehouseResource) -> MetricTables:
    """The tables of the metrics."""
    return MetricTables(
        *(table_of(warehouse, name) for name in ("users", "member_analytics", "member_metrics"))
    )


def member_assets(retry_policy: dg.RetryPolicy | None = RETRIES) -> Sequence[dg.AssetsDefinition]:
    """The assets.

    Args:
        retry_policy: For failures that may pass; permanent ones are never retried.
    """
    return [
        *(_objects(name, retry_policy) for name in _AS_OF_NOW),
        _member_analytics(retry_policy),
        _member_metrics(retry_policy),
    ]


def _spec(
    name: str, deps: Sequence[dg.AssetDep], automation: dg.AutomationCondition, *kinds: str
) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=key_of(name),
        deps=deps,
        description=DESCRIPTIONS[name],
        group_name="slack",
        owners=["team:devrel", "team:data-platform"],
        kinds={*kinds},
        # Where the table is, each materialization says: this module is imported once, whatever the environment.
        metadata={"dagster/column_schema": table_schema(TABLES[name])},
        automation_condition=automation,
    )


def _objects(name: str, retry_policy: dg.RetryPolicy | None) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name=f"slack_{name}",
        specs=[
            _spec(name, [dg.AssetDep(key_of("web_api"))], ingest_on_cron("20 1 * * *"), "slack", "python")
        ],
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def objects(slack: SlackResource, warehouse: WarehouseResource) -> dg.MaterializeResult:
        """Fetches all of them and merges them by id."""
        with slack.open() as api:
            rows = fetch_objects(api, name)
        with warehouse.connect() as connection:
            landed = land_objects(connection, table_of(warehouse, name), rows)
        return dg.MaterializeResult(asset_key=key_of(name), metadata=landed.metadata)

    return objects


def _member_analytics(retry_policy: dg.RetryPolicy | None) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="slack_member_analytics",
        # In the afternoon, when Slack has counted the day before.
        specs=[
            _spec(
                "member_analytics",
                [dg.AssetDep(key_of("web_api"))],
                ingest_on_cron("0 16 * * *"),
                "slack",
                "python",
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                DAY_HAS_MEMBERS,
                asset=key_of("member_analytics"),
                description="Slack's file of each day has members, of whom some were active.",
            )
        ],
        partitions_def=PARTITIONS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def member_analytics(
        context: dg.AssetExecutionContext, slack: SlackResource, warehouse: WarehouseResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Fetches the file of each day and replaces all of them in one transaction."""
        with slack.open() as api:
            days = fetch_days(api, *_days(context))
        with warehouse.connect() as connection:
            landed = land_days(connection, table_of(warehouse, "member_analytics"), days)
        for day, rows in days.items():
            context.add_asset_metadata(
                {"dagster/partition_row_count": rows.num_rows},
                asset_key=key_of("member_analytics"),
                partition_key=day.isoformat(),
            )
        yield dg.MaterializeResult(asset_key=key_of("member_analytics"), metadata=landed.metadata)
        active = {day.isoformat(): sum(rows["is_active"].to_pylist()) for day, rows in days.items()}
        quiet = [day for day, count in active.items() if not count]
        yield dg.AssetCheckResult(
            asset_key=key_of("member_analytics"),
            check_name=DAY_HAS_MEMBERS,
            passed=not quiet,
            metadata={"days": len(days), "days_without_active_members": quiet, "rows": landed.rows.num_rows},
            description=f"{len(quiet)} of {len(days)} days have no active members.",
        )

    return member_analytics


def _member_metrics(retry_policy: dg.RetryPolicy | None) -> dg.AssetsDefinition:
    # Who came and who went is seen by comparing with the day before.
    day_before = dg.TimeWindowPartitionMapping(start_offset=-1, allow_nonexistent_upstream_partitions=True)
    deps = [
        dg.AssetDep(key_of("member_analytics"), partition_mapping=day_before),
        dg.AssetDep(key_of("users")),
    ]

    @dg.multi_asset(
        name="slack_member_metrics",
        specs=[_spec("member_metrics", deps, on_inputs_updated(), "sql")],
        partitions_def=PARTITIONS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def member_metrics(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource
    ) -> dg.MaterializeResult:
        """Counts inside the warehouse and replaces the days in one transaction."""
        sql = (SQL / "member_metrics.sql").read_text(encoding="utf-8")
        with warehouse.connect() as connection:
            landed = land_metrics(connection, metric_tables(warehouse), sql, *_days(context))
        return dg.MaterializeResult(asset_key=key_of("member_metrics"), metadata=landed.metadata)

    return member_metrics


def _days(context: dg.AssetExecutionContext) -> tuple[dt.date, dt.date]:
    """The first day of a run's partitions, and the day after the last."""
    window = context.partition_time_window
    return window.start.date(), window.end.date()


slack_users, slack_channels, slack_member_analytics, slack_member_metrics = member_assets()
