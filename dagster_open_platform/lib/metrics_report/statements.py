"""The report's SQL: which models a statement names, and the statement as the warehouse is asked.

What belongs here: reading `sql/` and filling in names. What does not: what is done with the rows (`report.py`, `check.py`).

A statement names dbt models in braces, and gets its weeks from `{weeks}`: rows of `week_start`, `last_day`, `month_start` and
`previous_month_start` (of the last day's month), all bound as values. Their number is all that differs. It gives `week_start` and `value`, and
no row for a week of which it knows nothing.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

from dagster_open_platform.lib.metrics_report.catalogue import METRICS, Metric, Until
from dagster_open_platform.lib.metrics_report.week import Week
from dagster_open_platform.lib.warehouse import TableRef, WarehouseConnection

SQL = Path(__file__).with_name("sql")
WEEKS = "weeks"
_WEEK = (
    "select cast(? as date) as week_start, cast(? as date) as last_day, cast(? as date) as month_start,"
    " cast(? as date) as previous_month_start"
)

TableOf = Callable[[str], TableRef]
"""Gives the table of a dbt model, by its name."""


@cache
def statement_of(metric: str) -> str:
    """The statement that makes a metric's numbers, with names in braces."""
    return (SQL / f"{metric}.sql").read_text(encoding="utf-8")


@cache
def check_of(metric: str) -> str:
    """The statement that makes the same numbers out of other tables, with names in braces."""
    return (SQL / "checks" / f"{metric}.sql").read_text(encoding="utf-8")


def models_in(statement: str) -> frozenset[str]:
    """The dbt models that a statement names."""
    return frozenset(name for _, name, _, _ in Formatter().parse(statement) if name) - {WEEKS}


def models_of(metric: Metric) -> frozenset[str]:
    """The dbt models behind a metric."""
    return models_in(statement_of(metric.name)) | {metric.until.model}


def models_read(metrics: Sequence[Metric] = METRICS) -> frozenset[str]:
    """All dbt models that the report reads."""
    return frozenset().union(*map(models_of, metrics))


def models_checked(metrics: Sequence[Metric] = METRICS) -> frozenset[str]:
    """All dbt models that its checks read."""
    return frozenset().union(*(models_in(check_of(metric.name)) for metric in metrics))


def values_of(
    connection: WarehouseConnection, table_of: TableOf, statement: str, weeks: Sequence[Week]
) -> Mapping[Week, float]:
    """What a statement gives for weeks; those that it has no row or no value for are missing.

    Args:
        connection: The warehouse.
        table_of: Gives the models' tables.
        statement: With names in braces.
        weeks: At least one.
    """
    names = {name: connection.quoted(table_of(name)) for name in models_in(statement)}
    sql = statement.format_map({**names, WEEKS: " union all ".join([_WEEK] * len(weeks))})
    rows = connection.query(sql, [value for week in weeks for value in _bound(week)]).to_pylist()
    return {Week(row["week_start"]): row["value"] for row in rows if row["value"] is not None}


def last_day_of(
    connection: WarehouseConnection, table_of: TableOf, until: Until, as_of: dt.date
) -> dt.date | None:
    """How far data go; None if there are none.

    Args:
        connection: The warehouse.
        table_of: Gives the models' tables.
        until: Where that stands.
        as_of: Later days do not count; if there are only such, the data go to this day.
    """
    table, column = connection.quoted(table_of(until.model)), until.column
    # A model that holds nothing but the last day of its data holds a later one when a past week is told.
    sql = (
        f"select coalesce(max(case when {column} <= ? then {column} end),"  # noqa: S608 - names of our own
        f" case when count({column}) > 0 then cast(? as date) end) as day from {table}"
    )
    return connection.query(sql, [as_of, as_of])["day"][0].as_py()


def _bound(week: Week) -> tuple[dt.date, ...]:
    month = week.last_day.replace(day=1)
    return week.start, week.last_day, month, (month - dt.timedelta(days=1)).replace(day=1)
