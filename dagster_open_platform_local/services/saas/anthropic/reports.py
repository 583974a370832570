"""The three reports.

What belongs here: time buckets, grouping, filters and pages, and the shape of their answers. Sources:
https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_messages,
https://platform.claude.com/docs/en/api/admin/cost_report/retrieve and
https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_claude_code; defaults and limits of `limit` by
https://platform.claude.com/docs/en/manage-claude/usage-cost-api. Buckets of a minute are refused: the company is known by the hour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from starlette.datastructures import QueryParams

from dagster_open_platform_local.company.anthropic.costs import CostItem
from dagster_open_platform_local.company.anthropic.prices import cents
from dagster_open_platform_local.company.anthropic.usage import DIMENSIONS, SEARCHES, TOKENS
from dagster_open_platform_local.services.saas.anthropic import queries
from dagster_open_platform_local.services.saas.anthropic.account import AnthropicAccount
from dagster_open_platform_local.services.saas.anthropic.errors import invalid
from dagster_open_platform_local.services.saas.anthropic.stamps import Stamping

Json = dict[str, Any]
_HOUR, _DAY = 3600, 86_400
_WIDTHS = {"1h": (_HOUR, 24, 168), "1d": (_DAY, 7, 31)}
"""Seconds, and how many buckets a page has unless asked otherwise and at most."""
_ALWAYS_NULL = ("account_id", "service_account_id", "inference_geo", "speed")
"""Dimensions that may be asked for and that this organization has no values of."""
_MOST_GROUPS = 5
_FILTERS = {
    "workspace_ids": "workspace_id",
    "api_key_ids": "api_key_id",
    "models": "model",
    "service_tiers": "service_tier",
    "context_window": "context_window",
}
_TOKEN_TYPES = {name: name.replace("creation_", "creation.") for name in TOKENS}
_TOKEN_TEXTS: dict[str, str] = dict(
    zip(
        TOKENS,
        (
            "Input Tokens",
            "Input Tokens, Cache Write 5m",
            "Input Tokens, Cache Write 1h",
            "Input Tokens, Cache Hit",
            "Output Tokens",
        ),
        strict=True,
    )
)


@dataclass(frozen=True)
class _Buckets:
    """A page of buckets.

    Args:
        starts: Of each, in Unix seconds.
        width: Seconds.
        following: Start of the next page; None: this is the last one.
    """

    starts: range
    width: int
    following: int | None

    def answer(self, results: Callable[[int], list[Json]], stamp: Stamping) -> Json:
        """The page, with what each bucket has."""
        data = [
            {"starting_at": stamp(start), "ending_at": stamp(start + self.width), "results": results(start)}
            for start in self.starts
        ]
        following = None if self.following is None else queries.page_token({"from": self.following})
        return {"data": data, "has_more": following is not None, "next_page": following}


def _buckets(query: QueryParams, now: int, widths: tuple[str, ...], default: str) -> _Buckets:
    name = query.get("bucket_width", default)
    if name not in widths:
        raise invalid(f"bucket_width: Input should be {' or '.join(repr(each) for each in widths)}")
    width, usual, most = _WIDTHS[name]
    limit = queries.whole(query, "limit", usual, most)
    start = queries.moment(query, "starting_at") // width * width
    end = queries.moment(query, "ending_at", now)
    if end <= start:
        raise invalid("ending_at: must be after starting_at")
    if "page" in query:
        start = queries.of_page_token(query["page"], "from")
    # Nothing is said of what has not begun, nor of a bucket that ends after the end.
    last = min(end // width * width, -(-now // width) * width)
    stop = min(last, start + limit * width)
    return _Buckets(range(start, stop, width), width, stop if stop < last else None)


def messages(account: AnthropicAccount, query: QueryParams, stamp: Stamping) -> Json:
    """`GET /v1/organizations/usage_report/messages`."""
    buckets = _buckets(query, account.now, ("1h", "1d"), "1d")
    groups = queries.chosen(query, "group_by", (*DIMENSIONS, *_ALWAYS_NULL), _MOST_GROUPS)
    rows = _filtered(_slice(account.usage, buckets), query)
    start = pa.array(rows["hour"].to_numpy() // buckets.width * buckets.width)
    by = [name for name in DIMENSIONS if name in groups]
    summed = rows.append_column("start", start).group_by(["start", *by])
    sums = summed.aggregate([(name, "sum") for name in (*TOKENS, SEARCHES)])
    found: dict[int, list[Json]] = {}
    # Arrow gives groups in an order of its own.
    for row in sums.sort_by([(name, "ascending") for name in ("start", *by)]).to_pylist():
        found.setdefault(row["start"], []).append(_usage_item(row))
    return buckets.answer(lambda moment: found.get(moment, []), stamp)


def _slice(usage: pa.Table, buckets: _Buckets) -> pa.Table:
    hours = usage["hour"].to_numpy()
    begin, end = np.searchsorted(
        hours, [buckets.starts.start, max(buckets.starts.start, buckets.starts.stop)]
    )
    return usage.slice(int(begin), int(end - begin))


def _filtered(rows: pa.Table, query: QueryParams) -> pa.Table:
    for parameter, column in _FILTERS.items():
        wanted = query.getlist(f"{parameter}[]")
        if wanted:
            rows = rows.filter(
                pc.call_function("is_in", [rows[column]], pc.SetLookupOptions(pa.array(wanted)))
            )
    return rows


def _usage_item(row: Json) -> Json:
    uncached, written_5m, written_1h, read, answered = (row[f"{name}_sum"] for name in TOKENS)
    return {
        "uncached_input_tokens": uncached,
        "cache_creation": {"ephemeral_1h_input_tokens": written_1h, "ephemeral_5m_input_tokens": written_5m},
        "cache_read_input_tokens": read,
        "output_tokens": answered,
        "server_tool_use": {"web_search_requests": row[f"{SEARCHES}_sum"]},
        **{name: row.get(name) for name in DIMENSIONS},
        "account_id": None,
        "inference_geo": None,
        "service_account_id": None,
    }


def costs(account: AnthropicAccount, query: QueryParams, stamp: Stamping) -> Json:
    """`GET /v1/organizations/cost_report`."""
    buckets = _buckets(query, account.now, ("1d",), "1d")
    groups = queries.chosen(query, "group_by", ("workspace_id", "description"), 2)
    summed: dict[int, dict[tuple[object, ...], tuple[CostItem, int]]] = {}
    for item in account.costs:
        if item.day in buckets.starts:
            group = tuple(_group(item, groups))
            known = summed.setdefault(item.day, {})
            known[group] = (item, known[group][1] + item.units if group in known else item.units)
    return buckets.answer(
        lambda day: [_cost_item(item, units, groups) for item, units in summed.get(day, {}).values()], stamp
    )


def _group(item: CostItem, groups: list[str]) -> Iterator[object]:
    if "workspace_id" in groups:
        yield item.workspace_id
    if "description" in groups:
        yield from (item.cost_type, item.model, item.service_tier, item.context_window, item.tokens)


def _cost_item(item: CostItem, units: int, groups: list[str]) -> Json:
    told = "description" in groups
    return {
        "currency": "USD",
        "amount": cents(units),
        "workspace_id": item.workspace_id if "workspace_id" in groups else None,
        "description": _description(item) if told else None,
        "cost_type": item.cost_type if told else None,
        "context_window": item.context_window if told else None,
        "model": item.model if told else None,
        "service_tier": item.service_tier if told else None,
        "token_type": _TOKEN_TYPES[item.tokens] if told and item.tokens else None,
        "inference_geo": None,
    }


def _description(item: CostItem) -> str:
    if item.model is None or item.tokens is None:
        return f"{item.cost_type.replace('_', ' ').title()} Usage"
    batch = " (Batch)" if item.service_tier == "batch" else ""
    return f"{item.model} Usage - {_TOKEN_TEXTS[item.tokens]}, {item.context_window}{batch}"


def claude_code(account: AnthropicAccount, query: QueryParams, stamp: Stamping) -> Json:
    """`GET /v1/organizations/usage_report/claude_code`: one day."""
    text = query.get("starting_at")
    if text is None:
        raise invalid("starting_at: Field required")
    try:
        day = int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise invalid("starting_at: String should match pattern '^\\d{4}-\\d{2}-\\d{2}$'") from None
    limit = queries.whole(query, "limit", 20, 1000)
    start = queries.of_page_token(query["page"], "skip") if "page" in query else 0
    records = account.code.get(day, [])
    following = queries.page_token({"skip": start + limit}) if start + limit < len(records) else None
    data = [{"date": stamp(day), **record} for record in records[start : start + limit]]
    return {"data": data, "has_more": following is not None, "next_page": following}
