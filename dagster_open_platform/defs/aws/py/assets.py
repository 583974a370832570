"""Customers' workspaces, exploded from their snapshots into eleven kinds of objects, by the day.

What belongs here: the assets, their partitions, and what a run tells. What does not: reading and writing
(``lib/aws/workspace/``), when it runs (``schedules.py``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from pydantic import Field

from dagster_open_platform.defs.aws.py.sources import RAW_SNAPSHOTS
from dagster_open_platform.lib.aws.buckets import WORKSPACE, workspace_staging_prefix
from dagster_open_platform.lib.aws.protocol import ObjectStores
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE
from dagster_open_platform.lib.aws.workspace.columns import COLUMNS, DESCRIPTIONS
from dagster_open_platform.lib.aws.workspace.errors import organizations_failed
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, Layout
from dagster_open_platform.lib.aws.workspace.replicate import Day, Replication, Result
from dagster_open_platform.lib.columns import table_schema

DAYS = dg.DailyPartitionsDefinition(start_date="2026-06-01")
OP = "explode_workspaces"
# An outage that outlasts the client's own retries; what is staged already is not staged again.
RETRIES = dg.RetryPolicy(max_retries=2, delay=60, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def key_of(kind: str) -> dg.AssetKey:
    """The asset of a kind of objects."""
    return dg.AssetKey(["aws", "workspace", kind])


class WorkspaceConfig(dg.Config):
    """What a run stages."""

    organizations: list[str] = Field(
        default_factory=list,
        description=(
            "Public ids of the organizations whose snapshots are staged; by default all that sent one. A run of some"
            " materializes the day only if with them every organization of the day is staged."
        ),
    )


def workspace_assets(retry_policy: dg.RetryPolicy | None = RETRIES) -> dg.AssetsDefinition:
    """The assets, made by one reading.

    Args:
        retry_policy: For failures that may pass; permanent ones are never retried.
    """

    @dg.multi_asset(
        name=OP,
        specs=[
            dg.AssetSpec(
                key=key_of(kind),
                # Which organizations there are says nothing of a day's snapshots.
                deps=[dg.AssetDep(RAW_SNAPSHOTS, partition_mapping=dg.AllPartitionMapping())],
                description=f"{DESCRIPTIONS[kind]} From the snapshots of the day's workspaces, as JSON lines.",
                group_name="aws",
                owners=["team:data-platform"],
                kinds={"s3", "json", "python"},
                metadata={"dagster/column_schema": table_schema(COLUMNS[kind])},
                skippable=True,
            )
            for kind in OBJECTS
        ],
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=False,
        retry_policy=retry_policy,
    )
    def explode_workspaces(
        context: dg.AssetExecutionContext, config: WorkspaceConfig, s3: dg.ResourceParam[ObjectStores]
    ) -> Iterator[dg.MaterializeResult]:
        """Stages the snapshots of the run's days that are not staged yet."""
        days = context.partition_key_range
        layout = Layout(workspace_staging_prefix())
        with s3.connect(WORKSPACE_ROLE_VARIABLE) as store:
            result = Replication(store, layout).run(days.start, days.end, config.organizations)
        yield from told(context, result, layout)

    return explode_workspaces


def told(context: dg.AssetExecutionContext, result: Result, layout: Layout) -> Iterator[dg.MaterializeResult]:
    """Materializes the days that are complete, and tells of the others what is there.

    Args:
        context: Of the run.
        result: What it did.
        layout: Where it wrote.

    Raises:
        OrganizationsFailed, OrganizationsUnsettled: Snapshots could not be staged.
    """
    if all(day.is_complete for day in result.days.values()):
        for kind in OBJECTS:
            for name, day in result.days.items():
                metadata = metadata_of(day, kind, layout)
                context.add_asset_metadata(metadata, asset_key=key_of(kind), partition_key=name)
            yield dg.MaterializeResult(asset_key=key_of(kind))
        return
    for name, day in result.days.items():
        event = dg.AssetMaterialization if day.is_complete else dg.AssetObservation
        for kind in OBJECTS:
            context.log_event(
                event(asset_key=key_of(kind), partition=name, metadata=metadata_of(day, kind, layout))
            )
    if result.failures:
        raise organizations_failed({str(snapshot): why for snapshot, why in result.failures.items()})
    missing = {name: len(day.missing) for name, day in result.days.items() if day.missing}
    context.log.info("Not materialized, since snapshots of other organizations are not staged: %s.", missing)


def metadata_of(day: Day, kind: str, layout: Layout) -> Mapping[str, Any]:
    """What is told of a kind of objects of a day."""
    rows = day.amounts.rows[kind]
    return {
        "dagster/partition_row_count": rows,
        "rows": rows,
        "chunks": day.amounts.chunks[kind],
        "bytes": day.amounts.bytes[kind],
        "organizations": day.staged,
        "organizations_staged_by_this_run": day.new,
        "organizations_missing": len(day.missing),
        "dagster/uri": f"s3://{WORKSPACE}/{layout.chunks(kind)}",
    }


explode_workspaces = workspace_assets()
