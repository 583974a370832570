"""One run of one sync: asked for or joined, and waited for.

What belongs here: which run it is, and how long it is waited for. What does not: what its end means for an asset (`report.py`).

| there is | then |
|---|---|
| no run under way | one is asked for |
| a run that waits for its turn | it reads the model when its turn comes, so Hightouch gives that one |
| a run that began after the model was last made | it has read what there is to read: it is joined |
| a run that began earlier | it may have read the model as it was before; one is asked for, which follows it |
| a disabled sync | nothing is sent; a warning says so |
| a sync that does not exist | the run fails for good, and names the variable that its id came from |

A run that takes longer than the time-out may be tried again: the next attempt joins it. Hightouch's API cannot stop a run.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from dagster_open_platform.lib.hightouch.errors import SyncNotFound, SyncTimedOut
from dagster_open_platform.lib.hightouch.protocol import (
    QUEUED,
    UNDER_WAY,
    HightouchApi,
    SyncDetails,
    SyncRun,
)
from dagster_open_platform.lib.http import NotFound, RequestRejected
from dagster_open_platform.lib.yaml_errors import suggestion

_LOG = logging.getLogger(__name__)
_GROWTH = 1.25
"""Of the waits between two looks: what is waited too long stays below a quarter of what the run takes."""


@dataclass(frozen=True)
class SyncLimits:
    """How long is waited, in seconds.

    Args:
        timeout: For a run.
        first_poll: Before the first look.
        longest_poll: Between two looks, at most.
    """

    timeout: float = 3600.0
    first_poll: float = 0.2
    longest_poll: float = 10.0

    def wait_after(self, wait: float) -> float:
        """How long to wait when that was waited before the last look."""
        return min(wait * _GROWTH, self.longest_poll)


@dataclass(frozen=True)
class Ended:
    """A run that is over, in whatever way.

    Args:
        sync: Its sync.
        run: As it ended.
        joined: Whether somebody else had asked for it.
        seconds: How long it was waited for.
    """

    sync: SyncDetails
    run: SyncRun
    joined: bool
    seconds: float


@dataclass(frozen=True)
class Disabled:
    """Nothing was sent, and nothing failed.

    Args:
        sync: The sync.
        message: The same in a sentence.
    """

    sync: SyncDetails
    message: str


def run_sync(
    api: HightouchApi,
    sync_id: str,
    limits: SyncLimits | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    *,
    named_by: str = "its variable",
    full_resync: bool = False,
    model_made_at: dt.datetime | None = None,
    log: logging.Logger = _LOG,
) -> Ended | Disabled:
    """Have a sync run and wait for the end.

    Args:
        api: Hightouch.
        sync_id: The sync.
        limits: Of waiting.
        clock: Unix seconds.
        sleep: Waits so many seconds.
        named_by: The variable that the id came from, for messages.
        full_resync: Send all rows, instead of those that differ from what was sent last.
        model_made_at: When what the sync reads was last made; aware. None: not known, so that no run is joined.
        log: Told what is waited for.

    Raises:
        SyncNotFound: There is no such sync.
        SyncTimedOut: The run takes longer than the time-out.
        PermanentFailure, RetryableFailure: Another one of `lib/http/errors.py`.
    """
    sync = _found(api, sync_id, named_by)
    if sync.disabled:
        return _disabled(sync, log)
    started = clock()
    running = None if full_resync else _joinable(api, sync_id, model_made_at)
    if running is not None:
        log.info(
            f"The sync {sync.slug} runs already, with the model as it is now; waiting for run {running.id}."
        )
        run_id = running.id
    else:
        try:
            run_id = api.trigger(sync_id, full_resync=full_resync)
        except RequestRejected:
            # Somebody may have switched it off since; then that is the reason, and nothing else is.
            if not (sync := _found(api, sync_id, named_by)).disabled:
                raise
            return _disabled(sync, log)
    run = _waited_for(api, sync, run_id, limits or SyncLimits(), clock, sleep)
    return Ended(sync, run, running is not None, clock() - started)


def last_run(
    api: HightouchApi, sync_id: str, named_by: str = "its variable", log: logging.Logger = _LOG
) -> Ended | None:
    """The last run that ended, without asking for another; None: none has, which the log tells.

    Args:
        api: Hightouch.
        sync_id: The sync.
        named_by: The variable that the id came from, for messages.
        log: Told that there is none.

    Raises:
        SyncNotFound: There is no such sync.
    """
    sync = _found(api, sync_id, named_by)
    run = next((run for run in api.latest_runs(sync_id) if run.is_over), None)
    if run is None:
        log.warning(f"No run of Hightouch's sync {sync.slug} has ended yet, so there is nothing to check.")
        return None
    return Ended(sync, run, joined=True, seconds=0.0)


def _waited_for(
    api: HightouchApi,
    sync: SyncDetails,
    run_id: str,
    limits: SyncLimits,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> SyncRun:
    started, wait = clock(), limits.first_poll
    while True:
        sleep(wait)
        run = api.run(sync.id, run_id)
        if run is not None and run.is_over:
            return run
        waited = clock() - started
        if waited >= limits.timeout:
            state = "cannot be seen yet" if run is None else f"is {run.status}"
            raise SyncTimedOut(
                f"Run {run_id} of Hightouch's sync {sync.slug} {state} after {waited:.0f} s. It was not stopped; another attempt"
                " joins it."
            )
        wait = min(limits.wait_after(wait), max(limits.timeout - waited, limits.first_poll))


def _found(api: HightouchApi, sync_id: str, named_by: str) -> SyncDetails:
    try:
        return api.sync(sync_id)
    except NotFound as error:
        near = suggestion(sync_id, {each.id for each in api.syncs()})
        raise SyncNotFound(
            f"Hightouch has no sync {sync_id}, which {named_by} names, or does not show it to this API key.{near}"
        ) from error


def _joinable(api: HightouchApi, sync_id: str, model_made_at: dt.datetime | None) -> SyncRun | None:
    """The run under way that reads what this one would read."""
    if model_made_at is None:
        return None
    for run in api.latest_runs(sync_id):
        begun = run.started_at or run.created_at
        if run.status in UNDER_WAY and run.status != QUEUED and begun > model_made_at:
            return run
    return None


def _disabled(sync: SyncDetails, log: logging.Logger) -> Disabled:
    message = f"The sync {sync.slug} ({sync.id}) is disabled in Hightouch. Nothing is sent, and nothing is materialized."
    log.warning(message)
    return Disabled(sync, message)
