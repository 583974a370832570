"""The state of an account, as Fivetran has it now.

What belongs here: asking for it. What does not: the file (`state.py`) and the command (`refresh.py`).
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from dagster_open_platform.lib.fivetran.protocol import (
    ColumnConfig,
    ConnectorDetails,
    FivetranApi,
    SchemaConfig,
    TableConfig,
)
from dagster_open_platform.lib.fivetran.state import AccountState, ConnectorState
from dagster_open_platform.lib.http import NotFound

_AT_ONCE = 4
"""Calls at a time: there is one for each table, and Fivetran limits how many an account makes."""


def fetch_state(api: FivetranApi, account_id: str) -> AccountState:
    """Ask for all connectors, tables and columns of an account.

    Args:
        api: Fivetran; may be asked from several threads.
        account_id: What the account is called in the state.

    Raises:
        PermanentFailure, RetryableFailure: One of `lib/http/errors.py` or `errors.py`.
    """
    groups = api.group_ids()
    found = [connector for group in groups for connector in api.connectors(group)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        connectors = {each.id: _connector(api, each, threads) for each in found}
    # A group without connectors may have no destination yet.
    used = {connector.group_id for connector in found}
    return AccountState(
        account_id, {group: api.destination(group) for group in groups if group in used}, connectors
    )


def _connector(api: FivetranApi, found: ConnectorDetails, threads: ThreadPoolExecutor) -> ConnectorState:
    try:
        schemas = api.schemas(found.id)
    except NotFound:  # it has not looked at its source yet
        schemas = {}
    asked = {
        (schema_source, source): threads.submit(_columns, api, found.id, schema_source, source, table)
        for schema_source, schema in schemas.items()
        for source, table in schema.tables.items()
        if schema.enabled and table.enabled
    }
    columns = {place: future.result() for place, future in asked.items()}
    complete = {
        schema_source: SchemaConfig(
            schema.name,
            schema.enabled,
            {
                source: TableConfig(
                    table.name, table.enabled, columns.get((schema_source, source), table.columns)
                )
                for source, table in schema.tables.items()
            },
        )
        for schema_source, schema in schemas.items()
    }
    return ConnectorState(found.id, found.name, found.service, found.group_id, complete)


def _columns(
    api: FivetranApi, connector_id: str, schema: str, source: str, table: TableConfig
) -> Mapping[str, ColumnConfig]:
    try:
        return api.columns(connector_id, schema, source)
    except NotFound:  # its source does not tell; what the schema's answer has is all there is
        return table.columns
