"""Segment's Public API over HTTP.

What belongs here: paths, authentication, limits. What does not: parameters (`parameters.py`), what is told (`workspace.py`).
Sources: https://docs.segmentapis.com, of which each endpoint's docstring names the page; …/tag/Rate-Limits: 200 calls a minute, 60 for
the volume of events, `X-RateLimit-*` and `Retry-After`.

Delivery Overview takes the id of a destination; a warehouse's stands for it here.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from functools import wraps
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.company.segment.counts import DELIVERED, RECEIVED, REFUSED, Series
from dagster_open_platform_local.services.saas.rate_window import RateWindow
from dagster_open_platform_local.services.saas.segment.errors import (
    ApiError,
    invalid,
    not_found,
    too_many,
    unauthorized,
)
from dagster_open_platform_local.services.saas.segment.parameters import Span, listed, page, required, span
from dagster_open_platform_local.services.saas.segment.workspace import Json, Workspace, grouped
from dagster_open_platform_local.services.saas.tokens import ApiToken

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_MOST = {"HOUR": timedelta(days=14), "DAY": timedelta(days=30)}
_OLDEST = timedelta(days=30)
_VOLUME_PATH = "/events/volume"


@dataclass(frozen=True)
class Limits:
    """How many calls a minute one token may make."""

    calls: int = 200
    volume_calls: int = 60


class SegmentApi:
    """The API of one workspace for one token.

    Args:
        current: Gives the workspace; asked at every call, so that the company may move on.
        token: The accepted token.
        limits: Its limits.
        clock: Wall-clock time in Unix seconds.
    """

    def __init__(
        self,
        current: Callable[[], Workspace],
        token: ApiToken,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        limits = limits or Limits()
        self._current = current
        self._token = token
        self._clock = clock
        self._calls = RateWindow(limits.calls, 60.0)
        self._volume_calls = RateWindow(limits.volume_calls, 60.0)

    def admit(self, request: Request) -> RateWindow:
        """Who may call, and how often.

        Returns:
            The window in which the call was counted.

        Raises:
            ApiError: 401 or 429.
        """
        if not self._token.is_bearer(request.headers.get("authorization", "")):
            raise unauthorized()
        window = self._volume_calls if request.url.path.endswith(_VOLUME_PATH) else self._calls
        wait = window.take(self._clock())
        if wait is not None:
            raise too_many(wait)
        return window

    def headers(self, window: RateWindow) -> dict[str, str]:
        """What an answer says of a limit, and of the time, which is the company's."""
        now = self._clock()
        return {
            "Date": format_datetime(self._current().now, usegmt=True),
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.remaining(now)),
            "X-RateLimit-Reset": str(int(now + window.seconds)),
        }

    def sources(self, request: Request) -> Json:
        """…/tag/Sources, List Sources."""
        items, pagination = page(request.query_params, self._current().sources)
        return {"sources": items, "pagination": pagination}

    def source(self, request: Request) -> Json:
        """…/tag/Sources, Get Source."""
        return {"source": self._source(self._current(), request.path_params["source_id"])}

    def warehouses(self, request: Request) -> Json:
        """…/tag/Warehouses, List Warehouses."""
        items, pagination = page(request.query_params, self._current().warehouses)
        return {"warehouses": items, "pagination": pagination}

    def volume(self, request: Request) -> Json:
        """…/tag/Events, Get Events Volume from Workspace."""
        query, found = request.query_params, self._current()
        asked, by = span(query, found.now), _dimensions(request, ("source", "eventName", "eventType"))
        ids, names, kinds = (listed(query, each) for each in ("sourceId", "eventName", "eventType"))
        slugs = {self._source(found, source_id)["slug"] for source_id in ids}
        chosen = [
            each
            for each in found.series
            if each.outcome == RECEIVED
            and (not ids or each.source in slugs)
            and (not names or each.event in names)
            and (not kinds or each.kind in kinds)
        ]
        result = [_entry(found, by, *row) for row in grouped(chosen, by, asked)]
        items, pagination = page(query, result)
        told = {
            "granularity": asked.granularity,
            "startTime": query["startTime"],
            "endTime": query["endTime"],
        }
        return {
            "path": _VOLUME_PATH,
            "query": {**told, "groupBy": by, "sourceId": ids, "eventName": names, "eventType": kinds},
            "result": items,
            "pagination": pagination,
        }

    def received(self, request: Request) -> Json:
        """…/tag/Delivery-Overview, Get Ingress Success Metrics from Delivery Overview."""
        return self._overview(request, RECEIVED)

    def filtered(self, request: Request) -> Json:
        """…/tag/Delivery-Overview, Get Filtered At Source Metrics from Delivery Overview."""
        return self._overview(request, REFUSED)

    def delivered(self, request: Request) -> Json:
        """…/tag/Delivery-Overview, Get Egress Success Metrics from Delivery Overview."""
        warehouse = required(request.query_params, "destinationConfigId")
        if not self._current().has_warehouse(warehouse):
            raise not_found(f"The destination {warehouse}")
        return self._overview(request, DELIVERED)

    def _overview(self, request: Request, outcome: str) -> Json:
        query, found = request.query_params, self._current()
        slug = self._source(found, required(query, "sourceId"))["slug"]
        by = _dimensions(request, ("eventName", "eventType", "discardReason"))
        asked: Span = span(query, found.now, _MOST, _OLDEST)
        chosen: list[Series] = [
            each for each in found.series if each.outcome == outcome and each.source == slug
        ]
        rows = grouped(chosen, by, asked)
        items, pagination = page(query, [_entry(found, by, *row) for row in rows])
        return {"total": sum(total for _, total, _ in rows), "dataset": items, "pagination": pagination}

    def _source(self, found: Workspace, source_id: str) -> Json:
        source = found.source(source_id)
        if source is None:
            raise not_found(f"The source {source_id}")
        return source


def _dimensions(request: Request, known: Sequence[str]) -> list[str]:
    by = listed(request.query_params, "groupBy")
    if wrong := [each for each in by if each not in known]:
        raise invalid("groupBy", f"groupBy does not know {', '.join(wrong)}; it knows {', '.join(known)}.")
    return by


def _entry(found: Workspace, by: Sequence[str], key: Sequence[str], total: int, series: list[Json]) -> Json:
    told: Json = dict(zip(by, key, strict=True))
    if "source" in told:
        shown = next(each for each in found.sources if each["slug"] == told["source"])
        told["source"] = {name: shown[name] for name in ("id", "name", "slug")}
    return {**told, "total": total, "series": series}


def segment_app(api: SegmentApi) -> Starlette:
    """The application that answers below a vendor's mount."""
    paths: dict[str, Callable[[Request], Json]] = {
        "/sources": api.sources,
        "/sources/{source_id}": api.source,
        "/warehouses": api.warehouses,
        _VOLUME_PATH: api.volume,
        "/delivery-overview/successfully-received": api.received,
        "/delivery-overview/filtered-at-source": api.filtered,
        "/delivery-overview/successful-delivery": api.delivered,
    }

    def served(answer: Callable[[Request], Json]) -> Endpoint:
        @wraps(answer)
        async def endpoint(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                headers = api.headers(api.admit(request))
                return JSONResponse({"data": answer(request)}, headers=headers)
            except ApiError as error:
                return error.response(headers)

        return endpoint

    async def missing(_request: Request, _error: Any) -> Response:
        return not_found("The resource").response({})

    return Starlette(
        routes=[Route(path, served(answer), methods=["GET"]) for path, answer in paths.items()],
        exception_handlers={404: missing, 405: missing},
    )
