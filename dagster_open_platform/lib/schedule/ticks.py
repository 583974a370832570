"""What a tick of a schedule launches.

What belongs here: partitions, and runs that are under way. What does not: the fields of YAML (`component.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import dagster as dg

Window: TypeAlias = Literal["latest", "month"]
"""Partitions that a tick takes: the latest complete one, or all complete ones of its month up to it."""

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
"""Tags of a run by which Dagster is told a range of partitions; what reads them has a single-run backfill policy."""
BACKFILL_TAG = "platform/backfill"
"""Marks runs that make anew what was there, as Dagster's own tag `dagster/backfill` marks those that a person asked for."""
UNDER_WAY = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


@dataclass(frozen=True)
class Ticks:
    """What the ticks of a job's schedule launch.

    Args:
        job: Its name.
        window: The partitions of each.
        skip_while_running: Launch nothing while a run of the job is under way.
    """

    job: str
    window: Window = "latest"
    skip_while_running: bool = False

    def requests(self, tick: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """The runs of a tick, or why there are none."""
        repository = tick.repository_def
        if repository is None:
            raise dg.DagsterInvariantViolationError(
                f"The schedule of {self.job} was evaluated without its code location."
            )
        running = self._under_way(tick.instance) if self.skip_while_running else None
        if running is not None:
            yield dg.SkipReason(f"The run {running} of {self.job} is still under way.")
            return
        partitions = repository.get_job(self.job).partitions_def
        if partitions is None:
            yield dg.RunRequest()
            return
        # The partitioning is known only now: a component does not see the assets that it selects.
        dynamic = isinstance(partitions, dg.DynamicPartitionsDefinition)
        keys = partitions.get_partition_keys(
            current_time=tick.scheduled_execution_time,
            dynamic_partitions_store=tick.instance if dynamic else None,
        )
        if not keys:
            yield dg.SkipReason("No partition is complete yet.")
            return
        at = tick.scheduled_execution_time.isoformat()
        if not isinstance(partitions, dg.TimeWindowPartitionsDefinition):
            yield from (_one(at, key) for key in keys)
        elif self.window == "latest":
            yield _one(at, keys[-1])
        else:
            yield _month(at, keys, partitions)

    def _under_way(self, instance: dg.DagsterInstance) -> str | None:
        runs = instance.get_runs(dg.RunsFilter(job_name=self.job, statuses=list(UNDER_WAY)), limit=1)
        return runs[0].run_id if runs else None


def _one(at: str, key: str) -> dg.RunRequest:
    # The run key makes a tick that is evaluated again launch nothing twice.
    return dg.RunRequest(run_key=f"{at} {key}", partition_key=key)


def _month(at: str, keys: Sequence[str], partitions: dg.TimeWindowPartitionsDefinition) -> dg.RunRequest:
    """One run over the month of the last key, up to it: on the first of a month that is the whole month before."""
    month = partitions.time_window_for_partition_key(keys[-1]).start.replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    first = next(key for key in keys if partitions.time_window_for_partition_key(key).start >= month)
    return dg.RunRequest(
        run_key=f"{at} {first} {keys[-1]}",
        tags={RANGE_START: first, RANGE_END: keys[-1], BACKFILL_TAG: "month"},
    )
