"""Segment's paginated endpoints, for the measure of reading APIs in pages.

What belongs here: a workspace that is large enough, and both ways to read it. What does not: the measure (`paging.py`).

The rows of counts are days: each of a page's two hundred events has a series of thirty.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dagster_open_platform.lib.http import HttpClient, Secrets
from dagster_open_platform.lib.segment.client import PAGE, SegmentClient
from dagster_open_platform_local.bench.paged_source import PagedSource
from dagster_open_platform_local.company.segment.counts import DELIVERED, RECEIVED, REFUSED, Series
from dagster_open_platform_local.services.saas.segment.app import Limits, SegmentApi, segment_app
from dagster_open_platform_local.services.saas.segment.vendor import VARIABLES
from dagster_open_platform_local.services.saas.segment.workspace import (
    WAREHOUSE_ID,
    Workspace,
    source_json,
    warehouse_json,
)
from dagster_open_platform_local.services.saas.tokens import ApiToken

TOKEN = "sgp_measure"  # noqa: S105 - opens nothing else
_SOURCES, _EVENTS, _DAYS = 10_000, 1_000, 30
_END = datetime(2026, 11, 26, tzinfo=UTC)
_START = _END - timedelta(days=_DAYS)
_SPAN = {
    "granularity": "DAY",
    "startTime": f"{_START:%Y-%m-%dT%H:%M:%SZ}",
    "endTime": f"{_END:%Y-%m-%dT%H:%M:%SZ}",
}
_BY = {"groupBy.0": "eventType", "groupBy.1": "eventName"}


@cache
def workspace() -> Workspace:
    """Ten thousand sources and warehouses; the first source has a thousand events of thirty days."""
    first = int(_START.timestamp()) // 3600
    hours = tuple(first + 24 * day + 9 for day in range(_DAYS))
    series = [
        Series("source-0", "track", f"Event {number}", outcome, "", hours, (number % 50 + 1,) * _DAYS)
        for number in range(_EVENTS)
        for outcome in (RECEIVED, REFUSED, DELIVERED)
    ]
    sources = [
        source_json(f"id{number}", f"source-{number}", f"Source {number}") for number in range(_SOURCES)
    ]
    warehouses = [warehouse_json(f"wh{number}") for number in range(_SOURCES - 1)]
    return Workspace(_END, sources, [*warehouses, warehouse_json(WAREHOUSE_ID)], series)


def _serve(_directory: Path) -> ASGIApp:
    found = workspace()
    api = segment_app(SegmentApi(lambda: found, ApiToken(TOKEN, VARIABLES), Limits(10**9, 10**9)))
    return remembering(api)


def remembering(app: ASGIApp) -> ASGIApp:
    """An application that makes each answer once; reading is measured, and putting a page together takes longer than that.

    Args:
        app: Answers GET, and the same to the same address.
    """
    known: dict[bytes, list[Message]] = {}

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        address = scope["path"].encode() + b"?" + scope["query_string"]
        if address not in known:
            messages: list[Message] = []

            async def keep(message: Message) -> None:
                messages.append(message)

            await app(scope, receive, keep)
            known[address] = messages
        for message in known[address]:
            await send(message)

    return answer


def _ours(read: Callable[[SegmentClient], int]) -> Callable[[str], int]:
    def way(url: str) -> int:
        secrets = Secrets({"Authorization": f"Bearer {TOKEN}"}, values=(TOKEN,))
        with HttpClient(url, service="Segment", secrets=secrets) as http:
            return read(SegmentClient(http))

    return way


def _bare(path: str, field: str, params: Mapping[str, str], *, series: bool) -> Callable[[str], int]:
    def way(url: str) -> int:
        count, cursor = 0, {}
        with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            while True:
                asked = {**params, "pagination.count": str(PAGE), **cursor}
                data = client.get(f"{url}{path}", params=asked).json()["data"]
                count += sum(len(each["series"]) for each in data[field]) if series else len(data[field])
                if "next" not in data["pagination"]:
                    return count
                cursor = {"pagination.cursor": data["pagination"]["next"]}

    return way


def _counts(
    name: str, path: str, field: str, params: Mapping[str, str], read: Callable[[SegmentClient], int]
) -> PagedSource:
    bare = _bare(path, field, {**params, **_SPAN, **_BY}, series=True)
    return PagedSource(f"Segment's {name}", _serve, _ours(read), bare)


SOURCES: tuple[PagedSource, ...] = (
    PagedSource(
        "Segment's sources",
        _serve,
        _ours(lambda client: len(client.sources())),
        _bare("/sources", "sources", {}, series=False),
    ),
    PagedSource(
        "Segment's warehouses",
        _serve,
        _ours(lambda client: len(client.warehouses())),
        _bare("/warehouses", "warehouses", {}, series=False),
    ),
    _counts(
        "received events",
        "/events/volume",
        "result",
        {"sourceId.0": "id0"},
        lambda client: client.received("id0", _START, _END).num_rows,
    ),
    _counts(
        "refused events",
        "/delivery-overview/filtered-at-source",
        "dataset",
        {"sourceId": "id0"},
        lambda client: client.refused("id0", _START, _END).num_rows,
    ),
    _counts(
        "delivered events",
        "/delivery-overview/successful-delivery",
        "dataset",
        {"sourceId": "id0", "destinationConfigId": WAREHOUSE_ID},
        lambda client: client.delivered("id0", WAREHOUSE_ID, _START, _END).num_rows,
    ),
)
"""One for each endpoint that the platform reads in pages."""
