"""What usage should have cost, beside what was charged.

What belongs here: the comparison, on rows that were read. What does not: reading them (`checks.py`), prices (`pricing.py`).

Three things stand in one report only, and are told and not compared: tokens of the Priority Tier, which are not charged by the day; code
execution, which no usage report has; days that are materialized in one of the two.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dagster_open_platform.defs.claude.py.pricing import Prices

Row = Mapping[str, Any]
COMPARED_TYPES = ("tokens", "web_search")
CURRENCY = "USD"
TOLERANCE_CENTS, TOLERANCE_SHARE = Decimal(1), Decimal("0.001")
"""A day may differ by whichever is more: items may be rounded."""


@dataclass
class Comparison:
    """What came of it.

    Args:
        days: How many days were compared.
        unpriced: What has no price: model, tier and day of first use, in words.
        foreign: Currencies other than `CURRENCY`.
        differences: Days that differ by more than is tolerated, with both amounts in cents and the model that differs most.
        expected: Cents of all days.
        charged: Likewise.
        not_compared: Cents of other types of costs, by type.
    """

    days: int = 0
    unpriced: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    expected: Decimal = Decimal(0)
    charged: Decimal = Decimal(0)
    not_compared: dict[str, Decimal] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether all usage has a price, and no day differs."""
        return not (self.unpriced or self.foreign or self.differences)


def compare(
    usage: Sequence[Row], costs: Sequence[Row], prices: Prices, days: Collection[dt.date]
) -> Comparison:
    """Compares day by day.

    Args:
        usage: Rows of `usage_by_model.sql`.
        costs: Rows of `cost_by_model.sql`.
        prices: The list of prices.
        days: Which days both reports have, even if they are empty.
    """
    found = Comparison(days=len(days))
    expected = _expected(usage, prices, days, found)
    charged: defaultdict[tuple[dt.date, str], Decimal] = defaultdict(Decimal)
    for row in costs:
        if row["usage_date"] not in days:
            continue
        if row["currency"] != CURRENCY:
            found.foreign = sorted({*found.foreign, row["currency"]})
        elif row["cost_type"] in COMPARED_TYPES:
            charged[row["usage_date"], row["model"] or row["cost_type"]] += row["amount_cents"]
        else:
            kind = row["cost_type"] or "without a type"
            found.not_compared[kind] = found.not_compared.get(kind, Decimal(0)) + row["amount_cents"]
    found.expected, found.charged = sum(expected.values(), Decimal(0)), sum(charged.values(), Decimal(0))
    for day in sorted(days):
        difference = _difference(day, expected, charged)
        if difference is not None:
            found.differences.append(difference)
    return found


def _expected(
    usage: Sequence[Row], prices: Prices, days: Collection[dt.date], found: Comparison
) -> dict[tuple[dt.date, str], Decimal]:
    expected: defaultdict[tuple[dt.date, str], Decimal] = defaultdict(Decimal)
    unpriced: dict[str, dt.date] = {}
    for row in usage:
        day = row["usage_date"]
        if day not in days:
            continue
        for name, cents in (
            (row["model"] or "usage without a model", prices.cents(row)),
            ("web_search", prices.search_cents(day, row["web_search_requests"])),
        ):
            if cents is None:
                what = (
                    name
                    if name == "web_search"
                    else f"{name} ({row['service_tier']}, {row['context_window']})"
                )
                unpriced[what] = min(day, unpriced.get(what, day))
            else:
                expected[day, name] += cents
    found.unpriced = [f"{what} since {day}" for what, day in sorted(unpriced.items())]
    return expected


def _difference(
    day: dt.date,
    expected: Mapping[tuple[dt.date, str], Decimal],
    charged: Mapping[tuple[dt.date, str], Decimal],
) -> dict[str, Any] | None:
    names = {name for each, name in (*expected, *charged) if each == day}
    gaps = {
        name: charged.get((day, name), Decimal(0)) - expected.get((day, name), Decimal(0)) for name in names
    }
    total = sum((charged.get((day, name), Decimal(0)) for name in names), Decimal(0))
    gap = sum(gaps.values(), Decimal(0))
    if abs(gap) <= max(TOLERANCE_CENTS, TOLERANCE_SHARE * total):
        return None
    most = max(sorted(gaps), key=lambda name: abs(gaps[name]))
    return {
        "day": day.isoformat(),
        "expected_cents": round(float(total - gap), 2),
        "charged_cents": round(float(total), 2),
        "differs_most": most,
    }
