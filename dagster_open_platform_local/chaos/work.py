"""What a forked process does.

What belongs here: each job, on the stack whose variables it is given. What does not: forking (`worker.py`).
"""

import os
import resource
import sys
import time
import traceback
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

import dagster as dg
from rich.console import Console

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.chaos.jobs import Heard, Job, Result, Task
from dagster_open_platform_local.chaos.look import look_at
from dagster_open_platform_local.demo.location import materialize_all
from dagster_open_platform_local.demo.plan import Batch
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.runlog import RunLog
from dagster_open_platform_local.demo.storage import quick_events
from dagster_open_platform_local.stack.dead_runs import close_dead_runs

BACKFILLED = ("bigquery/pypi/daily_file_downloads", "claude/usage", "slack/member_analytics")
"""Daily assets of three systems."""
REQUEST_TAG = "dagster/run_key"
_ROOT_TAG, _WILL_RETRY = "dagster/root_run_id", "dagster/will_retry"
_UNFINISHED = [
    each
    for each in dg.DagsterRunStatus
    if each not in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
]


def do(number: int, job: Job, defs: Sequence[dg.Definitions], connection: Connection) -> None:
    """Do a job, and tell what came of it."""
    os.environ.clear()
    os.environ.update(job.environment)
    if job.file_limit is not None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.file_limit, hard))
    tasks = {
        Task.TICK: _tick,
        Task.BACKFILL: _backfill,
        Task.AWAIT: _await,
        Task.CLOSE: _close,
        Task.REMAINS: _remains,
    }
    try:
        with quick_events(), dg.DagsterInstance.get() as instance:
            result = tasks[job.task](job, defs, instance, _Telling(number, connection))
    except (PermanentFailure, RetryableFailure) as failure:
        result = Result(error=f"{type(failure).__name__}: {failure.description}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        traceback.print_exc()
        result = Result(error=f"{type(error).__name__}: {str(error).strip()[:500]}", is_typed=False)
    connection.send(Heard(number, result=result))


class _Telling(Progress):
    """Tells the other end of the connection that something is done.

    Args:
        number: Of the job.
        connection: To whom it is told.
    """

    def __init__(self, number: int, connection: Connection) -> None:
        super().__init__(Console(file=sys.stdout, width=200))
        self._number, self._connection = number, connection

    @contextmanager
    def batch(self, number: int, count: int, batch: Batch) -> Iterator[None]:
        """Tells that it begins with what is due."""
        planned = max(1, batch.partitions) * len(batch.assets) + len(batch.checks)
        self._connection.send(Heard(self._number, planned=planned))
        with super().batch(number, count, batch):
            yield

    def retried(self, message: str, seconds: float) -> None:
        """Tells that it waits."""
        self._connection.send(Heard(self._number, waits=seconds))
        super().retried(message, seconds)

    def advance(self) -> None:
        """Tells that something more is done."""
        self._connection.send(Heard(self._number, advanced=True))


def _tick(
    job: Job, defs: Sequence[dg.Definitions], instance: dg.DagsterInstance, progress: _Telling
) -> Result:
    runs, undone, unbuilt = 0, dict[str, str](), list[str]()
    for each in defs:
        _, outcome = materialize_all(each, instance, job.as_of, progress)
        checks = {
            f"{key.to_user_string()} ({name})": "a check" for key, name in outcome.failed_blocking.items()
        }
        runs += outcome.runs
        undone |= {**outcome.skipped, **checks, **outcome.failed}
        unbuilt += outcome.unbuilt
    # No fault makes a run that cannot be built.
    return Result(runs, undone, error=" ".join(unbuilt) or None, is_typed=not unbuilt)


def _backfill(
    job: Job, defs: Sequence[dg.Definitions], instance: dg.DagsterInstance, progress: _Telling
) -> Result:
    """Each asset in a run of its own, as a backfill of Dagster's makes it of assets that take a range."""
    undone: dict[str, str] = {}
    whole = defs[-1].resolve_implicit_global_asset_job_def()
    for name in BACKFILLED:
        key = dg.AssetKey(name.split("/"))
        log, run_id = RunLog(on_progress=progress.advance), str(uuid.uuid4())
        instance.add_event_listener(run_id, log)
        tags = dict(zip(("start", "end"), job.days, strict=True))
        whole.execute_in_process(
            instance=instance,
            asset_selection=[key],
            run_id=run_id,
            tags={f"dagster/asset_partition_range_{end}": day for end, day in tags.items()},
            raise_on_error=False,
        )
        if log.failures:
            undone[name] = "; ".join(log.failures.values())
    return Result(len(BACKFILLED), undone)


def _await(
    job: Job, defs: Sequence[dg.Definitions], instance: dg.DagsterInstance, progress: _Telling
) -> Result:
    """Wait until a run that a sensor launched has ended, and the one that takes its place if Dagster tries it again."""
    del defs, progress
    deadline = time.monotonic() + job.seconds
    while time.monotonic() < deadline:
        first = instance.get_runs(filters=dg.RunsFilter(tags={REQUEST_TAG: job.request}))
        first = [run for run in first if run.root_run_id is None]
        again = [run for one in first for run in _tried_again(instance, one)]
        runs = [*first, *again]
        is_over = bool(runs) and not any(run.status in _UNFINISHED for run in runs)
        if is_over and (again or not any(run.tags.get(_WILL_RETRY) == "true" for run in first)):
            done = any(run.status is dg.DagsterRunStatus.SUCCESS for run in runs)
            states = ", ".join(run.status.value for run in runs)
            return Result(len(first), {} if done else {job.request: states})
        time.sleep(0.2)
    return Result(error=f"The run of the request {job.request} has not ended in {job.seconds:g} s.")


def _tried_again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Sequence[dg.DagsterRun]:
    return instance.get_runs(filters=dg.RunsFilter(tags={_ROOT_TAG: run.run_id}))


def _close(
    job: Job, defs: Sequence[dg.Definitions], instance: dg.DagsterInstance, progress: _Telling
) -> Result:
    del job, defs, progress
    return Result(close_dead_runs(instance))


def _remains(
    job: Job, defs: Sequence[dg.Definitions], instance: dg.DagsterInstance, progress: _Telling
) -> Result:
    del job, defs, progress
    return Result(remains=look_at(instance))
