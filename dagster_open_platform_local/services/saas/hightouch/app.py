"""Hightouch's REST API over HTTP.

What belongs here: paths, paging, authentication, limits. What does not: how things look (`responses.py`), what they do (`workspace.py`).

Sources: https://hightouch.com/docs/api-reference (paths, parameters, bodies), https://hightouch.com/docs/developer-tools/api-guide (a bearer
token; 200 requests in 10 seconds for a workspace). The API has no endpoint for refused rows: the debugger of the web application shows
them, and the `error` of a run with status `warning` names some here, one a line: `<operation> <primary key>: <code>: <reason>`.

What only a person at Hightouch or the outside can cause is caused by an endpoint of the emulator's own, which needs no token::

    PUT /_control/syncs/{id} {"disabled": true}

    disabled, deleted        as Hightouch knows them; a deleted sync comes back with false
    next_run_fails           the reason for which the next run fails; null: it does not
    next_run_interrupted     the next run breaks off after its first batch
    run_seconds              every run takes at least so long
    rejected                 {primary key: "CODE: reason"}: rows that the CRM refuses, whatever is in them
    fail_on_duplicates       a row for which the CRM has several records is refused, and not sent to the one that was made first
    cancel                   true: the run that is under way is cancelled
"""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeAlias, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.services.saas.hightouch import responses
from dagster_open_platform_local.services.saas.hightouch.errors import ApiError, invalid, not_found
from dagster_open_platform_local.services.saas.hightouch.state import Run, Settings
from dagster_open_platform_local.services.saas.hightouch.syncs import Sync
from dagster_open_platform_local.services.saas.hightouch.workspace import Workspace
from dagster_open_platform_local.services.saas.rate_window import RateWindow
from dagster_open_platform_local.services.saas.tokens import ApiToken

T = TypeVar("T")
Json: TypeAlias = dict[str, Any]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_DEFAULT_LIMIT, _DEFAULT_RUNS, _MAX_LIMIT = 100, 5, 100


@dataclass(frozen=True)
class Limits:
    """How many calls are allowed.

    Args:
        requests: All calls of a workspace.
        seconds: In which time.
    """

    requests: int = 200
    seconds: float = 10.0


class HightouchApi:
    """The API of one workspace for one token.

    Args:
        workspace: The workspace.
        token: The accepted one.
        limits: How many calls are allowed.
        clock: Wall-clock time in Unix seconds, for the limits.
    """

    def __init__(
        self,
        workspace: Workspace,
        token: ApiToken,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.workspace = workspace
        self._token = token
        found = limits or Limits()
        self._window = RateWindow(found.requests, found.seconds)
        self._clock = clock

    def routes(self) -> list[Route]:
        """All paths."""
        return [
            Route("/api/v1/syncs", self._call(self._syncs), methods=["GET"]),
            Route("/api/v1/syncs/trigger", self._call(self._trigger_any), methods=["POST"]),
            Route("/api/v1/syncs/{id}", self._call(self._sync), methods=["GET"]),
            Route("/api/v1/syncs/{id}/trigger", self._call(self._trigger), methods=["POST"]),
            Route("/api/v1/syncs/{id}/runs", self._call(self._runs), methods=["GET"]),
            Route("/api/v1/models", self._call(self._models), methods=["GET"]),
            Route("/api/v1/models/{id}", self._call(self._model), methods=["GET"]),
            Route("/_control/syncs/{id}", self._control, methods=["PUT"]),
        ]

    def _call(self, answer: Callable[[Request, Json], Json]) -> Endpoint:
        """An endpoint: who may call it, what its body is, and what an error looks like."""

        @wraps(answer)
        async def endpoint(request: Request) -> Response:
            try:
                self._check(request.headers.get("authorization", ""))
                return JSONResponse(answer(request, _body(await request.body())))
            except ApiError as error:
                return _failure(error)

        return endpoint

    def _check(self, authorization: str) -> None:
        if not self._token.is_bearer(authorization):
            raise ApiError(401, "Invalid API key")
        seconds = self._window.take(self._clock())
        if seconds is not None:
            raise ApiError(429, "Too many requests", {"Retry-After": str(seconds)})

    async def _control(self, request: Request) -> Response:
        try:
            self.workspace.control(request.path_params["id"], _body(await request.body()))
        except ApiError as error:
            return _failure(error)
        return JSONResponse({})

    def _syncs(self, request: Request, _body: Json) -> Json:
        """…#operation/ListSync."""
        found = self.workspace.syncs()
        if slug := request.query_params.get("slug"):
            found = [each for each in found if each[0].slug == slug]
        if model := request.query_params.get("modelId"):
            found = [each for each in found if each[0].model_id == model]
        found = _ordered(request, found)
        runs = self.workspace.states.last_runs()
        return _page(request, found, lambda each: responses.sync(*each, runs.get(each[0].id)), _DEFAULT_LIMIT)

    def _sync(self, request: Request, _body: Json) -> Json:
        """…#operation/GetSync."""
        sync, settings = self.workspace.sync(request.path_params["id"])
        return responses.sync(sync, settings, self.workspace.states.last_run(sync.id))

    def _models(self, request: Request, _body: Json) -> Json:
        """…#operation/ListModel."""
        names = [request.query_params.get(each) for each in ("slug", "name")]
        found = _ordered(
            request,
            [each for each in self.workspace.syncs() if all(name in (None, each[0].slug) for name in names)],
        )
        return _page(request, found, lambda each: responses.model(each[0]), _DEFAULT_LIMIT)

    def _model(self, request: Request, _body: Json) -> Json:
        """…#operation/GetModel."""
        for sync, _ in self.workspace.syncs():
            if sync.model_id == request.path_params["id"]:
                return responses.model(sync)
        raise not_found("Model", request.path_params["id"])

    def _runs(self, request: Request, _body: Json) -> Json:
        """…#operation/ListSyncRuns: the newest first."""
        sync, _ = self.workspace.sync(request.path_params["id"])
        query = request.query_params
        after, before = _moment(query.get("after"), "after"), _moment(query.get("before"), "before")
        if "within" in query:
            after = self.workspace.now() - timedelta(minutes=_number(query["within"], "within"))
        found = [
            each
            for each in self.workspace.states.runs(sync.id)
            if query.get("runId") in (None, str(each.id)) and _is_between(each, after, before)
        ]
        return _page(request, found, responses.run, _DEFAULT_RUNS)

    def _trigger(self, request: Request, body: Json) -> Json:
        """…#operation/TriggerRun: a run that is asked for while another is under way waits for it."""
        return self._triggered(request.path_params["id"], body)

    def _trigger_any(self, _request: Request, body: Json) -> Json:
        """…#operation/TriggerRunCustom: by `syncId` or `syncSlug`."""
        if isinstance(slug := body.get("syncSlug"), str):
            for sync, _ in self.workspace.syncs():
                if sync.slug == slug:
                    return self._triggered(sync.id, body)
            raise not_found("Sync", slug)
        if "syncId" not in body:
            raise invalid("syncId", "syncId or syncSlug is required")
        return self._triggered(str(body["syncId"]), body)

    def _triggered(self, sync_id: str, body: Json) -> Json:
        full = body.get("fullResync", False)
        if not isinstance(full, bool):
            raise invalid("requestBody.fullResync", "invalid boolean value")
        return {"id": str(self.workspace.trigger(sync_id, full=full).id)}


def hightouch_app(api: HightouchApi) -> Starlette:
    """The application that answers below the vendor's mount."""
    return Starlette(routes=api.routes(), exception_handlers={404: _no_such_path, 405: _no_such_method})


def _is_between(run: Run, after: datetime | None, before: datetime | None) -> bool:
    started = datetime.fromisoformat(run.started_at or run.created_at)
    return (after is None or started >= after) and (before is None or started < before)


def _page(request: Request, items: Sequence[T], shown: Callable[[T], Json], default: int) -> Json:
    """Paged by `limit` and `offset`."""
    query = request.query_params
    limit = int(_number(query.get("limit", str(default)), "limit"))
    offset = int(_number(query.get("offset", "0"), "offset"))
    if not 1 <= limit <= _MAX_LIMIT:
        raise invalid("limit", f"must be between 1 and {_MAX_LIMIT}")
    page = [shown(each) for each in items[offset : offset + limit]]
    return {"data": page, "hasMore": offset + limit < len(items)}


def _ordered(request: Request, found: list[tuple[Sync, Settings]]) -> list[tuple[Sync, Settings]]:
    """By `orderBy`; they come by id. All were made, and changed, at one moment, so that the id decides there, too."""
    by = request.query_params.get("orderBy", "id")
    if by not in ("id", "name", "slug", "createdAt", "updatedAt"):
        raise invalid("orderBy", f"{by!r} is no order")
    return sorted(found, key=lambda each: each[0].slug) if by in ("name", "slug") else found


def _number(text: str, name: str) -> float:
    try:
        found = float(text)
    except ValueError as error:
        raise invalid(name, "invalid float number") from error
    if not 0 <= found < 1e12:
        raise invalid(name, "out of range")
    return found


def _moment(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise invalid(name, "invalid ISO 8601 datetime") from error
    if found.tzinfo is None:
        raise invalid(name, "has no time zone")
    return found


def _body(content: bytes) -> Json:
    if not content.strip():
        return {}
    try:
        found = json.loads(content)
    except ValueError as error:
        raise invalid("requestBody", "is not JSON") from error
    if not isinstance(found, dict):
        raise invalid("requestBody", "must be an object")
    return found


def _failure(error: ApiError) -> Response:
    body = {"message": error.message, "details": error.details}
    return JSONResponse(body, error.status, error.headers)


async def _no_such_path(_request: Request, _error: Exception) -> Response:
    return _failure(ApiError(404, "Not Found"))


async def _no_such_method(_request: Request, _error: Exception) -> Response:
    return _failure(ApiError(405, "Method Not Allowed"))
