"""Hightouch in memory: for tests of whatever asks the protocol.

What belongs here: syncs whose runs go as a test says. What does not: HTTP, models and destinations (those are the emulator's).
"""

import datetime as dt
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dagster_open_platform.lib.hightouch.protocol import (
    PROCESSING,
    QUEUED,
    SUCCESS,
    RowCounts,
    SyncDetails,
    SyncRun,
)
from dagster_open_platform.lib.http import NotFound, RequestRejected
from dagster_open_platform.utils.fake_calls import FakeCalls
from dagster_open_platform.utils.fake_clock import FakeClock

_FIRST_RUN = 9_001


@dataclass
class FakeRun:
    """What a run will do once it is its turn.

    Args:
        seconds: How long it takes.
        status: How it ends.
        planned: Rows that have to be sent.
        failed: Those of them that are refused.
        lost: Added rows that are neither taken nor refused.
        error: What Hightouch then says.
        query_size: Rows of the model.
        hidden_seconds: For how long it cannot be seen after it was asked for.
    """

    seconds: float = 1.0
    status: str = SUCCESS
    planned: RowCounts = RowCounts(3, 2, 1)  # noqa: RUF009 - a tuple, which nobody changes
    failed: RowCounts = RowCounts()  # noqa: RUF009 - a tuple, which nobody changes
    lost: int = 0
    error: str | None = None
    query_size: int = 10
    hidden_seconds: float = 0.0

    @property
    def successful(self) -> RowCounts:
        """Rows that are taken."""
        taken = RowCounts(*(all_ - bad for all_, bad in zip(self.planned, self.failed, strict=True)))
        return taken._replace(added=taken.added - self.lost)


@dataclass
class _Asked:
    """A run that was asked for."""

    id: str
    plan: FakeRun
    created_at: dt.datetime
    starts_at: dt.datetime

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + dt.timedelta(seconds=self.plan.seconds)


@dataclass
class FakeSync:
    """A sync.

    Args:
        details: As it is now.
        plans: What the next runs do; those after them succeed in a second.
        deleted: Whether it is gone.
    """

    details: SyncDetails
    plans: deque[FakeRun] = field(default_factory=deque)
    deleted: bool = False
    asked: list[_Asked] = field(default_factory=list)


class FakeHightouch(FakeCalls):
    """Hightouch (see the protocol).

    Args:
        syncs: Those of the workspace.
        clock: Moves runs on.
    """

    def __init__(self, syncs: Sequence[FakeSync] = (), clock: FakeClock | None = None) -> None:
        super().__init__()
        self.clock = clock or FakeClock(dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC))
        self._syncs = {each.details.id: each for each in syncs}

    def __getitem__(self, sync_id: str) -> FakeSync:
        """A sync, to be changed."""
        return self._syncs[sync_id]

    def plan(self, sync_id: str, *plans: FakeRun) -> None:
        """Say what the next runs of a sync do."""
        self[sync_id].plans.extend(plans)

    def disable(self, sync_id: str) -> None:
        """Switch a sync off, as somebody in Hightouch would."""
        self[sync_id].details = replace(self[sync_id].details, disabled=True)

    def start(self, sync_id: str) -> str:
        """Ask for a run, as Hightouch's own schedule would; its id."""
        sync = self[sync_id]
        waiting = next((each for each in sync.asked if each.starts_at > self.clock.now), None)
        if waiting is not None:
            return waiting.id
        now = self.clock.now
        begins = max([now, *(each.ends_at for each in sync.asked)])
        plan = sync.plans.popleft() if sync.plans else FakeRun()
        number = _FIRST_RUN + sum(len(each.asked) for each in self._syncs.values())
        sync.asked.append(_Asked(str(number), plan, now, begins))
        return str(number)

    def sync(self, sync_id: str) -> SyncDetails:
        """One sync."""
        self._called("sync", sync_id)
        return self._known(sync_id).details

    def syncs(self) -> Sequence[SyncDetails]:
        """All syncs."""
        self._called("syncs")
        return [each.details for each in self._syncs.values() if not each.deleted]

    def trigger(self, sync_id: str, *, full_resync: bool = False) -> str:
        """Ask for a run."""
        self._called("trigger", sync_id, full_resync)
        if self._known(sync_id).details.disabled:
            raise RequestRejected(f"Hightouch answered 422: Sync {sync_id} is disabled.")
        return self.start(sync_id)

    def run(self, sync_id: str, run_id: str) -> SyncRun | None:
        """One run."""
        self._called("run", sync_id, run_id)
        return next((each for each in self._runs(sync_id) if each.id == run_id), None)

    def latest_runs(self, sync_id: str) -> Sequence[SyncRun]:
        """The last few runs."""
        self._called("latest_runs", sync_id)
        return self._runs(sync_id)[::-1][:5]

    def _known(self, sync_id: str) -> FakeSync:
        found = self._syncs.get(sync_id)
        if found is None or found.deleted:
            raise NotFound(f"Hightouch answered 404: Sync {sync_id} not found.")
        return found

    def _runs(self, sync_id: str) -> list[SyncRun]:
        now = self.clock.now
        return [
            self._seen(each)
            for each in self._known(sync_id).asked
            if each.created_at + dt.timedelta(seconds=each.plan.hidden_seconds) <= now
        ]

    def _seen(self, asked: _Asked) -> SyncRun:
        now, plan = self.clock.now, asked.plan
        if asked.starts_at > now:
            return SyncRun(asked.id, QUEUED, asked.created_at)
        if asked.ends_at > now:
            return SyncRun(
                asked.id,
                PROCESSING,
                asked.created_at,
                asked.starts_at,
                query_size=plan.query_size,
                planned=plan.planned,
            )
        return SyncRun(
            asked.id,
            plan.status,
            asked.created_at,
            asked.starts_at,
            asked.ends_at,
            plan.query_size,
            plan.planned,
            plan.successful,
            plan.failed,
            plan.error,
        )
