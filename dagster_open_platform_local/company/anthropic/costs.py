"""What the company is charged for Claude, day by day.

What belongs here: items of the bill. What does not: prices (`prices.py`), the report (`services/saas/anthropic/reports.py`).

Tokens of the Priority Tier are not charged by the day, so they are in no item. Containers for code are only here: no usage report has them.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.anthropic.calendar import business, days_of
from dagster_open_platform_local.company.anthropic.prices import (
    CONTAINER_MINUTE_UNITS,
    PRIORITY,
    SEARCH_UNITS,
    token_prices,
)
from dagster_open_platform_local.company.anthropic.usage import SEARCHES, TOKENS, usage_table
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_CONTAINER_DAYS = 20
"""Days after the first from which code is run in containers."""


@dataclass(frozen=True)
class CostItem:
    """One item of a day's bill.

    Args:
        day: Unix seconds of its beginning.
        workspace_id: None: the default workspace.
        cost_type: `tokens`, `web_search` or `code_execution`.
        units: `prices.UNIT` cents.
        model: Of tokens only, like the rest.
        service_tier: As in usage.
        context_window: As in usage.
        tokens: One of `usage.TOKENS`.
    """

    day: int
    workspace_id: str | None
    cost_type: str
    units: int
    model: str | None = None
    service_tier: str | None = None
    context_window: str | None = None
    tokens: str | None = None


@lru_cache(maxsize=2)
def cost_items(settings: CompanySettings, today: date) -> tuple[CostItem, ...]:
    """All items of the days before a date, by day."""
    usage = usage_table(settings, today)
    day = pa.array(usage["hour"].to_numpy() // DAY_SECONDS * DAY_SECONDS)
    by = ["day", "workspace_id", "model", "service_tier", "context_window"]
    summed = usage.append_column("day", day).group_by(by)
    sums = summed.aggregate([(name, "sum") for name in (*TOKENS, SEARCHES)])
    rows = sums.sort_by([(name, "ascending") for name in by]).to_pylist()
    items: list[CostItem] = []
    searches: dict[tuple[int, str | None], int] = {}
    for row in rows:
        place = row["day"], row["workspace_id"]
        searches[place] = searches.get(place, 0) + row[f"{SEARCHES}_sum"]
        if row["service_tier"] == PRIORITY:
            continue
        prices = token_prices(row["model"], row["service_tier"], row["context_window"])
        items += [
            CostItem(
                *place,
                "tokens",
                count * price,
                row["model"],
                row["service_tier"],
                row["context_window"],
                name,
            )
            for name, price in zip(TOKENS, prices, strict=True)
            if (count := row[f"{name}_sum"])
        ]
    items += [
        CostItem(*place, "web_search", count * SEARCH_UNITS) for place, count in searches.items() if count
    ]
    return tuple(sorted((*items, *_containers(settings, today)), key=lambda item: item.day))


def _containers(settings: CompanySettings, today: date) -> list[CostItem]:
    days = days_of(settings, today)[_CONTAINER_DAYS:]
    numbers = np.array([day.toordinal() for day in days], dtype=np.int64)
    minutes = Draws(settings.seed, "claude_containers", numbers).below("minutes", 900).tolist()
    return [
        CostItem(unix_seconds(day), None, "code_execution", used * CONTAINER_MINUTE_UNITS)
        for day, busy, used in zip(days, business(days).tolist(), minutes, strict=True)
        if busy == 100 and used
    ]
