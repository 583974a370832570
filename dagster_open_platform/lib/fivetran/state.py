"""The state file: what the account has, as far as the asset graph depends on it.

What belongs here: reading and writing it. What does not: fetching (`refresh.py`), and what becomes of it (`specs.py`).

The file is JSON with one column a line, sorted, so that a difference is read as one. It leaves out what changes by itself, such as when
a connector synced last.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.fivetran.errors import REFRESH, InvalidState
from dagster_open_platform.lib.fivetran.protocol import ColumnConfig, Destination, SchemaConfig, TableConfig


@dataclass(frozen=True)
class ConnectorState:
    """A connector.

    Args:
        id: Two words.
        name: What Fivetran calls `schema`.
        service: Kind of source.
        group_id: Its destination.
        schemas: What it loads, by the names at the source.
    """

    id: str
    name: str
    service: str
    group_id: str
    schemas: Mapping[str, SchemaConfig]

    def tables(self) -> Iterator[tuple[str, str, SchemaConfig, TableConfig]]:
        """The tables that are synced: names of schema and table at the source, and what is known of both."""
        for schema_source, schema in self.schemas.items():
            if schema.enabled:
                for table_source, table in schema.tables.items():
                    if table.enabled:
                        yield schema_source, table_source, schema, table


@dataclass(frozen=True)
class AccountState:
    """An account.

    Args:
        account_id: Fivetran's id.
        destinations: By id.
        connectors: By id.
    """

    account_id: str
    destinations: Mapping[str, Destination]
    connectors: Mapping[str, ConnectorState]


def read_state(path: Path) -> AccountState:
    """Read a state file.

    Raises:
        InvalidState: It cannot be read or is not one.
    """
    try:
        return _account(json.loads(path.read_bytes()))
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
    except ValueError as error:
        problem = f"it is not JSON: {error}"
    except (KeyError, TypeError, AttributeError) as error:
        problem = (
            f"it is not made of connectors, schemas, tables and columns ({type(error).__name__}: {error})"
        )
    raise InvalidState(
        f"{path} is no state of Fivetran's connectors: {problem}. Make it anew with `{REFRESH}`."
    )


def _account(found: dict[str, Any]) -> AccountState:
    destinations = {
        id_: Destination(id_, each["service"], each["database"], each["region"])
        for id_, each in found["destinations"].items()
    }
    connectors = {id_: _connector(id_, each) for id_, each in found["connectors"].items()}
    for connector in connectors.values():
        if connector.group_id not in destinations:
            raise KeyError(f"the destination {connector.group_id} of the connector {connector.id}")
    return AccountState(found["account_id"], destinations, connectors)


def _connector(id_: str, found: dict[str, Any]) -> ConnectorState:
    schemas = {
        schema_source: SchemaConfig(
            schema["name_in_destination"],
            schema["enabled"],
            {
                table_source: TableConfig(
                    table["name_in_destination"],
                    table["enabled"],
                    {
                        source: ColumnConfig(
                            column["name_in_destination"], column["enabled"], column["is_primary_key"]
                        )
                        for source, column in table["columns"].items()
                    },
                )
                for table_source, table in schema["tables"].items()
            },
        )
        for schema_source, schema in found["schemas"].items()
    }
    return ConnectorState(id_, found["name"], found["service"], found["group_id"], schemas)


def write_state(path: Path, state: AccountState) -> None:
    """Write a state file whole: whoever kills this in the middle finds the old one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(state_text(state), encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def state_text(state: AccountState) -> str:
    """The text of a state file; the same state gives the same text."""
    lines = _lines(
        {
            "account_id": state.account_id,
            "destinations": {
                each.id: {"service": each.service, "database": each.database, "region": each.region}
                for each in state.destinations.values()
            },
            "connectors": {each.id: _plain(each) for each in state.connectors.values()},
        },
        "",
    )
    return "".join(lines) + "\n"


def _plain(connector: ConnectorState) -> dict[str, Any]:
    return {
        "name": connector.name,
        "service": connector.service,
        "group_id": connector.group_id,
        "schemas": {
            source: {
                "name_in_destination": schema.name,
                "enabled": schema.enabled,
                "tables": {name: _plain_table(table) for name, table in schema.tables.items()},
            }
            for source, schema in connector.schemas.items()
        },
    }


def _plain_table(table: TableConfig) -> dict[str, Any]:
    columns = {
        source: {
            "name_in_destination": column.name,
            "enabled": column.enabled,
            "is_primary_key": column.primary_key,
        }
        for source, column in table.columns.items()
    }
    return {"name_in_destination": table.name, "enabled": table.enabled, "columns": columns}


def _lines(value: Any, indent: str) -> Iterator[str]:
    """JSON in which an object of plain values is one line."""
    if not isinstance(value, dict) or not any(isinstance(inner, dict) for inner in value.values()):
        yield json.dumps(value, sort_keys=True, ensure_ascii=False)
        return
    yield "{"
    for number, key in enumerate(sorted(value)):
        yield f"{',' if number else ''}\n{indent} {json.dumps(key, ensure_ascii=False)}: "
        yield from _lines(value[key], indent + " ")
    yield f"\n{indent}}}"
