"""Anthropic's Admin API over HTTP.

What belongs here: paths, authentication, errors, limits. Sources: https://platform.claude.com/docs/en/manage-claude/administration-api (paths;
a key of its own kind in `x-api-key`), https://platform.claude.com/docs/en/api/versioning (`anthropic-version` is required),
https://platform.claude.com/docs/en/api/errors (bodies, `request-id`).

Anthropic states no number for the limit of this API, but that once a minute is fine for good and more for pages of one report; here it is
so many calls in a rolling minute.
"""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.services.saas.anthropic import listings, reports
from dagster_open_platform_local.services.saas.anthropic.account import AnthropicAccount
from dagster_open_platform_local.services.saas.anthropic.errors import (
    ApiError,
    invalid,
    not_found,
    rate_limited,
    unauthorized,
)
from dagster_open_platform_local.services.saas.anthropic.stamps import Stamping, historic
from dagster_open_platform_local.services.saas.rate_window import RateWindow
from dagster_open_platform_local.services.saas.tokens import ApiToken

Json: TypeAlias = dict[str, Any]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
VERSIONS = ("2023-06-01", "2023-01-01")
_ROOT = "/v1/organizations"


@dataclass(frozen=True)
class Limits:
    """The limit of an organization.

    Args:
        requests_a_minute: All calls.
    """

    requests_a_minute: int = 1_000


class AnthropicApi:
    """The API of one organization for one key.

    Args:
        current: Gives the organization as it is.
        token: The accepted key.
        limits: How many calls it may make.
        stamp: How moments are written.
        clock: Wall-clock time in Unix seconds, for the limits.
    """

    def __init__(
        self,
        current: Callable[[], AnthropicAccount],
        token: ApiToken,
        limits: Limits | None = None,
        stamp: Stamping = historic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._current = current
        self._token = token
        self._window = RateWindow((limits or Limits()).requests_a_minute, 60.0)
        self._stamp = stamp
        self._clock = clock

    def routes(self) -> list[Route]:
        """All paths."""
        lists = {
            "usage_report/messages": reports.messages,
            "usage_report/claude_code": reports.claude_code,
            "cost_report": reports.costs,
            "users": listings.users,
            "api_keys": listings.api_keys,
            "workspaces": listings.workspaces,
        }
        return [
            *(Route(f"{_ROOT}/{path}", self._call(self._listed(answer))) for path, answer in lists.items()),
            *(
                Route(f"{_ROOT}/{name}/{{id}}", self._call(self._single(name)))
                for name in ("users", "api_keys", "workspaces")
            ),
        ]

    def _listed(self, answer: Callable[[AnthropicAccount, Any, Stamping], Json]) -> Callable[[Request], Json]:
        return lambda request: answer(self._current(), request.query_params, self._stamp)

    def _single(self, name: str) -> Callable[[Request], Json]:
        return lambda request: listings.one(
            getattr(self._current(), name), request.path_params["id"], self._stamp
        )

    def _call(self, answer: Callable[[Request], Json]) -> Endpoint:
        """An endpoint: who may call it, and what an error looks like."""

        async def endpoint(request: Request) -> Response:
            try:
                self._check(request)
                return JSONResponse(answer(request), headers={"request-id": _request_id()})
            except ApiError as error:
                return _failure(error)

        return endpoint

    def _check(self, request: Request) -> None:
        given = request.headers.get("x-api-key")
        if given is None or not self._token.is_in(given):
            raise unauthorized()
        version = request.headers.get("anthropic-version")
        if version is None:
            raise invalid("anthropic-version: header is required")
        if version not in VERSIONS:
            raise invalid(f'anthropic-version: "{version}" is not a valid version')
        seconds = self._window.take(self._clock())
        if seconds is not None:
            raise rate_limited(seconds)


def anthropic_app(api: AnthropicApi) -> Starlette:
    """The application that answers below the vendor's mount."""
    return Starlette(routes=api.routes(), exception_handlers={404: _no_such_path, 405: _no_such_method})


def _request_id() -> str:
    return f"req_{uuid.uuid4().hex[:24]}"


def _failure(error: ApiError) -> Response:
    name = _request_id()
    body = {
        "type": "error",
        "error": {"type": error.kind, "message": error.message},
        "request_id": name,
    }
    return JSONResponse(body, error.status, {**error.headers, "request-id": name})


async def _no_such_path(_request: Request, _error: Exception) -> Response:
    return _failure(not_found())


async def _no_such_method(_request: Request, _error: Exception) -> Response:
    return _failure(ApiError(405, "invalid_request_error", "Method Not Allowed"))
