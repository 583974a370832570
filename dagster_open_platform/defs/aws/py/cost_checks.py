"""What the AWS bill must be like: the judgements, and the function of the checks that run by themselves.

What belongs here: data checks. What does not: errors that stop a materialization (``cost.py``).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from statistics import median

import dagster as dg

from dagster_open_platform.defs.aws.py import cost_tables
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

ASSET = dg.AssetKey(["aws", "aws_cost_report"])
TRAILING_DAYS = 28
LEAST_HISTORY = 7
"""Days without which nothing can be said about a day."""
GREATEST_FACTOR = 2.5
"""A day that costs that many times what is usual, or that part of it, is worth a look."""
SETTLING_DAYS = 2
"""Latest days that are not judged: AWS still adds to them."""
_DAY = dt.timedelta(days=1)


def rows_landed_equal_rows_in_files(in_files: int, landed: int) -> dg.AssetCheckResult:
    """Compares the rows that the files say they have with those that the table has for the month."""
    return dg.AssetCheckResult(
        check_name="rows_landed_equal_rows_in_files",
        passed=in_files == landed,
        metadata={"rows_in_files": in_files, "rows_landed": landed},
        description=f"The files have {in_files:,} rows and the table has {landed:,}.",
    )


def aws_cost_checks(warehouse: WarehouseResource) -> Iterator[dg.AssetCheckResult]:
    """Looks at the whole table."""
    with warehouse.connect() as connection:
        costs = cost_tables.cost_a_day(connection, cost_tables.cost_table(warehouse))
    yield every_month_has_cost_every_day(costs)
    yield total_is_plausible(costs)


def every_month_has_cost_every_day(costs: Mapping[dt.date, float]) -> dg.AssetCheckResult:
    """Looks for days without any cost between the first and the last day that have some.

    Args:
        costs: Of every day that has any.
    """
    missing: list[str] = []
    if costs:
        first, last = min(costs), max(costs)
        days = (first + _DAY * number for number in range((last - first).days))
        missing = [day.isoformat() for day in days if day not in costs]
    return dg.AssetCheckResult(
        asset_key=ASSET,
        check_name="every_month_has_cost_every_day",
        passed=bool(costs) and not missing,
        metadata={"days": len(costs), "days_missing": missing},
        description=(
            f"{len(missing)} days have no cost, such as {missing[0]}: materialize their months again."
            if missing
            else f"All {len(costs)} days have costs."
            if costs
            else "There are no costs yet: materialize aws/aws_cost_report first."
        ),
    )


def total_is_plausible(costs: Mapping[dt.date, float]) -> dg.AssetCheckResult:
    """Compares each of the latest days with the median of the four weeks before it.

    Args:
        costs: Of every day that has any.
    """
    days = sorted(costs)[:-SETTLING_DAYS]
    suspicious, judged = [], 0
    for day in days[-TRAILING_DAYS:]:
        before = [
            costs[earlier]
            for number in range(1, TRAILING_DAYS + 1)
            if (earlier := day - _DAY * number) in costs
        ]
        if len(before) < LEAST_HISTORY:
            continue
        judged += 1
        usual = median(before)
        if not usual / GREATEST_FACTOR <= costs[day] <= usual * GREATEST_FACTOR:
            suspicious.append(f"{day}: {costs[day]:,.2f}, usually {usual:,.2f}")
    return dg.AssetCheckResult(
        asset_key=ASSET,
        check_name="total_is_plausible",
        passed=not suspicious,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"days_judged": judged, "suspicious": suspicious},
        description="; ".join(suspicious[:5]) or f"{judged} days judged, none unusual.",
    )
