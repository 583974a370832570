"""The syncs that run: a thread each, one load at a time.

What belongs here: beginning, stopping and ending a sync. What does not: what is written (`loading.py`), and who may begin one
(`account.py`).
"""

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.fivetran.layouts import Layout
from dagster_open_platform_local.services.saas.fivetran.destination import Destination
from dagster_open_platform_local.services.saas.fivetran.errors import SyncCancelledError, SyncError
from dagster_open_platform_local.services.saas.fivetran.loading import Load, load
from dagster_open_platform_local.services.saas.fivetran.sources import Source
from dagster_open_platform_local.services.saas.fivetran.state import ConnectionState, StateFile, text_of


@dataclass(frozen=True)
class SyncRequest:
    """A sync that shall run.

    Args:
        source: What is loaded.
        rewritten: Tables whose rows are all written again.
        wait_seconds: How long it does nothing at first.
    """

    source: Source
    rewritten: Collection[str] = ()
    wait_seconds: float = 0.0


@dataclass
class _Sync:
    """One that runs."""

    request: SyncRequest
    cancelled: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Syncs:
    """Runs them.

    Args:
        states: Where their beginnings and ends are noted.
        destination: Where they write.
        company: Gives the company's clock, asked at each sync.
        now: The present moment.
    """

    def __init__(
        self,
        states: StateFile,
        destination: Destination,
        company: Callable[[], CompanyClock],
        now: Callable[[], datetime],
    ) -> None:
        self._states = states
        self._destination = destination
        self._company = company
        self._now = now
        self._lock = threading.Lock()
        self._running: dict[str, _Sync] = {}

    def start(self, connection_id: str, request: SyncRequest) -> None:
        """Begin a sync, in place of one that runs. It is noted when this returns."""
        with self._lock:
            self._cancel(connection_id)
            sync = _Sync(request)
            sync.thread = threading.Thread(
                target=self._run, args=(connection_id, sync), name=f"sync-{connection_id}", daemon=True
            )
            self._running[connection_id] = sync
            began = text_of(self._now())
            self._states.change(
                connection_id, lambda state: replace(state, syncing_since=began, rescheduled_for=None)
            )
        sync.thread.start()

    def cancel(self, connection_id: str) -> None:
        """Stop the sync that runs, if one does; nothing of it stays."""
        with self._lock:
            self._cancel(connection_id)
            self._states.change(connection_id, lambda state: replace(state, syncing_since=None))

    def wait(self, connection_id: str, seconds: float) -> bool:
        """Wait for the end of the sync that runs, if one does; False: it still runs."""
        with self._lock:
            sync = self._running.get(connection_id)
        if sync is None or sync.thread is None:
            return True
        sync.thread.join(seconds)
        return not sync.thread.is_alive()

    def close(self, seconds: float) -> None:
        """Stop all syncs. They count as interrupted when a process follows this one.

        Args:
            seconds: How long to wait for each of them.
        """
        with self._lock:
            syncs = list(self._running.values())
            self._running.clear()
        for sync in syncs:
            sync.cancelled.set()
        for sync in syncs:
            if sync.thread is not None:
                sync.thread.join(seconds)

    def _cancel(self, connection_id: str) -> None:
        sync = self._running.pop(connection_id, None)
        if sync is not None:
            sync.cancelled.set()

    def _run(self, connection_id: str, sync: _Sync) -> None:
        with suppress(SyncCancelledError):
            change = self._outcome(connection_id, sync)
            with self._lock:
                # Who cancelled it noted that already.
                if self._running.get(connection_id) is sync:
                    del self._running[connection_id]
                    self._states.change(connection_id, change)

    def _outcome(self, connection_id: str, sync: _Sync) -> Callable[[ConnectionState], ConnectionState]:
        """Do it; how the state changes by it."""
        state = self._states.change(connection_id, lambda state: state)
        if sync.cancelled.wait(max(sync.request.wait_seconds, state.sync_seconds)):
            raise SyncCancelledError
        state = self._states.change(connection_id, lambda state: state)
        if state.next_sync_rescheduled_seconds is not None:
            until = text_of(self._now() + timedelta(seconds=state.next_sync_rescheduled_seconds))
            return lambda state: replace(
                state, syncing_since=None, rescheduled_for=until, next_sync_rescheduled_seconds=None
            )
        failure: str | None = state.next_sync_fails
        if failure is None:
            try:
                self._load(state, sync)
            except SyncCancelledError:
                raise
            except SyncError as error:
                failure = str(error)
            except Exception as error:  # noqa: BLE001  # whatever it is, a failed sync says so
                failure = f"The sync ended with an error: {type(error).__name__}: {error}"
        return lambda state: replace(state.completed(self._now(), failure), next_sync_fails=None)

    def _load(self, state: ConnectionState, sync: _Sync) -> None:
        source = sync.request.source
        rows = source.rows(self._company())
        wanted = Load(
            source.connector.schema, synced_tables(source, state), rows, sync.request.rewritten, self._now()
        )

        def check() -> None:
            if sync.cancelled.is_set():
                raise SyncCancelledError

        with self._destination.transaction(sync.cancelled) as connection:
            load(connection, wanted, check)


def is_synced(source: Source, state: ConnectionState, table: str) -> bool:
    """Whether a table is."""
    return state.tables.get(table, table not in source.connector.disabled)


def synced_tables(source: Source, state: ConnectionState) -> list[Layout]:
    """The tables that are synced, with the columns that are."""
    return [
        Layout(
            layout.name,
            tuple(each for each in layout.columns if state.columns.get(layout.name, {}).get(each.name, True)),
        )
        for layout in source.layouts.values()
        if is_synced(source, state, layout.name)
    ]
