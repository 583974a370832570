"""How the syncs of each connection went on each day since the epoch.

What belongs here: syncs and the tables that they changed. What does not: rows.

Every connection syncs once a day after 05:00 UTC, as the platform asks for it. One sync in thirty fails or is put off, and is done
again an hour later. Which tables change, and how much, is drawn: nothing is read from the sources. The Fivetran connector of the
company's list that loads this log is one of the connections.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.hashing import Draws, column_key, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

SUCCESSFUL, FAILURE, FAILURE_WITH_TASK, RESCHEDULED = range(4)
STATUSES = ("SUCCESSFUL", "FAILURE", "FAILURE_WITH_TASK", "RESCHEDULED")
"""Of the event `sync_end`."""
_STATUS_WEIGHTS = thresholds([968, 16, 6, 10])
_FIRST_HOUR = 5
_RETRY_AFTER = 3_600
_DURATIONS = (35, 80, 160, 400, 1_300)
_ACTIVITY = np.array((0, 100, 750), dtype=np.int64)
"""On how many days of a thousand a table changes, by its kind."""
_ACTIVITY_WEIGHTS = thresholds([66, 24, 10])
_ROWS = (1, 6, 40, 300, 4_000)
_LATE_PER_MILLE = 30


@dataclass(frozen=True)
class Connection:
    """A connector as the log knows it.

    Args:
        id: Fivetran's.
        name: With the table where there is one only.
        service: The kind of source.
        schema: In the destination.
        key: Of the connection, at most 31 bits.
        tables: Names of its tables.
        table_keys: Of the tables, at most 40 bits each.
    """

    id: str
    name: str
    service: str
    schema: str
    key: int
    tables: tuple[str, ...]
    table_keys: tuple[int, ...]


@dataclass(frozen=True)
class Syncs:
    """Syncs by time.

    Args:
        keys: Each one's, the same on every date.
        connection: Index of the connection.
        day: Days since 1970-01-01.
        started: Unix seconds.
        ended: Unix seconds.
        status: Index into `STATUSES`.
    """

    keys: Integers
    connection: Integers
    day: Integers
    started: Integers
    ended: Integers
    status: Integers


@dataclass(frozen=True)
class Changes:
    """What a sync changed in a table, by sync and table.

    Args:
        keys: Each one's, the same on every date.
        sync: Index of the sync.
        connection: Index of the connection.
        table: Index of the table among its connection's.
        rows: How many rows were written; above 0.
        fresh: How many of them were active for the first time in the month.
    """

    keys: Integers
    sync: Integers
    connection: Integers
    table: Integers
    rows: Integers
    fresh: Integers


def connections() -> tuple[Connection, ...]:
    """All connections, in the order of the list."""
    # The list has the log in it, so it cannot be imported before this module is there.
    from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS

    return tuple(
        _connection(
            each.id,
            each.name,
            each.service,
            each.schema,
            (each.sheet,)
            if each.sheet
            else tuple(table for table in layouts(each.schema) if table not in each.disabled),
        )
        for each in CONNECTORS
    )


@lru_cache(maxsize=128)
def _connection(number: str, name: str, service: str, schema: str, tables: tuple[str, ...]) -> Connection:
    def key(text: str, bits: int) -> int:
        return int(column_key(0, "fivetran_log", text)) >> 64 - bits

    keys = tuple(key(f"{number}.{table}", 40) for table in tables)
    return Connection(number, name, service, schema, key(number, 31), tables, keys)


def syncs(settings: CompanySettings, today: date, known: tuple[Connection, ...]) -> Syncs:
    """Every sync before a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
        known: The connections.
    """
    first, now = unix_seconds(settings.epoch) // DAY_SECONDS, unix_seconds(today) // DAY_SECONDS
    days = np.arange(first, max(first, now), dtype=np.int64)
    connection = np.tile(np.arange(len(known), dtype=np.int64), days.size)
    day = np.repeat(days, len(known))
    own = np.array([each.key for each in known], dtype=np.int64)[connection]
    keys = own << 20 | day << 2
    draws = Draws(settings.seed, "fivetran_syncs", keys)
    started = day * DAY_SECONDS + _FIRST_HOUR * 3_600 + own % 900 + draws.below("late", 240)
    status = draws.pick("status", _STATUS_WEIGHTS)
    again = np.flatnonzero(status != SUCCESSFUL)
    ended = started + draws.quantile("duration", _DURATIONS)
    retried = ended[again] + _RETRY_AFTER
    retries = Draws(settings.seed, "fivetran_syncs", keys[again] | 1).quantile("duration", _DURATIONS)
    found = Syncs(
        keys=np.concatenate([keys, keys[again] | 1]),
        connection=np.concatenate([connection, connection[again]]),
        day=np.concatenate([day, day[again]]),
        started=np.concatenate([started, retried]),
        ended=np.concatenate([ended, retried + retries]),
        status=np.concatenate([status, np.zeros(again.size, dtype=np.int64)]),
    )
    order = np.lexsort((found.keys, found.started))
    return Syncs(**{name: values[order] for name, values in vars(found).items()})


def changes(settings: CompanySettings, today: date, known: tuple[Connection, ...], found: Syncs) -> Changes:
    """What the syncs that succeeded changed.

    Args:
        settings: The company's.
        today: The date of the syncs.
        known: The connections.
        found: The syncs.
    """
    counts = np.array([len(each.tables) for each in known], dtype=np.int64)
    own_keys = np.array([key for each in known for key in each.table_keys], dtype=np.int64)
    begin = np.cumsum(counts) - counts
    good = np.flatnonzero(found.status == SUCCESSFUL)
    size = counts[found.connection[good]] if known else np.zeros(0, dtype=np.int64)
    sync = np.repeat(good, size)
    table = np.arange(sync.size, dtype=np.int64) - np.repeat(np.cumsum(size) - size, size)
    connection = found.connection[sync]
    own = own_keys[begin[connection] + table] if known else table
    activity = _ACTIVITY[Draws(settings.seed, "fivetran_tables", own).pick("activity", _ACTIVITY_WEIGHTS)]
    keys = own << 20 | found.day[sync]
    changed = Draws(settings.seed, "fivetran_changes", keys).below("changed", 1000) < activity
    keys, sync, table, connection = keys[changed], sync[changed], table[changed], connection[changed]
    draws = Draws(settings.seed, "fivetran_changes", keys)
    rows = np.maximum(
        draws.quantile("rows", [int(each * 1000 * settings.scale) for each in _ROWS]) // 1000, 1
    )
    # At the end of a month, most rows that change have been active in it before.
    month_day = _day_of_month(found.day[sync])
    fresh = rows * (950 - 26 * month_day) // 1000
    newest = unix_seconds(today) // DAY_SECONDS - 1
    late = (found.day[sync] == newest) & (draws.below("late", 1000) < _LATE_PER_MILLE)
    return Changes(keys, sync, connection, table, rows, np.where(late, fresh * 9 // 10, fresh))


def _day_of_month(day: Integers) -> Integers:
    """0 for the first, from days since 1970-01-01."""
    moment = day.astype("datetime64[D]")
    return (moment - moment.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
