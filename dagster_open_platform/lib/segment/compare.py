"""Whether what is in the warehouse is what Segment says that it has delivered.

What belongs here: the answers, as pure functions. What does not: asking (`loads.py`, `client.py`), Dagster's op (`checks.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg

from dagster_open_platform.lib.segment.loads import Loads
from dagster_open_platform.lib.segment.names import TRACKS, table_of

if TYPE_CHECKING:
    import pyarrow as pa

DELIVERY_LAG = "delivery_lag"
VOLUME_MATCHES = "volume_matches_deliveries"
TABLES_ARE_DECLARED = "tables_are_declared"

ByDay = Mapping[tuple[str, date], int]
"""Calls by table and UTC day of receipt."""


@dataclass(frozen=True)
class Told:
    """What Segment says of a source.

    Args:
        received: What it sent.
        refused: What did not pass.
        delivered: What came into the warehouse.
    """

    received: ByDay
    refused: ByDay
    delivered: ByDay


def by_table(counts: pa.Table) -> ByDay:
    """Segment's counts of events as counts of rows in tables; those of `tracks`, which has every track call, are there, too."""
    found: dict[tuple[str, date], int] = defaultdict(int)
    columns = (counts[name].to_pylist() for name in ("kind", "event", "day", "count"))
    names: dict[tuple[str, str], str] = {}
    for kind, event, moment, count in zip(*columns, strict=True):
        if count:
            table = names.setdefault((kind, event or ""), table_of(kind, event or ""))
            found[table, moment.date()] += count
            if kind == "track":
                found[TRACKS, moment.date()] += count
    return found


def lag_result(key: dg.AssetKey, loads: Loads, longest: timedelta) -> dg.AssetCheckResult:
    """Whether loads were fast enough.

    Args:
        key: Of the table.
        loads: What came.
        longest: How long 95 of 100 rows may take.
    """
    metadata: dict[str, float] = {"rows": loads.rows, "longest_seconds": longest.total_seconds()}
    if loads.lag is None:
        text = "No row came in the last day of loads."
        return dg.AssetCheckResult(
            asset_key=key, check_name=DELIVERY_LAG, passed=True, description=text, metadata=metadata
        )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=DELIVERY_LAG,
        passed=loads.lag <= longest,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"95 of 100 rows of the last day came within {_rounded(loads.lag)} after Segment had them; it may be {longest}."
        ),
        metadata={**metadata, "p95_seconds": loads.lag.total_seconds()},
    )


def volume_result(
    key: dg.AssetKey, table: str, loads: Loads, told: Told, as_of: datetime, days: int, tolerance: float
) -> dg.AssetCheckResult:
    """Whether a table has as many rows of each whole day as Segment says that it has delivered.

    Args:
        key: Of the table.
        table: Its name.
        loads: What came.
        told: What Segment says.
        as_of: When the newest row was loaded, or a while ago if that is longer ago; aware, in UTC. Its day may still be loading, and is only
            shown.
        days: How many days before that one are compared.
        tolerance: By which part of Segment's count a day may differ from it.
    """
    last = as_of.date()
    rows = [
        _Day(
            last - timedelta(days=before),
            loads.by_day.get(last - timedelta(days=before), 0),
            *(
                counts.get((table, last - timedelta(days=before)), 0)
                for counts in (told.delivered, told.received, told.refused)
            ),
        )
        for before in range(days, -1, -1)
    ]
    wrong = [row for row in rows[:-1] if abs(row.loaded - row.delivered) > tolerance * row.delivered]
    compared = f"{days} days before {last}"
    text = (
        f"{len(wrong)} of the {compared} differ, such as {wrong[0].day}: {wrong[0].loaded:,} rows in the warehouse, "
        f"{wrong[0].delivered:,} delivered by Segment, which received {wrong[0].received:,} and refused {wrong[0].refused:,}."
        if wrong
        else f"The {compared} have {sum(row.loaded for row in rows[:-1]):,} rows; Segment has delivered"
        f" {sum(row.delivered for row in rows[:-1]):,}."
    )
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=VOLUME_MATCHES,
        passed=not wrong,
        description=text,
        metadata={"tolerance": tolerance, "days": dg.MetadataValue.table([row.record() for row in rows])},
    )


@dataclass(frozen=True)
class _Day:
    """A day of a table."""

    day: date
    loaded: int
    delivered: int
    received: int
    refused: int

    def record(self) -> dg.TableRecord:
        numbers = {"in_warehouse": self.loaded, "delivered": self.delivered, "received": self.received}
        return dg.TableRecord({"day": self.day.isoformat(), **numbers, "refused": self.refused})


def declared_result(
    key: dg.AssetKey, source: str, declared: Collection[str], delivered: ByDay, days: int
) -> dg.AssetCheckResult:
    """Whether Segment loads the tables that are declared, and no others.

    Args:
        key: Of the asset that stands for its source.
        source: Slug.
        declared: Tables of calls of the source that YAML has, and `tracks` if it has that.
        delivered: What Segment says.
        days: How many days that is.
    """
    known = {table for table, _ in delivered}
    unknown, missing = sorted(known - {*declared, TRACKS}), sorted({*declared} - known)
    told = [
        *([f"Segment also loads {', '.join(unknown)}, which YAML does not declare."] if unknown else []),
        *([f"Segment has loaded nothing into {', '.join(missing)}."] if missing else []),
    ]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=TABLES_ARE_DECLARED,
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{source}, {days} days: "
        + (" ".join(told) or f"Segment loads the {len(declared)} tables that are declared."),
        metadata={"not_declared": unknown, "not_loaded": missing},
    )


def _rounded(length: timedelta) -> timedelta:
    return timedelta(seconds=round(length.total_seconds()))
