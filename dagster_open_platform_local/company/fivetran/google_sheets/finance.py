"""The sheets of finance: targets, heads, and what marketing may spend.

What belongs here: arr_targets, headcount_plan, marketing_budget. What does not: what came of it.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from dagster_open_platform_local.company.commercial.accounts import TOOLS_SINCE_DAYS
from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns_before
from dagster_open_platform_local.company.commercial.staff import SalesPerson, sales_people
from dagster_open_platform_local.company.fivetran.google_sheets.cells import (
    Row,
    below,
    chance,
    draws_of,
    typed_address,
    typed_amount,
)
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_SEGMENTS = (("Enterprise", 900_000), ("Mid-market", 350_000), ("SMB", 90_000))
_REGIONS = (("AMER", 100), ("EMEA", 55), ("APAC", 20))
_DEPARTMENTS = {"Sales": ("MANAGER", "AE", "SDR"), "Marketing": ("MARKETING",), "Customer Success": ("CSM",)}
_COST_OF_A_HEAD = {"Sales": 14_500, "Marketing": 11_500, "Customer Success": 12_000}
"""Dollars a month."""


def arr_targets(settings: CompanySettings, today: date) -> Iterator[Row]:
    """Every quarter since sales has tools, and the one that comes next once this one is half over; a blank row between years."""
    manager = next(each for each in sales_people(settings, today) if each.role == "MANAGER")
    quarter = _quarter_of(settings.epoch - timedelta(days=TOOLS_SINCE_DAYS))
    last = _quarter_of(today + timedelta(days=45))
    while quarter <= last:
        number = quarter.month // 3
        for place, (segment, dollars) in enumerate(_SEGMENTS):
            for spot, (region, percent) in enumerate(_REGIONS):
                draws = draws_of(settings, "arr_targets", quarter.year, number, place * 4 + spot)
                target = dollars * percent // 100 * (80 + below(draws, "target", 40)) // 100 // 1000 * 1000
                row: Row = {
                    "fiscal_quarter": f"FY{quarter.year % 100} Q{number + 1}", "region": region,
                    "segment": segment.upper() if chance(draws, "shouted", 0.05) else segment, "new_arr_target": float(target),
                    "expansion_arr_target": float(target // 3), "churn_allowance": typed_amount(draws, target // 12),
                    "owner_email": typed_address(draws, manager.email), "approved_on": quarter - timedelta(days=20),
                    "notes": "Raised after the board meeting" if chance(draws, "noted", 0.1) else None,
                }  # fmt: skip
                yield row
                if chance(draws, "again", 0.02):
                    yield {**row, "new_arr_target": float(target + 25_000), "notes": "v2"}
        quarter = _month_after(quarter, 3)
        if quarter.month == 1:
            yield {}


def headcount_plan(settings: CompanySettings, today: date) -> Iterator[Row]:
    """The last twelve months and the next six. Of months that are to come the actual number is not known."""
    people, this_month = sales_people(settings, today), today.replace(day=1)
    hiring = {
        name: next(each for each in people if each.role in roles) for name, roles in _DEPARTMENTS.items()
    }
    for offset in range(-12, 7):
        month = _month_after(this_month, offset)
        for place, (department, roles) in enumerate(_DEPARTMENTS.items()):
            draws = draws_of(settings, "headcount_plan", month.year, month.month, place)
            actual = _heads(people, roles, min(month, today)) if month <= today else None
            # Planned when the month was a quarter away: by who was there then, and what was hoped for.
            seen = min(month - timedelta(days=90), today)
            planned = _heads(people, roles, seen) + 1 + below(draws, "hoped", 3)
            yield {
                "month": month, "department": department, "planned_headcount": planned, "actual_headcount": actual,
                "open_roles": None if actual is None else max(planned - actual, 0),
                "hiring_manager_email": typed_address(draws, hiring[department].email),
                "budget_usd": typed_amount(draws, planned * _COST_OF_A_HEAD[department]),
                "comment": "backfill" if chance(draws, "comment", 0.08) else None,
            }  # fmt: skip


def marketing_budget(settings: CompanySettings, today: date) -> Iterator[Row]:
    """A row for each month since the epoch and campaign that runs in it, and the month's total."""
    owner = next((each for each in sales_people(settings, today) if each.role == "MARKETING"), None)
    known, month = campaigns_before(settings, today), settings.epoch.replace(day=1)
    while month <= today:
        end = _month_after(month, 1) - timedelta(days=1)
        rows = [
            _budget(settings, each, month, end, owner)
            for each in known
            if each.start <= end and (each.end is None or each.end >= month)
        ]
        yield from rows
        yield {"month": month, "channel": "TOTAL", "planned_usd": sum(row["planned_usd"] for row in rows)}
        month = _month_after(month, 1)


def _budget(
    settings: CompanySettings, each: Campaign, month: date, end: date, owner: SalesPerson | None
) -> Row:
    draws = draws_of(settings, "marketing_budget", month.year, month.month, each.number)
    days = (min(each.end or end, end) - max(each.start, month)).days + 1
    planned = each.daily_budget_cents * days / 100
    wrong = chance(draws, "wrong", 0.04)
    return {
        "month": month,
        "channel": each.channel.title() if chance(draws, "title", 0.1) else each.channel,
        "campaign": each.name_on(end),
        "utm_campaign": each.utm_campaign.replace("-", "_") if wrong else each.utm_campaign,
        "planned_usd": planned,
        "committed_usd": round(planned * (85 + below(draws, "committed", 25)) / 100, 2),
        "owner_email": None if owner is None else typed_address(draws, owner.email),
        "cost_center": f"MKT-{100 + each.number % 7}",
        "approved": not chance(draws, "pending", 0.1),
    }


def _heads(people: tuple[SalesPerson, ...], roles: tuple[str, ...], day: date) -> int:
    moment = unix_seconds(day) + DAY_SECONDS
    return sum(each.role in roles and each.hired < moment <= each.left for each in people)


def _quarter_of(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _month_after(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)
