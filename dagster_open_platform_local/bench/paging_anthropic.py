"""The Admin API's reports and lists, for the measure of reading them.

What belongs here: an organization of some size, and both ways to read it. What does not: the measure (`paging.py`).
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from dagster_open_platform.lib.anthropic import tables
from dagster_open_platform.lib.anthropic.client import (
    DAILY_BUCKETS,
    HOURLY_BUCKETS,
    RECORDS,
    USAGE_DIMENSIONS,
    VERSION,
    AnthropicClient,
)
from dagster_open_platform.lib.http import HttpClient, RetryLimits, Secrets
from dagster_open_platform_local.bench.paged_source import PagedSource
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.anthropic.account import AnthropicAccount, account_of
from dagster_open_platform_local.services.saas.anthropic.app import AnthropicApi, Limits, anthropic_app
from dagster_open_platform_local.services.saas.anthropic.stamps import iso_8601
from dagster_open_platform_local.services.saas.anthropic.vendor import VARIABLES
from dagster_open_platform_local.services.saas.tokens import ApiToken

_TOKEN = ApiToken("sk-ant-admin01-of-the-measure", VARIABLES)
_START, _END, _DAY = dt.date(2026, 6, 1), dt.date(2026, 11, 26), dt.date(2026, 11, 25)
_ROWS = 10_000
_ROOT = "/anthropic/v1/organizations"
_BETWEEN = {"starting_at": f"{_START}T00:00:00Z", "ending_at": f"{_END}T00:00:00Z"}


def _account() -> AnthropicAccount:
    """The company's usage and costs, and more users, keys and work of a day than it has."""
    known = account_of(CompanySettings(), _END)
    records = known.code[unix_seconds(_DAY)]
    return replace(
        known,
        users=[
            {**known.users[n % len(known.users)], "id": f"user_{n}", "email": f"{n}@example.com"}
            for n in range(_ROWS)
        ],
        api_keys=[{**known.api_keys[n % len(known.api_keys)], "id": f"apikey_{n}"} for n in range(_ROWS)],
        code={unix_seconds(_DAY): [records[n % len(records)] for n in range(_ROWS)]},
    )


def _serve(_directory: Path) -> ASGIApp:
    account = _account()
    api = AnthropicApi(lambda: account, _TOKEN, Limits(10**9), iso_8601)
    return Starlette(routes=[Mount("/anthropic", app=anthropic_app(api))])


def _ours(read: Callable[[AnthropicClient], pa.Table]) -> Callable[[str], int]:
    def rows(url: str) -> int:
        http = HttpClient(
            f"{url}/anthropic",
            service="Anthropic",
            secrets=Secrets({"x-api-key": _TOKEN.value}),
            headers={"anthropic-version": VERSION},
            limits=RetryLimits(attempts=1),
        )
        with http:
            return read(AnthropicClient(http)).num_rows

    return rows


@contextmanager
def _bare(url: str) -> Iterator[httpx.Client]:
    headers = {"x-api-key": _TOKEN.value, "anthropic-version": VERSION}
    with httpx.Client(base_url=url, headers=headers, timeout=60.0) as http:
        yield http


def _report(path: str, params: Mapping[str, Any], count: Callable[[Any], int]) -> Callable[[str], int]:
    def rows(url: str) -> int:
        found, page = 0, {}
        with _bare(url) as http:
            while True:
                body = http.get(f"{_ROOT}/{path}", params={**params, **page}).json()
                found += sum(map(count, body["data"]))
                if not body["has_more"]:
                    return found
                page = {"page": body["next_page"]}

    return rows


def _list(path: str) -> Callable[[str], int]:
    def rows(url: str) -> int:
        found, page = 0, {}
        with _bare(url) as http:
            while True:
                body = http.get(f"{_ROOT}/{path}", params={"limit": RECORDS, **page}).json()
                found += len(body["data"])
                if not body["has_more"]:
                    return found
                page = {"after_id": body["last_id"]}

    return rows


def _results(bucket: Any) -> int:
    return len(bucket["results"])


SOURCES: tuple[PagedSource, ...] = (
    PagedSource(
        "Anthropic's usage",
        _serve,
        _ours(lambda api: tables.usage_table(api.usage(_START, _END), _START, _END)),
        _report(
            "usage_report/messages",
            {**_BETWEEN, "bucket_width": "1h", "limit": HOURLY_BUCKETS, "group_by[]": USAGE_DIMENSIONS},
            _results,
        ),
    ),
    PagedSource(
        "Anthropic's costs",
        _serve,
        _ours(lambda api: tables.cost_table(api.cost(_START, _END), _START, _END)),
        _report(
            "cost_report",
            {
                **_BETWEEN,
                "bucket_width": "1d",
                "limit": DAILY_BUCKETS,
                "group_by[]": ("workspace_id", "description"),
            },
            _results,
        ),
    ),
    PagedSource(
        "Anthropic's Claude Code",
        _serve,
        _ours(lambda api: tables.claude_code_table((_DAY, page) for page in api.claude_code(_DAY))),
        _report(
            "usage_report/claude_code",
            {"starting_at": _DAY.isoformat(), "limit": RECORDS},
            # A row for each model, as the table has them.
            lambda record: max(1, len(record["model_breakdown"])),
        ),
    ),
    PagedSource(
        "Anthropic's API keys",
        _serve,
        _ours(lambda api: tables.api_keys_table(api.api_keys())),
        _list("api_keys"),
    ),
    PagedSource(
        "Anthropic's users", _serve, _ours(lambda api: tables.users_table(api.users())), _list("users")
    ),
)
