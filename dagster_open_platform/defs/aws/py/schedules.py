"""When snapshots are staged, and when a month's bill is fetched once more.

What belongs here: what a tick launches. What does not: how it is done.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import dagster as dg

from dagster_open_platform.defs.aws.py.assets import DAYS, OP, key_of
from dagster_open_platform.lib.aws.buckets import workspace_staging_prefix
from dagster_open_platform.lib.aws.protocol import ObjectStore, ObjectStores
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE
from dagster_open_platform.lib.aws.workspace.layout import OBJECTS, Layout
from dagster_open_platform.lib.aws.workspace.replicate import Replication
from dagster_open_platform.lib.schedule.component import STATUS_BY_ENVIRONMENT
from dagster_open_platform.utils.environment_helpers import EnvironmentName, get_environment

ENVIRONMENTS: Sequence[EnvironmentName] = (
    EnvironmentName.LOCAL,
    EnvironmentName.DOGFOOD,
    EnvironmentName.PROD,
)
LATE_DAYS = 3
"""Days before a tick whose snapshots are looked at: agents that were offline send theirs late."""
FIRST_MONTH = dt.date(2026, 6, 1)
BATCH = 200
"""Organizations that one run stages."""

workspace_job = dg.define_asset_job(
    "aws_workspace",
    selection=dg.AssetSelection.assets(*(key_of(kind) for kind in OBJECTS)),
    description="Stages the workspace snapshots of a day.",
)
cost_job = dg.define_asset_job(
    "aws_cost_corrections",
    selection=dg.AssetSelection.assets(dg.AssetKey(["aws", "aws_cost_report"])),
    description="Fetches the AWS bill of a month.",
)


def workspace_schedule(status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    """Stages what came in the last days and is not staged, a batch of organizations a run.

    Args:
        status: Whether it is on where it was never switched.
    """

    @dg.schedule(
        name="aws_workspace_schedule",
        job=workspace_job,
        cron_schedule="0 3 * * *",
        execution_timezone="UTC",
        default_status=status,
        description="Stages workspace snapshots of yesterday and of the two days before that are not staged yet.",
    )
    def schedule(
        context: dg.ScheduleEvaluationContext, s3: dg.ResourceParam[ObjectStores]
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        with s3.connect(WORKSPACE_ROLE_VARIABLE) as store:
            requests = workspace_requests(context.instance, store, context.scheduled_execution_time)
        yield from requests
        if not requests:
            yield dg.SkipReason(f"Every snapshot of the last {LATE_DAYS} days is staged.")

    return schedule


def workspace_requests(
    instance: dg.DagsterInstance, store: ObjectStore, tick: dt.datetime
) -> list[dg.RunRequest]:
    """The runs that a tick asks for.

    Args:
        instance: Knows what was materialized.
        store: Where snapshots lie and are staged.
        tick: When it was due, aware.

    Raises:
        PermanentFailure, RetryableFailure: Of the store.
    """
    keys = DAYS.get_partition_keys(current_time=tick)[-LATE_DAYS:]
    if not keys:
        return []
    days = Replication(store, Layout(workspace_staging_prefix())).look(keys[0], keys[-1])
    return [
        run_request(tick, day, number, batch)
        for day in keys
        for number, batch in enumerate(batches(instance, day, sorted(days[day].missing)))
    ]


def batches(instance: dg.DagsterInstance, day: str, missing: Sequence[str]) -> list[list[str]]:
    """The organizations that each run for a day stages.

    Args:
        instance: Knows what was materialized.
        day: Partition.
        missing: Organizations whose snapshots are not staged.

    Returns:
        An empty batch, which means all, where all are staged and the day was not materialized: a run ended in between.
    """
    if missing:
        return [list(missing[start : start + BATCH]) for start in range(0, len(missing), BATCH)]
    done = all(day in instance.get_materialized_partitions(key_of(kind)) for kind in OBJECTS)
    return [] if done else [[]]


def run_request(tick: dt.datetime, day: str, number: int, organizations: Sequence[str]) -> dg.RunRequest:
    """A run of a day.

    Args:
        tick: When it was due.
        day: Partition.
        number: Of the batch.
        organizations: Of the batch.
    """
    return dg.RunRequest(
        # A tick that is evaluated again launches nothing twice.
        run_key=f"{tick.isoformat()} {day} {number}",
        partition_key=day,
        run_config=dg.RunConfig(ops={OP: {"config": {"organizations": list(organizations)}}}),
        tags={"workspace_batch": str(number)},
    )


def cost_corrections_schedule(status: dg.DefaultScheduleStatus) -> dg.ScheduleDefinition:
    """Fetches last month's bill while AWS still corrects it.

    Args:
        status: Whether it is on where it was never switched.
    """

    @dg.schedule(
        name="aws_cost_corrections_schedule",
        job=cost_job,
        # AWS writes it for the last time in the night after the fifth.
        cron_schedule="0 7 1-6 * *",
        execution_timezone="UTC",
        default_status=status,
        description="Fetches last month's AWS bill again until its last correction, on the fifth, is in it.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        tick = context.scheduled_execution_time
        month = (tick.date().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
        if month < FIRST_MONTH:
            return dg.SkipReason("The month before is before the first partition.")
        return dg.RunRequest(run_key=f"{tick.isoformat()} {month}", partition_key=month.isoformat())

    return schedule


@dg.definitions
def defs() -> dg.Definitions:
    """The jobs everywhere, the schedules in the environments that have them."""
    environment = get_environment().name
    jobs = [workspace_job, cost_job]
    if environment not in ENVIRONMENTS:
        return dg.Definitions(jobs=jobs)
    status = STATUS_BY_ENVIRONMENT[environment]
    return dg.Definitions(
        jobs=jobs, schedules=[workspace_schedule(status), cost_corrections_schedule(status)]
    )
