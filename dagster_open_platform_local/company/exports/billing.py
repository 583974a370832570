"""AWS's cost and usage report: what the company pays AWS for, a row a resource and kind of use.

What belongs here: the bucket's objects and when AWS writes them anew. What does not: what is used and what it costs
(`billing_rows.py`).

A month has one key prefix, `BILLING_PERIOD=YYYY-MM`, and every night AWS writes all of its files anew, until the fifth night
of the next month. The dirt in it:

- a day's rows are not all there on the next day, and some get another amount later (`billing_rows.py`), so a file that was
  read yesterday is not what it was;
- the number of files grows with the month;
- columns come: `savings_plan_savings_plan_effective_cost` with the third month of the company (2026-08),
  `line_item_net_unblended_cost` with the fifth (2026-10); the files of earlier months never get them.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pyarrow as pa

from dagster_open_platform.lib.aws.buckets import BILLING
from dagster_open_platform_local.company.exports.billing_rows import MOST_DAYS_LATER, usage_rows
from dagster_open_platform_local.company.exports.objects import Objects, StoredObject, parquet_bytes
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

ROWS_A_FILE = 4_000
SAVINGS_PLAN_SINCE, NET_COST_SINCE = 2, 4
"""Months after the epoch's since which the column is there."""


def objects_of_day(settings: CompanySettings, day: date) -> Objects:
    """What AWS writes in the night after a day: its month, and the month before until that is closed."""
    before = day.replace(day=1) - timedelta(days=1)
    if day.day <= MOST_DAYS_LATER and before >= settings.epoch:
        yield from _month_objects(settings, before.replace(day=1), day)
    yield from _month_objects(settings, day.replace(day=1), day)


def is_superseded(day: date, last: date) -> bool:
    """Whether everything that is written after a day is written anew after a later one.

    Args:
        day: The day.
        last: The last day that is over.
    """
    return day < last and day.day != MOST_DAYS_LATER


def _month_objects(settings: CompanySettings, month: date, as_of: date) -> Objects:
    rows = month_rows(settings, month, as_of)
    for number, start in enumerate(range(0, rows.num_rows, ROWS_A_FILE), start=1):
        key = f"aws/cost/BILLING_PERIOD={month:%Y-%m}/cost-{number:05d}.snappy.parquet"
        yield StoredObject(BILLING, key, parquet_bytes(rows.slice(start, ROWS_A_FILE)))


def month_rows(settings: CompanySettings, month: date, as_of: date) -> pa.Table:
    """The rows of a month as AWS knows them in the night after a day.

    Args:
        settings: The company's.
        month: Its first day.
        as_of: The day, in the month or at most five days after it.

    Returns:
        The columns that the month's files have, by the day of use.
    """
    days = [day for day in _days_of(month) if settings.epoch <= day <= as_of]
    rows = usage_rows(settings, days, as_of)
    start = pa.scalar(unix_seconds(month) * 1_000_000, pa.int64()).cast(pa.timestamp("us"))
    rows = rows.append_column("bill_billing_period_start_date", pa.repeat(start, rows.num_rows))
    return rows.select(columns_of(settings, month))


def columns_of(settings: CompanySettings, month: date) -> list[str]:
    """The columns of a month's files, in order.

    Args:
        settings: The company's.
        month: Its first day.
    """
    age = (month.year - settings.epoch.year) * 12 + month.month - settings.epoch.month
    return [
        *("line_item_usage_account_id", "line_item_usage_start_date", "line_item_product_code"),
        *("line_item_usage_type", "line_item_operation", "line_item_resource_id", "line_item_usage_amount"),
        *("line_item_unblended_cost", "line_item_currency_code", "bill_billing_period_start_date"),
        *("product_region", "resource_tags_user_team"),
        *(["savings_plan_savings_plan_effective_cost"] if age >= SAVINGS_PLAN_SINCE else []),
        *(["line_item_net_unblended_cost"] if age >= NET_COST_SINCE else []),
    ]


def _days_of(month: date) -> Iterator[date]:
    day = month
    while day.month == month.month:
        yield day
        day += timedelta(days=1)
