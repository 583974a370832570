"""Fivetran in memory: for tests of whatever asks the protocol.

What belongs here: connectors that change as a test says. What does not: HTTP, rows in a warehouse (those are the emulator's).
"""

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dagster_open_platform.lib.fivetran.protocol import (
    RESCHEDULED,
    SCHEDULED,
    SYNCING,
    ColumnConfig,
    ConnectorDetails,
    Destination,
    SchemaConfig,
    SetupTest,
)
from dagster_open_platform.lib.http import NotFound
from dagster_open_platform.utils.fake_calls import FakeCalls
from dagster_open_platform.utils.fake_clock import FakeClock


@dataclass
class FakeSync:
    """What a sync will do once it is started.

    Args:
        seconds: How long it takes.
        fails: Whether it ends without success.
        problems: What Fivetran then says is wrong.
        rescheduled_seconds: For how long Fivetran puts it off first; it then has to be started again.
        load: Called when it succeeds; writes what a sync writes.
    """

    seconds: float = 1.0
    fails: bool = False
    problems: tuple[str, ...] = ()
    rescheduled_seconds: float | None = None
    load: Callable[[], None] | None = None


@dataclass
class FakeConnector:
    """A connector.

    Args:
        details: As it is now.
        schemas: What it loads.
        syncs: What the next syncs do; those after them succeed in a second.
        setup_tests: What a test of the connection answers.
    """

    details: ConnectorDetails
    schemas: Mapping[str, SchemaConfig] = field(default_factory=dict)
    syncs: deque[FakeSync] = field(default_factory=deque)
    setup_tests: Sequence[SetupTest] = (SetupTest("Connecting", "PASSED"),)
    running: FakeSync | None = None
    ends_at: float = 0.0


class FakeFivetran(FakeCalls):
    """Fivetran (see the protocol).

    Args:
        connectors: Those of the account.
        destinations: Default: one for each group, a Snowflake database `FIVETRAN`.
        clock: Moves syncs on.
    """

    def __init__(
        self,
        connectors: Sequence[FakeConnector] = (),
        destinations: Sequence[Destination] | None = None,
        clock: FakeClock | None = None,
    ) -> None:
        super().__init__()
        self.clock = clock or FakeClock(dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC))
        self._connectors = {each.details.id: each for each in connectors}
        groups = dict.fromkeys(each.details.group_id for each in connectors)
        given = destinations or [Destination(group, "snowflake", "FIVETRAN", "US") for group in groups]
        self._destinations = {each.id: each for each in given}

    def __getitem__(self, connector_id: str) -> FakeConnector:
        """A connector, to be changed."""
        return self._connectors[connector_id]

    def change(self, connector_id: str, **fields: object) -> None:
        """Change a connector's details, as somebody in Fivetran's dashboard would."""
        connector = self._connectors[connector_id]
        connector.details = replace(connector.details, **fields)

    def delete(self, connector_id: str) -> None:
        """Delete a connector."""
        del self._connectors[connector_id]

    def group_ids(self) -> Sequence[str]:
        """All groups."""
        self._called("group_ids")
        return list(self._destinations)

    def destination(self, group_id: str) -> Destination:
        """The destination of a group."""
        self._called("destination", group_id)
        if group_id not in self._destinations:
            raise NotFound(f"Fivetran has no destination {group_id}.")
        return self._destinations[group_id]

    def connectors(self, group_id: str) -> Sequence[ConnectorDetails]:
        """All connectors of a group."""
        self._called("connectors", group_id)
        return [self._now(each) for each in self._connectors.values() if each.details.group_id == group_id]

    def connector(self, connector_id: str) -> ConnectorDetails:
        """One connector."""
        self._called("connector", connector_id)
        return self._now(self._known(connector_id))

    def schemas(self, connector_id: str) -> Mapping[str, SchemaConfig]:
        """What a connector loads."""
        self._called("schemas", connector_id)
        return self._known(connector_id).schemas

    def columns(self, connector_id: str, schema: str, table: str) -> Mapping[str, ColumnConfig]:
        """All columns of a table."""
        self._called("columns", connector_id, schema, table)
        tables = self._known(connector_id).schemas[schema].tables
        if table not in tables:
            raise NotFound(f"Fivetran's connector {connector_id} has no table {schema}.{table}.")
        return tables[table].columns

    def start_sync(self, connector_id: str) -> None:
        """Start a sync, unless one is running."""
        self._called("start_sync", connector_id)
        self._start(self._known(connector_id), historical=False)

    def start_resync(self, connector_id: str, tables: Mapping[str, Sequence[str]] | None = None) -> None:
        """Start to read everything anew."""
        self._called("start_resync", connector_id, tables)
        self._start(self._known(connector_id), historical=True)

    def use_manual_schedule(self, connector_id: str) -> None:
        """Take a connector off Fivetran's own schedule."""
        self._called("use_manual_schedule", connector_id)
        self._known(connector_id)
        self.change(connector_id, schedule_type="manual")

    def run_setup_tests(self, connector_id: str) -> Sequence[SetupTest]:
        """Test a connection."""
        self._called("run_setup_tests", connector_id)
        return self._known(connector_id).setup_tests

    def _known(self, connector_id: str) -> FakeConnector:
        if connector_id not in self._connectors:
            raise NotFound(f"Fivetran has no connector {connector_id}.")
        return self._connectors[connector_id]

    def _start(self, connector: FakeConnector, historical: bool) -> None:
        details = self._now(connector)
        if details.sync_state == SYNCING or details.paused:
            return
        put_off = details.rescheduled_for
        if put_off is not None and put_off > self.clock.now:
            return
        sync = connector.running or (connector.syncs.popleft() if connector.syncs else FakeSync())
        connector.running = sync
        if sync.rescheduled_seconds is not None:
            until = self.clock.now + dt.timedelta(seconds=sync.rescheduled_seconds)
            sync.rescheduled_seconds = None
            connector.details = replace(details, sync_state=RESCHEDULED, rescheduled_for=until)
            return
        connector.ends_at = self.clock() + sync.seconds
        connector.details = replace(
            details,
            sync_state=SYNCING,
            rescheduled_for=None,
            is_historical_sync=details.is_historical_sync or historical,
        )

    def _now(self, connector: FakeConnector) -> ConnectorDetails:
        """The details, after a sync that is over by now has ended."""
        sync = connector.running
        if sync is None or connector.details.sync_state != SYNCING or self.clock() < connector.ends_at:
            return connector.details
        connector.running = None
        ended = dt.datetime.fromtimestamp(connector.ends_at, dt.UTC)
        if sync.fails:
            connector.details = replace(
                connector.details, sync_state=SCHEDULED, failed_at=ended, problems=sync.problems
            )
            return connector.details
        if sync.load is not None:
            sync.load()
        connector.details = replace(
            connector.details, sync_state=SCHEDULED, succeeded_at=ended, is_historical_sync=False, problems=()
        )
        return connector.details
