"""What downloads must be like: the judgements, and the function of the check that runs by itself.

What belongs here: data checks. What does not: errors that stop a materialization (``assets.py``).
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from statistics import median

import dagster as dg

from dagster_open_platform.defs.pypi.py import tables
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

TRAILING_WEEKS = 4
LEAST_HISTORY = 3
"""Weeks without which nothing can be said about a day."""
USUAL_DEVIATION = 0.4
"""Share of the median by which a day may differ whatever the spread: four values tell little of it."""
GREATEST_DEVIATION = 0.6
"""Share of the median beyond which a day is suspicious however restless the four values are."""
SIGMAS = 4
_MAD_TO_SIGMA = 1.4826
"""https://en.wikipedia.org/wiki/Median_absolute_deviation#Relation_to_standard_deviation"""


def rows_landed_equal_rows_fetched(fetched: int, landed: int) -> dg.AssetCheckResult:
    """Compares the rows that BigQuery announced with those that the table has for the range."""
    return dg.AssetCheckResult(
        check_name="rows_landed_equal_rows_fetched",
        passed=fetched == landed,
        metadata={"rows_fetched": fetched, "rows_landed": landed},
        description=f"BigQuery announced {fetched:,} rows and the table has {landed:,}.",
    )


def no_partition_is_empty(
    materialized: Collection[dt.date], present: Collection[dt.date]
) -> dg.AssetCheckResult:
    """Looks for partitions that Dagster believes to be there and the table has not.

    Args:
        materialized: Days that were ever materialized.
        present: Days for which the table has rows.
    """
    empty = sorted(set(materialized) - set(present))
    return dg.AssetCheckResult(
        check_name="no_partition_is_empty",
        passed=not empty,
        metadata={"empty_partitions": [day.isoformat() for day in empty], "partitions": len(materialized)},
        description=(
            f"{len(empty)} materialized partitions have no rows: materialize them again."
            if empty
            else f"All {len(materialized)} materialized partitions have rows."
        ),
    )


def daily_total_is_plausible(totals: Mapping[dt.date, int], days: Sequence[dt.date]) -> dg.AssetCheckResult:
    """Compares each day with the same weekday of the four weeks before.

    A day is suspicious if it differs from their median by more than 40 % and by more than four robust standard
    deviations, and in any case if it differs by more than 60 %. Doubled days and days that lost two thirds are found,
    weekends and growth are not.

    Args:
        totals: Day → downloads, of as many days as are known.
        days: The days to judge.
    """
    suspicious, judged = [], 0
    for day in days:
        history = [
            totals[before]
            for week in range(1, TRAILING_WEEKS + 1)
            if (before := day - dt.timedelta(weeks=week)) in totals
        ]
        if len(history) < LEAST_HISTORY or day not in totals:
            continue
        judged += 1
        usual = median(history)
        spread = _MAD_TO_SIGMA * median(abs(value - usual) for value in history)
        margin = min(max(USUAL_DEVIATION * usual, SIGMAS * spread), GREATEST_DEVIATION * usual)
        if abs(totals[day] - usual) > margin:
            suspicious.append(f"{day}: {totals[day]:,} downloads, usually {usual:,.0f}")
    return dg.AssetCheckResult(
        check_name="daily_total_is_plausible",
        passed=not suspicious,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"days_judged": judged, "days": len(days), "suspicious": suspicious},
        description="; ".join(suspicious[:5])
        or (
            f"{judged} of {len(days)} days judged, none unusual."
            if judged
            else f"Not enough history: a day needs the same weekday of {LEAST_HISTORY} of the {TRAILING_WEEKS} weeks before."
        ),
    )


def weekly_totals_equal_daily_totals(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Adds up the daily table for every week of the weekly one. They part when a day is fetched again and its week is not."""
    with warehouse.connect() as connection:
        weeks = tables.read_weeks(connection, tables.weekly_table(warehouse))
        days = tables.read_days(connection, tables.daily_table(warehouse))
    daily: dict[dt.date, int] = {}
    for day, (_, total) in days.items():
        monday = day - dt.timedelta(days=day.weekday())
        daily[monday] = daily.get(monday, 0) + total
    different = [
        f"{week}: {total:,} in the weekly table, {daily.get(week, 0):,} in the daily one"
        for week, (_, total) in weeks.items()
        if total != daily.get(week, 0)
    ]
    return dg.AssetCheckResult(
        passed=not different,
        metadata={"weeks": len(weeks), "different": different},
        description=(
            f"{len(different)} weeks differ; materialize them again. {'; '.join(different[:5])}"
            if different
            else f"All {len(weeks)} weeks equal the sum of their days."
        ),
    )
