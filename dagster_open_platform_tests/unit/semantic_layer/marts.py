"""Small tables in place of the models that saved queries read, and what the queries must give, counted in plain Python.

What belongs here: rows with what makes such sums go wrong (years that begin within a week, Sundays, no value in a dimension, keys
that nobody has, columns that two tables have), and the sums. What does not: SQL.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]
Rows = Sequence[Row]
Key = tuple[Any, ...]

_RANDOM = Random(7)  # noqa: S311 - no secret
_FIRST = dt.date(2025, 12, 20)
_DAYS = [_FIRST + dt.timedelta(days=number) for number in range(40)]
_MONTHS = [dt.date(2025, 11, 1), dt.date(2025, 12, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1)]
_NOBODY = 99


def _money() -> float:
    return round(_RANDOM.uniform(-500, 1000), 2)


def _maybe(value: Any) -> Any:
    return value if _RANDOM.random() < 0.8 else None


ORGANIZATIONS: Rows = [
    {
        "organization_id": number,
        "plan": (None, "PRO", "SOLO")[number % 3],
        "region": ("us", "eu")[number % 2],
        "country": "DE",
        "is_internal": number == 4,
        "run_count": 7,
        "created_at": dt.datetime.fromisoformat("2025-01-01T12:00:00"),
    }
    for number in range(1, 9)
]
USAGE: Rows = [
    {
        "usage_date": day,
        "organization_id": organization,
        "run_count": (runs := _RANDOM.choice((0, 0, 3, 50))),
        "failed_run_count": _RANDOM.randint(0, runs),
        "run_seconds": _RANDOM.uniform(0, 9000) * runs,
        "user_event_count": _RANDOM.choice((0, 0, 1)),
    }
    for day in _DAYS
    for organization in (*range(1, 8), _NOBODY)
    if _RANDOM.random() < 0.5
]
OPPORTUNITIES: Rows = [
    {
        "opportunity_id": f"006{number}",
        "organization_id": _RANDOM.randint(1, 8),
        "opportunity_type": _RANDOM.choice(("new_business", "renewal", None)),
        "stage_name": "any",
        "created_date": _RANDOM.choice(_DAYS),
        "close_date": _RANDOM.choice(_DAYS) + dt.timedelta(days=60),
        "amount_usd": _maybe(abs(_money())),
        "is_closed": (closed := _RANDOM.random() < 0.5),
        "is_won": closed and _RANDOM.random() < 0.5,
    }
    for number in range(60)
]
ARR: Rows = [
    {
        "month_start": month,
        "organization_id": organization,
        "plan_name": _maybe(_RANDOM.choice(("PRO", "ENTERPRISE"))),
        "movement": "any",
        "new_arr_usd": _money(),
        "expansion_arr_usd": _money(),
        "contraction_arr_usd": _money(),
        "churn_arr_usd": _money(),
        "closing_arr_usd": _RANDOM.choice((0.0, abs(_money()))),
    }
    for month in _MONTHS
    for organization in (*range(1, 9), _NOBODY)
]
MARGINS: Rows = [
    {
        "month_start": month,
        "organization_id": organization,
        "revenue_usd": 0.0 if month == _MONTHS[0] else abs(_money()),
        "aws_cost_usd": _money(),
        "ai_cost_usd": _money(),
        "payment_fee_usd": _money(),
        "gross_profit_usd": _money(),
    }
    for month in _MONTHS
    for organization in range(1, 9)
]
PACKAGES: Rows = [
    {"package_name": "dagster", "package_family": "core", "download_count": 7},
    {"package_name": "dagster-dbt", "package_family": "integration", "download_count": 7},
    {"package_name": "dagster-k8s", "package_family": "integration", "download_count": 7},
]
DOWNLOADS: Rows = [
    {"download_date": day, "package_name": name, "download_count": _RANDOM.randint(0, 2**33)}
    for day in _DAYS
    for name in ("dagster", "dagster-dbt", "dagster-k8s", "unheard-of")
]
TABLES: Mapping[tuple[str, str], Rows] = {
    ("core", "dim_organizations"): ORGANIZATIONS,
    ("product", "organization_usage_daily"): USAGE,
    ("core", "fct_opportunities"): OPPORTUNITIES,
    ("finance", "arr_by_month"): ARR,
    ("finance", "gross_margin_by_month"): MARGINS,
    ("community", "dim_oss_packages"): PACKAGES,
    ("community", "pypi_downloads_daily"): DOWNLOADS,
}


def arrow(rows: Rows) -> pa.Table:
    """The rows as a warehouse takes them."""
    return pa.Table.from_pylist(list(rows))


def week(day: dt.date) -> dt.date:
    """The Monday."""
    return day - dt.timedelta(days=day.isoweekday() - 1)


def month(day: dt.date) -> dt.date:
    """The first of the month."""
    return day.replace(day=1)


def quarter(day: dt.date) -> dt.date:
    """The first of the quarter."""
    return dt.date(day.year, day.month - (day.month - 1) % 3, 1)


def _grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> Mapping[Key, Rows]:
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _sum(values: Iterable[Any]) -> Any:
    """As SQL adds up: without those that are missing, and nothing is not zero."""
    present = [value for value in values if value is not None]
    return sum(present) if present else None


def _ratio(part: Any, whole: Any) -> float | None:
    return None if part is None or not whole else part / whole


def _usage_by_week() -> Mapping[Key, Key]:
    known = {row["organization_id"]: row for row in ORGANIZATIONS if not row["is_internal"]}
    rows = [row for row in USAGE if row["organization_id"] in known]
    groups = _grouped(rows, lambda row: (week(row["usage_date"]), known[row["organization_id"]]["plan"]))
    found = {}
    for key, group in groups.items():
        active = {row["organization_id"] for row in group if row["run_count"] or row["user_event_count"]}
        runs = sum(row["run_count"] for row in group)
        failed = sum(row["failed_run_count"] for row in group)
        hours = sum(row["run_seconds"] for row in group) / 3600
        found[key] = (len(active), runs, _ratio(failed, runs), hours)
    return found


def _pipeline_by_month() -> Mapping[Key, Key]:
    entered = _grouped(OPPORTUNITIES, lambda row: (month(row["created_date"]), row["opportunity_type"]))
    ended = _grouped(OPPORTUNITIES, lambda row: (month(row["close_date"]), row["opportunity_type"]))
    return {
        key: (
            _sum(row["amount_usd"] for row in entered.get(key, ())),
            _sum(row["amount_usd"] for row in ended.get(key, ()) if row["is_won"]),
            _ratio(
                sum(row["is_won"] for row in ended.get(key, ())),
                sum(row["is_closed"] for row in ended.get(key, ())),
            ),
        )
        for key in {*entered, *ended}
    }


def _downloads_by_week() -> Mapping[Key, Key]:
    family = {row["package_name"]: row["package_family"] for row in PACKAGES}
    groups = _grouped(DOWNLOADS, lambda row: (week(row["download_date"]), family.get(row["package_name"])))
    return {key: (sum(row["download_count"] for row in group),) for key, group in groups.items()}


def _arr_by_plan() -> Mapping[Key, Key]:
    movements = ("new_arr_usd", "expansion_arr_usd", "contraction_arr_usd", "churn_arr_usd")
    return {
        key: (
            sum(row["closing_arr_usd"] for row in group),
            sum(row[name] for row in group for name in movements),
            sum(row["new_arr_usd"] for row in group),
            sum(row["churn_arr_usd"] for row in group),
            sum(row["closing_arr_usd"] > 0 for row in group),
        )
        for key, group in _grouped(ARR, lambda row: (row["month_start"], row["plan_name"])).items()
    }


def _arr_by_region() -> Mapping[Key, Key]:
    """Of a quarter only its last month counts."""
    last = {quarter(each): each for each in _MONTHS}
    region = {row["organization_id"]: row["region"] for row in ORGANIZATIONS}
    rows = [row for row in ARR if row["month_start"] in last.values()]
    groups = _grouped(rows, lambda row: (quarter(row["month_start"]), region.get(row["organization_id"])))
    found = {}
    for key, group in groups.items():
        arr = sum(row["closing_arr_usd"] for row in group)
        found[key] = (arr, _ratio(arr, sum(row["closing_arr_usd"] > 0 for row in group)))
    return found


def _margin_by_month() -> Mapping[Key, Key]:
    costs = ("aws_cost_usd", "ai_cost_usd", "payment_fee_usd")
    found = {}
    for key, group in _grouped(MARGINS, lambda row: (row["month_start"],)).items():
        revenue, profit = (sum(row[name] for row in group) for name in ("revenue_usd", "gross_profit_usd"))
        found[key] = (
            revenue,
            sum(row[name] for row in group for name in costs),
            profit,
            _ratio(profit, revenue),
        )
    return found


EXPECTED: Mapping[str, Mapping[Key, Key]] = {
    "usage_by_week": _usage_by_week(),
    "pipeline_by_month": _pipeline_by_month(),
    "downloads_by_week": _downloads_by_week(),
    "arr_by_plan": _arr_by_plan(),
    "arr_by_region": _arr_by_region(),
    "margin_by_month": _margin_by_month(),
}
"""Saved query to its rows: the dimensions, in the order of the declaration, to the metrics."""
