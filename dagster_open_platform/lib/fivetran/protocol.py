"""What the platform asks of Fivetran, and the values that come back.

What belongs here: the narrow protocol, which the client (`client.py`) and the fake (`fake.py`) implement. What does not: HTTP, and
what is done with the answers.

Fivetran has renamed connectors to connections; Dagster, and so this platform, still says connector.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

CONNECTED, BROKEN, INCOMPLETE = "connected", "broken", "incomplete"
"""Setup states (https://fivetran.com/docs/rest-api/api-reference/connections/connection-details)."""

SCHEDULED, SYNCING, PAUSED, RESCHEDULED = "scheduled", "syncing", "paused", "rescheduled"
"""Sync states (the same page)."""

MANUAL = "manual"
"""The schedule type of a connector that syncs when it is told to; `auto` is Fivetran's own schedule."""


class ColumnConfig(NamedTuple):
    """A column, by the name that the source has for it.

    Args:
        name: In the destination.
        enabled: Whether it is synced.
        primary_key: Whether it is part of the key.
    """

    name: str
    enabled: bool
    primary_key: bool


class TableConfig(NamedTuple):
    """A table, by the name that the source has for it.

    Args:
        name: In the destination.
        enabled: Whether it is synced.
        columns: By their names at the source.
    """

    name: str
    enabled: bool
    columns: Mapping[str, ColumnConfig]


class SchemaConfig(NamedTuple):
    """A schema, by the name that the source has for it.

    Args:
        name: In the destination.
        enabled: Whether it is synced.
        tables: By their names at the source.
    """

    name: str
    enabled: bool
    tables: Mapping[str, TableConfig]


@dataclass(frozen=True)
class Destination:
    """Where the connectors of a group load to.

    Args:
        id: The group's, too.
        service: Kind of database, such as `snowflake`.
        database: Its name there, as Fivetran spells it. None: the service has none.
        region: Where Fivetran processes the data.
    """

    id: str
    service: str
    database: str | None
    region: str


@dataclass(frozen=True)
class ConnectorDetails:
    """A connector as it is at the moment.

    Args:
        id: Two words, such as `broken_anchorage`.
        name: What Fivetran calls `schema`: the schema in the destination, with the table where there is one only.
        service: Kind of source, such as `salesforce`.
        group_id: Its group, which is also its destination.
        paused: Whether it was paused by hand.
        schedule_type: `auto` or `manual`.
        succeeded_at: When the last sync ended that succeeded; aware. None: none has.
        failed_at: When the last sync ended that failed.
        setup_state: One of the setup states.
        sync_state: One of the sync states.
        is_historical_sync: Whether the next or the running sync reads everything anew.
        rescheduled_for: When Fivetran will go on with a sync that it put off.
        problems: What Fivetran says is wrong: the messages of its tasks and warnings.
    """

    id: str
    name: str
    service: str
    group_id: str
    paused: bool = False
    schedule_type: str = MANUAL
    succeeded_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    setup_state: str = CONNECTED
    sync_state: str = SCHEDULED
    is_historical_sync: bool = False
    rescheduled_for: dt.datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Its page in Fivetran's dashboard."""
        return connector_url(self.id)


@dataclass(frozen=True)
class SetupTest:
    """One of the tests that Fivetran makes of a connection.

    Args:
        title: What is tested.
        status: `PASSED`, `SKIPPED`, `WARNING`, `FAILED` or `JOB_FAILED`.
        message: What was found; may be empty.
    """

    title: str
    status: str
    message: str = ""

    @property
    def failed(self) -> bool:
        """Whether the connection cannot work."""
        return self.status not in ("PASSED", "SKIPPED", "WARNING")


def connector_url(connector_id: str) -> str:
    """A connector's page in Fivetran's dashboard."""
    return f"https://fivetran.com/dashboard/connections/{connector_id}"


class FivetranApi(Protocol):
    """Fivetran's REST API. All operations raise the errors of `lib/http/errors.py` and `UnexpectedAnswer`."""

    def group_ids(self) -> Sequence[str]:
        """All groups of the account that the key may see; each has one destination under the same id."""
        ...

    def destination(self, group_id: str) -> Destination:
        """The destination of a group.

        Raises:
            NotFound: There is none.
        """
        ...

    def connectors(self, group_id: str) -> Sequence[ConnectorDetails]:
        """All connectors of a group."""
        ...

    def connector(self, connector_id: str) -> ConnectorDetails:
        """One connector.

        Raises:
            NotFound: There is none.
        """
        ...

    def schemas(self, connector_id: str) -> Mapping[str, SchemaConfig]:
        """What a connector loads, by the names at the source; empty before it has looked at its source.

        Columns may be left out that nobody has configured; `columns` has them.

        Raises:
            NotFound: There is no such connector.
        """
        ...

    def columns(self, connector_id: str, schema: str, table: str) -> Mapping[str, ColumnConfig]:
        """All columns of a table.

        Args:
            connector_id: The connector.
            schema: Name at the source.
            table: Name at the source.

        Raises:
            NotFound: There is no such table, or its source does not tell columns.
        """
        ...

    def start_sync(self, connector_id: str) -> None:
        """Start a sync, unless one is running."""
        ...

    def start_resync(self, connector_id: str, tables: Mapping[str, Sequence[str]] | None = None) -> None:
        """Start to read everything anew.

        Args:
            connector_id: The connector.
            tables: Names at the source, by schema. None: all.
        """
        ...

    def use_manual_schedule(self, connector_id: str) -> None:
        """Take a connector off Fivetran's own schedule."""
        ...

    def run_setup_tests(self, connector_id: str) -> Sequence[SetupTest]:
        """Test a connection."""
        ...
