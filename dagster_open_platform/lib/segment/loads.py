"""What Segment has loaded, as the warehouse has it.

What belongs here: the questions to the warehouse. What does not: what Segment says (`client.py`), and whether both agree (`compare.py`).
The same SQL runs on both engines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dagster_open_platform.lib.segment.tables import LOADED, RECEIVED
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection


@dataclass(frozen=True)
class Loads:
    """A table.

    Args:
        rows: Rows that were loaded in the last day of its source's loads.
        lag: How long 95 of 100 of these took from Segment's receipt into the warehouse; None: there are none.
        by_day: Rows by UTC day of receipt, of the days that were asked for.
    """

    rows: int
    lag: timedelta | None
    by_day: Mapping[date, int]


def newest_load(connection: WarehouseConnection, tables: Sequence[TableRef]) -> datetime | None:
    """When the newest row of several tables was loaded (aware, in UTC); None: they are all empty."""
    found: list[datetime] = []
    for table in tables:
        asked = f"SELECT max({LOADED.name}) AS newest FROM {connection.quoted(table)}"  # noqa: S608 - quoted
        (row,) = connection.query(asked).to_pylist()
        if row["newest"] is not None:
            found.append(_utc(row["newest"]))
    return max(found, default=None)


def loads_of(connection: WarehouseConnection, table: TableRef, newest: datetime, days: int) -> Loads:
    """What came into a table.

    Args:
        connection: The open warehouse.
        table: The table.
        newest: When the newest row of the source was loaded; aware.
        days: How many whole days before that one have their rows counted; of later days there are none.
    """
    quoted = connection.quoted(table)
    lags = (
        f"SELECT count(*) AS loaded, percentile_cont(0.95) WITHIN GROUP (ORDER BY"  # noqa: S608 - quoted
        f" datediff('second', {RECEIVED.name}, {LOADED.name})) AS lag FROM {quoted} WHERE {LOADED.name} > ?"
    )
    (last,) = connection.query(lags, [newest - timedelta(days=1)]).to_pylist()
    start, end = window(newest, days)
    counted = (
        f"SELECT cast({RECEIVED.name} AS date) AS day, count(*) AS loaded FROM {quoted}"  # noqa: S608 - quoted
        f" WHERE {RECEIVED.name} >= ? AND {RECEIVED.name} < ? GROUP BY 1"
    )
    by_day = {row["day"]: int(row["loaded"]) for row in connection.query(counted, [start, end]).to_pylist()}
    lag = None if last["lag"] is None else timedelta(seconds=float(last["lag"]))
    return Loads(int(last["loaded"]), lag, by_day)


def window(as_of: datetime, days: int) -> tuple[datetime, datetime]:
    """Whole days before that of a moment, and that day: first moment (inclusive) and last (exclusive), in UTC."""
    today = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
    return today - timedelta(days=days), today + timedelta(days=1)


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
