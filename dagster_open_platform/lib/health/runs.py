"""The runs of a time window, read by pages and with an end.

What belongs here: run records and what they say of retries. What does not: events of a run (`failures.py`, `steps.py`).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

PAGE = 100
MOST_RUNS = 2_000
"""Runs of a day that are read at most; the report says when there were more."""

WILL_RETRY = "dagster/will_retry"
"""Tag of a failed run: whether Dagster will try it again (https://docs.dagster.io/deployment/execution/run-retries)."""
RETRIED_AS = "dagster/auto_retry_run_id"
"""Tag of a failed run: which run tries it again."""

PARENT, ROOT, ATTEMPT = "dagster/parent_run_id", "dagster/root_run_id", "dagster/retry_number"
"""Tags of an attempt: the run that it tries again, the first one, and how many there were before it."""

RETRY_PATIENCE = dt.timedelta(hours=1)
"""For how long Dagster is believed that it will try a run again, if it does not."""

FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dataclass(frozen=True)
class WindowOfRuns:
    """The runs that ended within a window, and those that have not ended.

    Args:
        ended: Newest first, by when they began to exist.
        under_way: Queued, starting or running.
        is_whole: False: there are more than were read, older ones.
    """

    ended: Sequence[dg.RunRecord]
    under_way: int
    is_whole: bool


def runs_of(
    instance: dg.DagsterInstance,
    since: dt.datetime,
    until: dt.datetime,
    most: int = MOST_RUNS,
    except_run: str | None = None,
) -> WindowOfRuns:
    """Reads the runs of a window.

    Args:
        instance: Where they are recorded.
        since: Aware.
        until: Aware; not included.
        most: How many are read.
        except_run: Id of a run that does not count as under way: the one that asks.
    """
    # A run that ended in the window was updated in it, or later: its tags may be.
    changed = dg.RunsFilter(updated_after=since)
    found: list[dg.RunRecord] = []
    cursor: str | None = None
    while len(found) < most:
        page = instance.get_run_records(changed, limit=min(PAGE, most - len(found)), cursor=cursor)
        found += page
        if len(page) < PAGE:
            break
        cursor = page[-1].dagster_run.run_id
    ended = [
        record
        for record in found
        if record.dagster_run.status in FINISHED and since <= ended_at(record) < until
    ]
    under_way = sum(
        record.dagster_run.status not in FINISHED and record.dagster_run.run_id != except_run
        for record in found
    )
    return WindowOfRuns(ended, under_way, len(found) < most)


def ended_at(record: dg.RunRecord) -> dt.datetime:
    """When a run ended; one that never started ended when it was changed last."""
    if record.end_time is not None:
        return dt.datetime.fromtimestamp(record.end_time, dt.UTC)
    return record.update_timestamp


def will_retry(run: dg.DagsterRun) -> bool:
    """Whether Dagster said that it will try a failed run again."""
    return run.tags.get(WILL_RETRY) == "true"


def root_of(run: dg.DagsterRun) -> str:
    """The id of the first of a run and those that it tries again."""
    return run.tags.get(ROOT) or run.root_run_id or run.run_id


def parent_of(run: dg.DagsterRun) -> str | None:
    """The id of the run that a run tries again. None: it is none's next attempt."""
    return run.tags.get(PARENT) or run.parent_run_id
