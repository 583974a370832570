"""From the state of an account to assets: what Dagster knows of a table and of its source without asking anybody.

What belongs here: keys, names, columns. What does not: `translation`, ops and checks (`component.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import dagster as dg
from dagster_fivetran import FivetranConnectorTableProps
from dagster_fivetran.translator import (
    FivetranMetadataSet,
    FivetranSchema,
    FivetranSchemaConfig,
    FivetranTable,
)

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.fivetran.protocol import (
    ColumnConfig,
    Destination,
    SchemaConfig,
    TableConfig,
    connector_url,
)
from dagster_open_platform.lib.fivetran.state import AccountState, ConnectorState
from dagster_open_platform.utils.environment_helpers import get_database_for_environment

PREFIX = "fivetran"
DEFAULT_DATABASE = "fivetran"
"""Of destinations whose service has no databases."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table that is synced; the same only as itself.

    Args:
        connector: Loads it.
        schema_source: The schema's name at the source.
        source: The table's name at the source.
        schema: In the destination.
        name: In the destination.
        database: Logical name of the destination's.
        columns: By their names at the source.
    """

    connector: ConnectorState
    schema_source: str
    source: str
    schema: str
    name: str
    database: str
    columns: Mapping[str, ColumnConfig]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Settings:
    """What YAML says of a connector; made once for each connector, so that its tables share the objects.

    Args:
        automation: When it syncs.
        freshness: How old its tables may become.
        policy: The same for Dagster.
        owners: Who answers for it.
    """

    automation: dg.AutomationCondition
    freshness: timedelta
    policy: dg.FreshnessPolicy
    owners: Sequence[str]

    @classmethod
    def of(cls, cron: str, freshness: timedelta, owners: Sequence[str]) -> "Settings":
        """From what YAML has."""
        policy = dg.FreshnessPolicy.time_window(fail_window=freshness)
        return cls(ingest_on_cron(cron), freshness, policy, owners)


def tables_of(state: AccountState, connector: ConnectorState) -> Iterator[Table]:
    """The tables of a connector that are synced."""
    database = logical_database(state.destinations[connector.group_id])
    for schema_source, source, schema, table in connector.tables():
        yield Table(connector, schema_source, source, schema.name, table.name, database, table.columns)


def logical_database(destination: Destination) -> str:
    """The name by which the platform knows a destination's database."""
    return destination.database.lower() if destination.database else DEFAULT_DATABASE


def op_name(connector: ConnectorState) -> str:
    """The op that syncs a connector."""
    return f"fivetran_{re.sub(r'[^a-z0-9]+', '_', connector.name.lower())}"


def source_key(connector: ConnectorState) -> dg.AssetKey:
    """The external asset of what a connector reads: `salesforce/api`; of a sheet, `google_sheets/arr_targets_sheet`."""
    schema, _, sheet = connector.name.partition(".")
    return dg.AssetKey([schema, f"{sheet}_sheet" if sheet else "api"])


def source_spec(connector: ConnectorState, settings: Settings) -> dg.AssetSpec:
    """What a connector reads."""
    what = "sheet" if "." in connector.name else "SaaS tool"
    return dg.AssetSpec(
        key=source_key(connector),
        group_name=f"{PREFIX}_{connector.name.partition('.')[0]}",
        owners=settings.owners,
        kinds={connector.service},
        description=f"The {what} that Fivetran's connector {connector.name} reads ({connector.service}).",
        metadata={
            "connector_url": dg.MetadataValue.url(connector_url(connector.id)),
            "connector_id": connector.id,
        },
    )


def table_spec(table: Table, settings: Settings, description: str | None) -> dg.AssetSpec:
    """A table, as it is before `translation`.

    Args:
        table: The table.
        settings: Of its connector.
        description: What a row is.
    """
    connector = table.connector
    return dg.AssetSpec(
        key=dg.AssetKey([PREFIX, table.schema, table.name]),
        deps=[source_key(connector)],
        group_name=f"{PREFIX}_{table.schema}",
        owners=settings.owners,
        kinds={PREFIX, connector.service},
        description=f"{description or f'Table {table}.'} Loaded by Fivetran's connector {connector.name}.",
        metadata={
            "dagster/table_name": f"{get_database_for_environment(table.database)}.{table.schema}.{table.name}",
            "dagster/column_schema": column_schema(table.columns),
            "connector_url": dg.MetadataValue.url(connector_url(connector.id)),
            **_fivetran_metadata(connector.id, connector.name, connector.group_id),
            "dagster-fivetran/destination_schema_name": table.schema,
            "dagster-fivetran/destination_table_name": table.name,
        },
        automation_condition=settings.automation,
        freshness_policy=settings.policy,
        # Fivetran may have put the sync off: then nothing is materialized, and what comes after waits.
        skippable=True,
    )


@lru_cache(maxsize=1024)
def _fivetran_metadata(connector_id: str, name: str, group_id: str) -> Mapping[str, Any]:
    """What Dagster's own integration says of each of a connector's tables; made once, since it is validated each time."""
    return dict(FivetranMetadataSet(connector_id=connector_id, connector_name=name, destination_id=group_id))


def column_schema(
    columns: Mapping[str, ColumnConfig], types: Mapping[str, str] | None = None
) -> dg.TableSchema:
    """The columns of a table.

    Args:
        columns: By their names at the source.
        types: By name in the destination, in the table's order: what is in the warehouse. None: not looked at, so that the columns
            that are synced have no types.
    """
    keys = {column.name for column in columns.values() if column.primary_key and column.enabled}
    found = types if types is not None else {each.name: "" for each in columns.values() if each.enabled}
    role = None if not keys else "primary key" if len(keys) == 1 else "part of the primary key"
    return dg.TableSchema(
        columns=[_column(name, kind, role if name in keys else None) for name, kind in found.items()]
    )


@lru_cache(maxsize=16384)
def _column(name: str, kind: str, role: str | None) -> dg.TableColumn:
    """A column; many tables have one of the same name and type."""
    if role is None:
        return dg.TableColumn(name, kind)
    constraints = dg.TableColumnConstraints(nullable=False, unique=role == "primary key", other=[role])
    return dg.TableColumn(name, kind, constraints=constraints)


def props_of(
    connector: ConnectorState, destination: Destination, tables: Sequence[Table]
) -> Iterator[FivetranConnectorTableProps]:
    """What templates see of each table."""
    config = FivetranSchemaConfig(
        schemas={source: _schema(schema) for source, schema in connector.schemas.items()}
    )
    for table in tables:
        yield FivetranConnectorTableProps(
            table=str(table),
            connector_id=connector.id,
            connector_name=connector.name,
            connector_url=connector_url(connector.id),
            destination_id=destination.id,
            schema_config=config,
            database=destination.database,
            service=destination.service,
        )


def _schema(schema: SchemaConfig) -> FivetranSchema:
    return FivetranSchema(
        enabled=schema.enabled,
        name_in_destination=schema.name,
        tables={source: _table(table) for source, table in schema.tables.items()},
    )


def _table(table: TableConfig) -> FivetranTable:
    columns = {source: column._asdict() for source, column in table.columns.items()}
    return FivetranTable(enabled=table.enabled, name_in_destination=table.name, columns=columns)
