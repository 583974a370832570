"""One sync of one connector: started or joined, and waited for.

What belongs here: what each state of a connector means for a run. What does not: tables and the warehouse (`materialize.py`).

| the connector is | then |
|---|---|
| paused | nothing is synced; a warning says so |
| broken, or not set up | the run fails for good, with what Fivetran says |
| deleted | the run fails for good, and names the command that renews the state file |
| put off by Fivetran, or in a historical sync | it is waited for, up to a limit; then nothing counts as synced |
| syncing | that sync is waited for, instead of starting another |
| on Fivetran's own schedule | it is taken off it, which the log tells |

A sync that failed, or that takes longer than the time-out, may be tried again: what still runs then is joined.
Sources: https://fivetran.com/docs/rest-api/api-reference/connections/sync-connection,
https://fivetran.com/docs/rest-api/tutorials/trigger-syncs-manually (a rescheduled sync has to be triggered again).
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dagster_open_platform.lib.fivetran.errors import (
    REFRESH,
    ConnectorBroken,
    ConnectorDeleted,
    SyncFailed,
    SyncTimedOut,
)
from dagster_open_platform.lib.fivetran.protocol import (
    CONNECTED,
    MANUAL,
    RESCHEDULED,
    SYNCING,
    ConnectorDetails,
    FivetranApi,
    connector_url,
)
from dagster_open_platform.lib.http import NotFound

_LOG = logging.getLogger(__name__)
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
_GROWTH = 1.25
"""Of the waits between two looks: what is waited too long stays below a quarter of what the sync takes."""


class Reason(StrEnum):
    """Why a connector was not synced, though nothing failed."""

    PAUSED = "paused"
    RESCHEDULED = "rescheduled"
    HISTORICAL_SYNC = "historical sync"


@dataclass(frozen=True)
class SyncLimits:
    """How long is waited, in seconds.

    Args:
        timeout: For a sync.
        patience: For a historical sync that the run did not ask for, and for Fivetran to go on with a sync that it put off.
        first_poll: Before the first look at a sync that was started.
        longest_poll: Between two looks, at most.
    """

    timeout: float = 3600.0
    patience: float = 300.0
    first_poll: float = 0.2
    longest_poll: float = 10.0

    def wait_after(self, wait: float) -> float:
        """How long to wait when that was waited before the last look."""
        return min(wait * _GROWTH, self.longest_poll)


@dataclass(frozen=True)
class Resync:
    """What to read anew.

    Args:
        tables: Names at the source, by schema. None: all tables.
    """

    tables: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True)
class Synced:
    """A sync that ended well.

    Args:
        connector: After it.
        joined: Whether it was already running.
        seconds: How long it was waited for.
    """

    connector: ConnectorDetails
    joined: bool
    seconds: float


@dataclass(frozen=True)
class NotSynced:
    """No sync ended, and none failed.

    Args:
        connector: As it was last seen.
        reason: Why.
        message: The same in a sentence.
    """

    connector: ConnectorDetails
    reason: Reason
    message: str


def sync_connector(
    api: FivetranApi,
    connector_id: str,
    limits: SyncLimits | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
    *,
    resync: Resync | None = None,
    log: logging.Logger = _LOG,
) -> Synced | NotSynced:
    """Sync a connector and wait for the end.

    Args:
        api: Fivetran.
        connector_id: The connector.
        limits: Of waiting.
        clock: Unix seconds.
        sleep: Waits so many seconds.
        resync: What to read anew; None: what changed.
        log: Told what is waited for.

    Raises:
        ConnectorBroken: It cannot sync before somebody mends it.
        ConnectorDeleted: There is no such connector.
        SyncFailed: The sync failed.
        SyncTimedOut: The sync takes longer than the time-out.
        PermanentFailure, RetryableFailure: Another one of `lib/http/errors.py`.
    """
    return _Sync(api, connector_id, limits or SyncLimits(), clock, sleep, resync, log).run()


class _Sync:
    """A sync that is waited for."""

    def __init__(
        self,
        api: FivetranApi,
        connector_id: str,
        limits: SyncLimits,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        resync: Resync | None,
        log: logging.Logger,
    ) -> None:
        self._api = api
        self._id = connector_id
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._resync = resync
        self._log = log
        self._started = clock()
        self._told: set[Reason] = set()
        self._to_start = False
        """Whether Fivetran has put the sync off since it was last started."""

    def run(self) -> Synced | NotSynced:
        found = self._look()
        if found.paused:
            return self._paused(found)
        if found.schedule_type != MANUAL:
            self._api.use_manual_schedule(self._id)
            self._log.warning(
                f"{found.name} was on Fivetran's own schedule. It is now on the manual one: from here on it syncs when"
                " Dagster says so."
            )
        joined = self._start(found)
        ended_before = _ended(found)
        wait = self._limits.first_poll
        while True:
            self._sleep(self._not_beyond_rescheduling(found, wait))
            wait = self._limits.wait_after(wait)
            found = self._look()
            if _ended(found) > ended_before:
                if not self._succeeded(found):
                    raise SyncFailed(f"Fivetran's sync of {found.name} failed: {_said(found)}")
                if self._resync is None or not found.is_historical_sync:
                    return Synced(found, joined, self._waited())
                # A sync that ran when the resync was asked for has ended; the resync is to come.
                ended_before = _ended(found)
            if skipped := self._skipped(found):
                return skipped
            if self._waited() >= self._limits.timeout:
                raise SyncTimedOut(
                    f"Fivetran's sync of {found.name} goes on after {self._waited():.0f} s. It was not stopped; another"
                    f" attempt joins it. See {found.url}."
                )

    def _start(self, found: ConnectorDetails) -> bool:
        """Starts what has to be started; whether a running sync is joined."""
        running = found.sync_state == SYNCING
        if self._resync is not None and not (running and found.is_historical_sync):
            self._api.start_resync(self._id, self._resync.tables)
            return False
        if running:
            self._log.info(f"{found.name} is syncing already; waiting for that sync.")
        elif self._put_off(found):
            self._to_start = True
        else:
            self._api.start_sync(self._id)
        return running

    def _skipped(self, found: ConnectorDetails) -> NotSynced | None:
        """What comes of a sync that will not end in time; None: wait on."""
        if found.paused:
            return self._paused(found)
        left = self._limits.patience - self._waited()
        if found.sync_state == RESCHEDULED:
            until = found.rescheduled_for
            if left <= 0 or (until is not None and until.timestamp() - self._clock() > left):
                when = f" until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
                return self._not_synced(found, Reason.RESCHEDULED, f"Fivetran has put the sync off{when}")
            self._to_start = self._put_off(found)
            if not self._to_start:
                self._api.start_sync(self._id)
            self._tell(Reason.RESCHEDULED, f"Fivetran has put the sync of {found.name} off; waiting for it.")
            return None
        if self._to_start:  # its time has come; if it has begun by itself, this changes nothing
            self._to_start = False
            self._api.start_sync(self._id)
        if found.is_historical_sync and self._resync is None:
            if left <= 0:
                return self._not_synced(found, Reason.HISTORICAL_SYNC, "a historical sync is in progress")
            self._tell(Reason.HISTORICAL_SYNC, f"{found.name} is in a historical sync; waiting for its end.")
        return None

    def _not_beyond_rescheduling(self, found: ConnectorDetails, wait: float) -> float:
        """A wait that ends when the sync that was put off may be started again."""
        if found.rescheduled_for is None or not self._put_off(found):
            return wait
        return min(wait, max(found.rescheduled_for.timestamp() - self._clock(), self._limits.first_poll))

    def _put_off(self, found: ConnectorDetails) -> bool:
        until = found.rescheduled_for
        return found.sync_state == RESCHEDULED and until is not None and until.timestamp() > self._clock()

    def _look(self) -> ConnectorDetails:
        try:
            found = self._api.connector(self._id)
        except NotFound as error:
            raise ConnectorDeleted(
                f"Fivetran has no connector {self._id} any more ({connector_url(self._id)}). If it was deleted on"
                f" purpose, take it out of the graph with `{REFRESH}`."
            ) from error
        if found.setup_state != CONNECTED:
            raise ConnectorBroken(
                f"Fivetran's connector {found.name} is {found.setup_state} and cannot sync: {_said(found)} Mend it at"
                f" {found.url}."
            )
        return found

    def _succeeded(self, found: ConnectorDetails) -> bool:
        return (found.succeeded_at or _NEVER) > (found.failed_at or _NEVER)

    def _paused(self, found: ConnectorDetails) -> NotSynced:
        return self._not_synced(found, Reason.PAUSED, f"it is paused in Fivetran ({found.url})")

    def _not_synced(self, found: ConnectorDetails, reason: Reason, why: str) -> NotSynced:
        message = f"{found.name} was not synced: {why}. Nothing is materialized."
        self._log.warning(message)
        return NotSynced(found, reason, message)

    def _tell(self, reason: Reason, message: str) -> None:
        if reason not in self._told:
            self._told.add(reason)
            self._log.info(f"{message} At most {self._limits.patience:.0f} s.")

    def _waited(self) -> float:
        return self._clock() - self._started


def _ended(found: ConnectorDetails) -> dt.datetime:
    return max(found.succeeded_at or _NEVER, found.failed_at or _NEVER)


def _said(found: ConnectorDetails) -> str:
    return f"{'; '.join(found.problems)}." if found.problems else "Fivetran says no more."
