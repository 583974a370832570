"""The op that checks what Segment has loaded.

What belongs here: the checks' specs, and in which order whom is asked what. What does not: the answers (`compare.py`).
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg

from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.segment.compare import (
    DELIVERY_LAG,
    TABLES_ARE_DECLARED,
    VOLUME_MATCHES,
    Told,
    by_table,
    declared_result,
    lag_result,
    volume_result,
)
from dagster_open_platform.lib.segment.declared import LONGEST_SILENCE, LONGEST_WINDOW
from dagster_open_platform.lib.segment.errors import UnknownSource, UnknownWarehouse
from dagster_open_platform.lib.segment.loads import Loads, loads_of, newest_load, window
from dagster_open_platform.lib.segment.names import USERS
from dagster_open_platform.lib.segment.protocol import SegmentApi, SegmentSource, SegmentWarehouse
from dagster_open_platform.lib.segment.resource import SegmentResource
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

POOL = "warehouse"


@dataclass(frozen=True)
class CheckedTable:
    """A table.

    Args:
        key: Of its asset.
        database: Logical.
        source: Slug of its source, and its schema.
        name: Its own.
    """

    key: dg.AssetKey
    database: str
    source: str
    name: str


@dataclass(frozen=True)
class Limits:
    """What is tolerated.

    Args:
        longest_lag: How long 95 of 100 rows may take.
        tolerance: By which part of Segment's count a day may differ from it.
        days: How many whole days are compared.
    """

    longest_lag: timedelta
    tolerance: float
    days: int


@dataclass(frozen=True)
class InWarehouse:
    """The tables of a source.

    Args:
        newest: When the newest row was loaded; aware. None: nothing was.
        loads: What came, by table.
        missing: Tables that are not there.
    """

    newest: datetime | None
    loads: Mapping[str, Loads]
    missing: frozenset[str]


def load_checks(name: str, tables: Sequence[CheckedTable], limits: Limits) -> dg.AssetChecksDefinition:
    """The checks of tables, made by one op.

    Args:
        name: Begins the op's.
        tables: The tables.
        limits: What is tolerated.
    """

    @dg.multi_asset_check(
        # Not the name of its job, which no op may have.
        name=f"check_{name}_loads",
        specs=list(_specs(tables, limits)),
        can_subset=True,
        retry_policy=RETRIES,
        pool=POOL,
        description="Asks the warehouse what Segment has loaded, and Segment what it has delivered.",
    )
    def op(
        context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource, segment: SegmentResource
    ) -> Iterator[dg.AssetCheckResult]:
        selected = context.selected_asset_check_keys
        for result in results(warehouse, segment, tables, limits):
            if dg.AssetCheckKey(_key(result), result.check_name or "") in selected:
                yield result

    return op


def results(
    warehouse: WarehouseResource, segment: SegmentResource, tables: Sequence[CheckedTable], limits: Limits
) -> Iterator[dg.AssetCheckResult]:
    """All checks; first those for which nobody but the warehouse is asked.

    Args:
        warehouse: Has the tables.
        segment: Is asked once for each source.
        tables: The tables.
        limits: What is tolerated.

    Raises:
        PermanentFailure, RetryableFailure: The warehouse or Segment cannot be asked.
    """
    sources = {table.source: [each for each in tables if each.source == table.source] for table in tables}
    found = read_loads(warehouse, sources, limits.days)
    for table in tables:
        yield _lag(table, found[table.source], limits)
    with segment.open() as api:
        now = api.now()
        known = {each.slug: each for each in api.sources()}
        into = the_warehouse(api.warehouses())
        for source, its in sources.items():
            yield from _compared(api, _source(known, source), into, its, found[source], now, limits)


def read_loads(
    warehouse: WarehouseResource, sources: Mapping[str, Sequence[CheckedTable]], days: int
) -> Mapping[str, InWarehouse]:
    """What the warehouse has of each source.

    Args:
        warehouse: Has the tables.
        sources: The tables of each.
        days: How many whole days are counted.
    """
    databases = {each.database for its in sources.values() for each in its}
    with warehouse.only(databases).connect() as connection:
        there = {
            source: {
                each.name: ref
                for each in its
                if connection.columns(ref := warehouse.table(each.database, each.source, each.name))
                is not None
            }
            for source, its in sources.items()
        }
        return {
            source: _in_warehouse(connection, refs, days, {each.name for each in sources[source]})
            for source, refs in there.items()
        }


def _in_warehouse(
    connection: WarehouseConnection, refs: Mapping[str, TableRef], days: int, declared: Set[str]
) -> InWarehouse:
    missing = frozenset(declared - refs.keys())
    newest = newest_load(connection, list(refs.values()))
    if newest is None:
        return InWarehouse(None, {name: Loads(0, None, {}) for name in refs}, missing)
    loads = {name: loads_of(connection, ref, newest, days) for name, ref in refs.items()}
    return InWarehouse(newest, loads, missing)


def the_warehouse(warehouses: Sequence[SegmentWarehouse]) -> SegmentWarehouse:
    """The one warehouse into which Segment loads.

    Raises:
        UnknownWarehouse: There is none, or several.
    """
    enabled = [each for each in warehouses if each.enabled]
    if len(enabled) != 1:
        raise UnknownWarehouse(
            f"Segment's workspace loads into {len(enabled)} warehouses"
            f" ({', '.join(f'{each.id} ({each.service})' for each in enabled) or 'none'}); expected the platform's one. Switch the"
            " others off, or connect it."
        )
    return enabled[0]


def _compared(
    api: SegmentApi,
    source: SegmentSource,
    into: SegmentWarehouse,
    tables: Sequence[CheckedTable],
    found: InWarehouse,
    now: datetime,
    limits: Limits,
) -> Iterator[dg.AssetCheckResult]:
    """The checks of a source for which Segment is asked."""
    calls = [table for table in tables if table.name != USERS]
    if found.newest is None:
        for table in calls:
            yield _nothing(table, VOLUME_MATCHES)
        yield _nothing(tables[0], TABLES_ARE_DECLARED)
        return
    # Segment's counts don't go back to when a quiet source loaded last. If it should have loaded since, they show it.
    as_of = max(found.newest, now - LONGEST_SILENCE)
    start, end = window(as_of, LONGEST_WINDOW)
    told = Told(
        by_table(api.received(source.id, start, end)),
        by_table(api.refused(source.id, start, end)),
        by_table(api.delivered(source.id, into.id, start, end)),
    )
    for table in calls:
        if table.name in found.missing:
            yield _nothing(table, VOLUME_MATCHES)
            continue
        loads, days = found.loads[table.name], limits.days
        yield volume_result(table.key, table.name, loads, told, as_of, days, limits.tolerance)
    declared = {table.name for table in calls}
    yield declared_result(tables[0].key, source.slug, declared, told.delivered, LONGEST_WINDOW)


def _specs(tables: Sequence[CheckedTable], limits: Limits) -> Iterator[dg.AssetCheckSpec]:
    sources: set[str] = set()
    for table in tables:
        yield dg.AssetCheckSpec(
            DELIVERY_LAG,
            asset=table.key,
            description=f"95 of 100 rows of the last day came within {limits.longest_lag} after Segment had them.",
        )
        if table.name != USERS:
            yield dg.AssetCheckSpec(
                VOLUME_MATCHES,
                asset=table.key,
                description=(
                    f"The last {limits.days} whole days have as many rows as Segment says that it has delivered, within"
                    f" {limits.tolerance:.1%}."
                ),
            )
        if table.source not in sources:
            sources.add(table.source)
            yield dg.AssetCheckSpec(
                TABLES_ARE_DECLARED,
                asset=table.key,
                description=(
                    f"Segment has loaded, in the last {LONGEST_WINDOW} days, something into each table of {table.source} that is"
                    " declared, and into no other."
                ),
            )


def _lag(table: CheckedTable, found: InWarehouse, limits: Limits) -> dg.AssetCheckResult:
    if table.name in found.missing or found.newest is None:
        return _nothing(table, DELIVERY_LAG)
    return lag_result(table.key, found.loads[table.name], limits.longest_lag)


def _nothing(table: CheckedTable, check: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=table.key,
        check_name=check,
        passed=False,
        description=f"Segment has not loaded {table.source}.{table.name} yet, or nothing of its source.",
    )


def _source(known: Mapping[str, SegmentSource], slug: str) -> SegmentSource:
    if slug not in known:
        raise UnknownSource(
            f"Segment's workspace has no source {slug!r}; it has: {', '.join(sorted(known)) or 'none'}. Name it in `keys` as there,"
            " or let the token see it."
        )
    return known[slug]


def _key(result: dg.AssetCheckResult) -> dg.AssetKey:
    if result.asset_key is None:
        raise dg.DagsterInvariantViolationError("A check's result names its asset.")
    return result.asset_key
