"""From Fivetran's JSON to the values of the protocol.

What belongs here: fields and their types. What does not: paths and paging (`client.py`).
Sources: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details, …/connection-schema/connection-schema-config
and …/destinations/destination-details.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dagster_open_platform.lib.fivetran.errors import UnexpectedAnswer
from dagster_open_platform.lib.fivetran.protocol import (
    ColumnConfig,
    ConnectorDetails,
    Destination,
    SchemaConfig,
    SetupTest,
    TableConfig,
)
from dagster_open_platform.lib.http_fields import Fields

_FIELDS = Fields("Fivetran", UnexpectedAnswer)
member, optional, moment = _FIELDS.member, _FIELDS.optional, _FIELDS.moment
Node = Mapping[str, Any]


def connector_of(node: Node) -> ConnectorDetails:
    """A connector."""
    status = member(node, "status", Mapping)
    return ConnectorDetails(
        id=member(node, "id", str),
        name=member(node, "schema", str),
        service=member(node, "service", str),
        group_id=member(node, "group_id", str),
        paused=member(node, "paused", bool),
        schedule_type=optional(node, "schedule_type", str) or "auto",
        succeeded_at=moment(node, "succeeded_at"),
        failed_at=moment(node, "failed_at"),
        setup_state=member(status, "setup_state", str),
        sync_state=member(status, "sync_state", str),
        is_historical_sync=optional(status, "is_historical_sync", bool) or False,
        rescheduled_for=moment(status, "rescheduled_for"),
        problems=tuple(_problems(status)),
    )


def _problems(status: Node) -> Iterator[str]:
    for field in ("tasks", "warnings"):
        for problem in optional(status, field, list) or ():
            code = optional(problem, "code", str) if isinstance(problem, Mapping) else None
            message = optional(problem, "message", str) if isinstance(problem, Mapping) else None
            yield ": ".join(text for text in (code, message) if text) or "a problem without a text"


def destination_of(node: Node) -> Destination:
    """A destination."""
    config = optional(node, "config", Mapping) or {}
    return Destination(
        id=member(node, "id", str),
        service=member(node, "service", str),
        database=optional(config, "database", str),
        region=optional(node, "region", str) or "",
    )


def schemas_of(node: Node) -> Mapping[str, SchemaConfig]:
    """What a connector loads."""
    return {
        source: SchemaConfig(
            member(schema, "name_in_destination", str),
            member(schema, "enabled", bool),
            {name: _table(table) for name, table in (optional(schema, "tables", Mapping) or {}).items()},
        )
        for source, schema in member(node, "schemas", Mapping).items()
    }


def _table(node: Node) -> TableConfig:
    return TableConfig(
        member(node, "name_in_destination", str), member(node, "enabled", bool), columns_of(node)
    )


def columns_of(node: Node) -> Mapping[str, ColumnConfig]:
    """The columns of a table."""
    return {
        source: ColumnConfig(
            member(column, "name_in_destination", str),
            member(column, "enabled", bool),
            optional(column, "is_primary_key", bool) or False,
        )
        for source, column in (optional(node, "columns", Mapping) or {}).items()
    }


def setup_test_of(node: Node) -> SetupTest:
    """The result of a setup test."""
    return SetupTest(
        member(node, "title", str), member(node, "status", str), optional(node, "message", str) or ""
    )
