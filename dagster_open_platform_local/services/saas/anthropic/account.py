"""What the API shows of an organization, whatever it is asked.

What belongs here: the rows behind the endpoints, and making them from the company. What does not: paging, grouping and the form of
answers (`reports.py`, `listings.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.anthropic.claude_code import (
    TERMINALS,
    TOOLS,
    CodeDays,
    code_days,
)
from dagster_open_platform_local.company.anthropic.costs import CostItem, cost_items
from dagster_open_platform_local.company.anthropic.organization import (
    CI_KEY,
    WORKSPACES,
    Organization,
    organization,
    started,
    workspace_id,
)
from dagster_open_platform_local.company.anthropic.prices import token_prices
from dagster_open_platform_local.company.anthropic.usage import ACTOR, TERMINAL, TOKENS, usage_table
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

Json = dict[str, Any]


@dataclass(frozen=True)
class AnthropicAccount:
    """An organization as of a moment. Moments in rows are Unix seconds.

    Args:
        now: The moment; nothing after it has happened.
        users: As they are listed, with `added_at`.
        api_keys: As they are listed, with `created_at`.
        workspaces: As they are listed, with `created_at`.
        usage: As `usage_table` has it, by hour.
        costs: By day.
        code: Records of Claude Code without `date`, by the beginning of their day.
    """

    now: int
    users: Sequence[Json]
    api_keys: Sequence[Json]
    workspaces: Sequence[Json]
    usage: pa.Table
    costs: Sequence[CostItem]
    code: Mapping[int, Sequence[Json]] = field(default_factory=dict)


@lru_cache(maxsize=2)
def account_of(settings: CompanySettings, today: date) -> AnthropicAccount:
    """The company's organization as of 00:00 UTC of a date."""
    known, now, usage = organization(settings, today), unix_seconds(today), usage_table(settings, today)
    return AnthropicAccount(
        now=now,
        users=[_user(user) for user in known.users if user.removed > now],
        api_keys=_keys(settings, known, now),
        workspaces=[
            {
                "id": workspace_id(settings, name),
                "type": "workspace",
                "name": name,
                "created_at": started(settings) + 52_200,
                "archived_at": None,
                "display_color": "#6C5BB9",
            }
            for name in WORKSPACES
            if started(settings) < now
        ],
        usage=usage,
        costs=cost_items(settings, today),
        code=_code(known, code_days(settings, today), usage),
    )


def _user(user: Any) -> Json:
    return {
        "id": user.id,
        "type": "user",
        "email": user.colleague.email,
        "name": user.colleague.name,
        "role": user.role,
        "added_at": user.added,
    }


def _keys(settings: CompanySettings, known: Organization, now: int) -> list[Json]:
    return [
        {
            "id": key.id,
            "type": "api_key",
            "name": key.name,
            "workspace_id": workspace_id(settings, key.workspace) if key.workspace else None,
            "created_at": key.created,
            "created_by": {"id": known.users[key.owner].id, "type": "user"},
            "partial_key_hint": key.hint,
            "status": key.status(now),
            "expires_at": None,
        }
        for key in known.keys
    ]


def _code(known: Organization, days: CodeDays, usage: pa.Table) -> dict[int, list[Json]]:
    models = _models(usage)
    found: dict[int, list[Json]] = {}
    numbers = zip(
        *(
            column.tolist()
            for column in (
                *(days.day, days.actor, days.terminal, days.sessions, days.added, days.removed),
                *(days.commits, days.pull_requests, days.accepted, days.rejected),
            )
        ),
        strict=True,
    )
    for day, actor, terminal, sessions, added, removed, commits, pulls, accepted, rejected in numbers:
        person = known.users[actor].colleague.email if actor < len(known.users) else CI_KEY
        record = {
            "actor": {"type": "user_actor", "email_address": person}
            if actor < len(known.users)
            else {"type": "api_actor", "api_key_name": person},
            "organization_id": known.id,
            "customer_type": "api",
            "subscription_type": None,
            "terminal_type": TERMINALS[terminal],
            "core_metrics": {
                "num_sessions": sessions,
                "lines_of_code": {"added": added, "removed": removed},
                "commits_by_claude_code": commits,
                "pull_requests_by_claude_code": pulls,
            },
            "tool_actions": {
                tool: {"accepted": accepted[n], "rejected": rejected[n]} for n, tool in enumerate(TOOLS)
            },
            "model_breakdown": models[day, person, TERMINALS[terminal]],
        }
        found.setdefault(day, []).append(record)
    return found


def _models(usage: pa.Table) -> dict[tuple[int, str, str], list[Json]]:
    """What each actor used in each terminal on each day, by model."""
    of_code = usage.filter(usage[ACTOR].is_valid())
    day = pa.array(of_code["hour"].to_numpy() // DAY_SECONDS * DAY_SECONDS)
    grouped = of_code.append_column("day", day).group_by(
        ["day", ACTOR, TERMINAL, "model", "service_tier", "context_window"]
    )
    found: dict[tuple[int, str, str], list[Json]] = {}
    sums = grouped.aggregate([(name, "sum") for name in TOKENS])
    for row in sums.sort_by([("day", "ascending"), ("model", "ascending")]).to_pylist():
        uncached, written, written_1h, read, answered = (row[f"{name}_sum"] for name in TOKENS)
        prices = token_prices(row["model"], row["service_tier"], row["context_window"])
        units = sum(
            count * price
            for count, price in zip((uncached, written, written_1h, read, answered), prices, strict=True)
        )
        found.setdefault((row["day"], row[ACTOR], row[TERMINAL]), []).append(
            {
                "model": row["model"],
                "tokens": {
                    "input": uncached,
                    "output": answered,
                    "cache_read": read,
                    "cache_creation": written + written_1h,
                },
                "estimated_cost": {"currency": "USD", "amount": round(units / 10**7, 4)},
            }
        )
    return found
