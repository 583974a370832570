"""What the op of a connector does: syncs it, looks at what arrived in the warehouse, and reports it.

What belongs here: the order of these, metadata and checks. What does not: waiting for a sync (`sync.py`), the component's fields.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform.lib.fivetran.difference import connector_changes
from dagster_open_platform.lib.fivetran.errors import REFRESH, ConnectorChanged, UnknownTables
from dagster_open_platform.lib.fivetran.protocol import FivetranApi, SchemaConfig
from dagster_open_platform.lib.fivetran.row_counts import MOST_HISTORY, ROW_COUNT_ANOMALY, Verdict, judge
from dagster_open_platform.lib.fivetran.run_config import SyncConfig
from dagster_open_platform.lib.fivetran.specs import Table, column_schema
from dagster_open_platform.lib.fivetran.state import ConnectorState
from dagster_open_platform.lib.fivetran.sync import NotSynced, Resync, Synced
from dagster_open_platform.lib.outcomes import Failure, raise_failures
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_errors import suggestion


@dataclass(frozen=True)
class Arrived:
    """A table in the warehouse.

    Args:
        types: By column, in the table's order.
        rows: How many.
    """

    types: Mapping[str, str]
    rows: int


def resync_of(config: SyncConfig, connector: ConnectorState, tables: Iterable[Table]) -> Resync | None:
    """What a run wants to be read anew.

    Raises:
        UnknownTables: The connector does not have some of the tables; names them.
    """
    if not config.resync_tables:
        return Resync() if config.resync else None
    named = {name: table for table in tables for name in (table.name, str(table))}
    unknown = [name for name in config.resync_tables if name not in named]
    if unknown:
        near = suggestion(unknown[0], named)
        raise UnknownTables(f"The connector {connector.name} does not load {', '.join(unknown)}.{near}")
    wanted: dict[str, list[str]] = {}
    for table in dict.fromkeys(named[name] for name in config.resync_tables):
        wanted.setdefault(table.schema_source, []).append(table.source)
    return Resync(wanted)


def report(
    context: dg.AssetExecutionContext,
    api: FivetranApi,
    warehouse: WarehouseResource,
    outcome: Synced | NotSynced,
    connector: ConnectorState,
    tables: Mapping[dg.AssetKey, Table],
) -> Iterator[dg.MaterializeResult]:
    """A materialization for each selected table that was synced.

    Args:
        context: Says which assets and checks are selected.
        api: Fivetran.
        warehouse: Has the tables.
        outcome: What came of the sync.
        connector: As the state file has it.
        tables: All of the connector's, by asset.

    Raises:
        TablesFailed: The connector does not load some of them any more; each is named.
    """
    if isinstance(outcome, NotSynced):
        return
    wanted = {key: table for key, table in tables.items() if key in context.selected_asset_keys}
    failures = _changed(context, connector, api.schemas(connector.id), wanted.values())
    there = arrived(warehouse, [table for table in wanted.values() if str(table) not in failures])
    for key, table in wanted.items():
        if str(table) in failures:
            continue
        found = there.get(table)
        if found is None:
            context.log.warning(
                f"{table} is not in the warehouse, so it is not materialized: Fivetran makes a table with its first row."
            )
            continue
        checks = {each.name for each in context.selected_asset_check_keys if each.asset_key == key}
        verdict = judge(_history(context.instance, key), found.rows) if ROW_COUNT_ANOMALY in checks else None
        yield dg.MaterializeResult(
            asset_key=key,
            metadata=_metadata(table, found, outcome),
            check_results=[_check_result(key, verdict)] if verdict else [],
        )
    raise_failures(failures, len(wanted))


def _changed(
    context: dg.AssetExecutionContext,
    before: ConnectorState,
    schemas: Mapping[str, SchemaConfig],
    wanted: Iterable[Table],
) -> dict[str, Failure]:
    """The tables that nobody loads any more."""
    after = ConnectorState(before.id, before.name, before.service, before.group_id, schemas)
    # Fivetran leaves columns out of this answer that nobody configured.
    found = [str(change) for change in connector_changes(before, after) if change.what != "column"]
    if found:
        context.log.warning(
            f"The connector {before.name} has changed since its state was fetched; `{REFRESH}` follows it:\n"
            + "\n".join(found)
        )
    loaded = {f"{schema.name}.{table.name}" for *_, schema, table in after.tables()}
    return {
        str(table): ConnectorChanged(
            f"Fivetran's connector {before.name} does not load this table any more. Follow it with `{REFRESH}`."
        )
        for table in wanted
        if str(table) not in loaded
    }


def arrived(warehouse: WarehouseResource, tables: Sequence[Table]) -> dict[Table, Arrived]:
    """What is in the warehouse of some tables, in a few queries however many they are."""
    found: dict[Table, Arrived] = {}
    for database in sorted({table.database for table in tables}):
        with warehouse.only([database]).connect() as connection:
            for schema in sorted({table.schema for table in tables if table.database == database}):
                here = [table for table in tables if (table.database, table.schema) == (database, schema)]
                refs = {table: warehouse.table(database, schema, table.name) for table in here}
                found |= _in_schema(connection, refs)
    return found


def _in_schema(connection: WarehouseConnection, refs: Mapping[Table, TableRef]) -> dict[Table, Arrived]:
    some = next(iter(refs.values()))
    # DuckDB has one catalog of all attached databases, Snowflake one in each.
    database = "system" if connection.engine == "duckdb" else some.database
    catalog = connection.quoted(TableRef(database, "information_schema", "columns"))
    columns: dict[str, dict[str, str]] = {}
    rows = connection.query(
        f"select lower(table_name) as name, lower(column_name) as column_name, data_type from {catalog}"  # noqa: S608 - quoted
        " where lower(table_schema) = ? and lower(table_catalog) = ? order by name, ordinal_position",
        [some.schema.lower(), some.database.lower()],
    ).to_pylist()
    for row in rows:
        columns.setdefault(row["name"], {})[row["column_name"]] = str(row["data_type"])
    there = [(table, ref) for table, ref in refs.items() if ref.name.lower() in columns]
    if not there:
        return {}
    counts = " union all ".join(
        f"select {place} as place, count(*) as found from {connection.quoted(ref)}"  # noqa: S608 - quoted
        for place, (_, ref) in enumerate(there)
    )
    by_place = {row["place"]: row["found"] for row in connection.query(counts).to_pylist()}
    return {
        table: Arrived(columns[ref.name.lower()], int(by_place[place]))
        for place, (table, ref) in enumerate(there)
    }


def _history(instance: dg.DagsterInstance, key: dg.AssetKey) -> list[int]:
    """The row counts of the last materializations, oldest first."""
    counts: list[int] = []
    for record in instance.fetch_materializations(key, limit=MOST_HISTORY).records:
        materialization = record.asset_materialization
        found = materialization.metadata.get("dagster/row_count") if materialization else None
        if isinstance(found, dg.IntMetadataValue) and found.value is not None:
            counts.append(found.value)
    return counts[::-1]


def _metadata(table: Table, found: Arrived, outcome: Synced) -> Mapping[str, dg.MetadataValue]:
    metadata: dict[str, dg.MetadataValue] = {
        "dagster/row_count": dg.MetadataValue.int(found.rows),
        "dagster/column_schema": dg.MetadataValue.table_schema(column_schema(table.columns, found.types)),
        "connector_url": dg.MetadataValue.url(outcome.connector.url),
        "sync_joined": dg.MetadataValue.bool(outcome.joined),
        "seconds_waited": dg.MetadataValue.float(round(outcome.seconds, 3)),
    }
    if outcome.connector.succeeded_at is not None:
        metadata["synced_at"] = dg.MetadataValue.timestamp(outcome.connector.succeeded_at)
    return metadata


def _check_result(key: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckResult:
    expected = (
        {"expected_least": verdict.expected[0], "expected_most": verdict.expected[1]}
        if verdict.expected
        else {}
    )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=ROW_COUNT_ANOMALY,
        passed=verdict.passed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows": verdict.rows, "counts_before": verdict.history, **expected},
        description=str(verdict),
    )
