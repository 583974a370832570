"""A Fivetran account: its connections, and what may be done with them.

What belongs here: which change is allowed in which state, and its consequences. What does not: HTTP (`app.py`).

The account never begins a sync by itself: every connection of the company is on the schedule type `manual`, for which Fivetran documents
that syncs, those that were put off included, are begun by calls only
(https://fivetran.com/docs/rest-api/tutorials/trigger-syncs-manually).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.services.saas.fivetran.changes import (
    Json,
    connection_change,
    control_change,
    resync_scope,
    schema_change,
)
from dagster_open_platform_local.services.saas.fivetran.destination import DATABASE, Destination
from dagster_open_platform_local.services.saas.fivetran.errors import conflict, not_found
from dagster_open_platform_local.services.saas.fivetran.sources import Source
from dagster_open_platform_local.services.saas.fivetran.state import ConnectionState, StateFile
from dagster_open_platform_local.services.saas.fivetran.syncs import SyncRequest, Syncs
from dagster_open_platform_local.services.warehouse_file import database_file, ensure_database

STATE_FILE = "fivetran.json"


class FivetranAccount:
    """The connections of an account, all in one group.

    Args:
        sources: By connection id, in the order in which they are listed. May be replaced while the account lives: the source changes.
        state_directory: Where the account remembers itself, in `fivetran.json`.
        warehouse: Directory of the destination's file.
        company: Gives the company's clock.
        patience_seconds: How long a sync waits for a destination that another process has open.
        now: The present moment; real, since clients wait for it.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        state_directory: Path,
        warehouse: Path,
        company: Callable[[], CompanyClock],
        patience_seconds: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.sources = dict(sources)
        self.now = now
        ensure_database(warehouse, DATABASE)
        self._states = StateFile(state_directory / STATE_FILE, sources, now)
        destination = Destination(database_file(warehouse, DATABASE), patience_seconds)
        self._syncs = Syncs(self._states, destination, company, now)

    def connections(self) -> list[tuple[Source, ConnectionState]]:
        """Those that there are."""
        found = [(source, self._states.get(connection_id)) for connection_id, source in self.sources.items()]
        return [(source, state) for source, state in found if state is not None]

    def connection(self, connection_id: str) -> tuple[Source, ConnectionState]:
        """One of them.

        Raises:
            ApiError: 404.
        """
        state = self._states.get(connection_id)
        if state is None or connection_id not in self.sources:
            raise not_found("Connection", connection_id)
        return self.sources[connection_id], state

    def sync(self, connection_id: str, *, force: bool) -> None:
        """Begin a sync, unless the connection is put off.

        Args:
            connection_id: Of the connection.
            force: Stop a sync that runs and begin anew; without it that one goes on.

        Raises:
            ApiError: 404, or 409: it cannot sync.
        """
        source, state = self._syncable(connection_id)
        sync_state = state.sync_state(self.now())
        if sync_state == "scheduled" or (sync_state == "syncing" and force):
            rewritten = source.layouts if state.is_historical_sync else ()
            self._syncs.start(connection_id, SyncRequest(source, rewritten))

    def resync(self, connection_id: str, scope: object) -> None:
        """Begin a historical sync.

        Args:
            connection_id: Of the connection.
            scope: The tables by schema; None: all.

        Raises:
            ApiError: 400, 404, or 409: it cannot sync, or it syncs.
        """
        source, state = self._syncable(connection_id)
        tables = tuple(source.layouts) if scope is None else resync_scope(scope, source)
        if state.sync_state(self.now()) == "syncing":
            raise conflict(f"A sync of the connection with id '{connection_id}' is in progress")
        self._begin_historical(connection_id, SyncRequest(source, tables))

    def change(self, connection_id: str, body: Json) -> None:
        """Change a connection's settings.

        Raises:
            ApiError: 400 or 404.
        """
        self.connection(connection_id)
        self._apply(connection_id, connection_change(body))

    def change_schema(self, connection_id: str, body: Json) -> None:
        """Change which tables and columns are synced.

        Raises:
            ApiError: 400 or 404.
        """
        source, _ = self.connection(connection_id)
        self._states.change(connection_id, schema_change(body, source))

    def reload_schema(self, connection_id: str) -> None:
        """Look at the source's tables anew.

        Raises:
            ApiError: 404.
        """
        self.connection(connection_id)
        self._states.change(connection_id, lambda state: replace(state, has_schema_config=True))

    def delete(self, connection_id: str) -> None:
        """Remove a connection; what it loaded stays.

        Raises:
            ApiError: 404.
        """
        self.connection(connection_id)
        self._apply(connection_id, lambda state: replace(state, deleted=True))

    def control(self, connection_id: str, body: Json) -> None:
        """What only Fivetran's staff or the outside can cause (`app.py` says what).

        Raises:
            ApiError: 400 or 404.
        """
        if connection_id not in self.sources:
            raise not_found("Connection", connection_id)
        self._apply(connection_id, control_change(body, self.now()))
        if "historical_seconds" in body:
            source = self.sources[connection_id]
            request = SyncRequest(source, tuple(source.layouts), body["historical_seconds"])
            self._begin_historical(connection_id, request)

    def wait(self, connection_id: str, seconds: float) -> bool:
        """Wait until no sync of a connection runs.

        Returns:
            False: one still does.
        """
        return self._syncs.wait(connection_id, seconds)

    def close(self, seconds: float = 2.0) -> None:
        """Stop all syncs.

        Args:
            seconds: How long to wait for each.
        """
        self._syncs.close(seconds)

    def _syncable(self, connection_id: str) -> tuple[Source, ConnectionState]:
        source, state = self.connection(connection_id)
        if state.paused:
            raise conflict(f"The connection with id '{connection_id}' is paused")
        if state.setup_state != "connected":
            raise conflict(f"The setup of the connection with id '{connection_id}' is {state.setup_state}")
        return source, state

    def _begin_historical(self, connection_id: str, request: SyncRequest) -> None:
        self._states.change(connection_id, lambda state: replace(state, is_historical_sync=True))
        self._syncs.start(connection_id, request)

    def _apply(self, connection_id: str, change: Callable[[ConnectionState], ConnectionState]) -> None:
        state = self._states.change(connection_id, change)
        if state.syncing_since is not None and (
            state.paused or state.deleted or state.setup_state != "connected"
        ):
            self._syncs.cancel(connection_id)
