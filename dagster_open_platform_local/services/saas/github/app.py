"""GitHub's GraphQL endpoint over HTTP: ``POST /graphql``.

What belongs here: authentication, rate limits, request and answer bodies. Sources:
https://docs.github.com/en/graphql/guides/forming-calls-with-graphql (the call, the token),
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api (limits and what exceeding them
looks like), https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api (401, 404, user agent).
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dagster_open_platform_local.company.github import GitHubState, GitHubStore
from dagster_open_platform_local.services.saas.github.data import GitHubData
from dagster_open_platform_local.services.saas.github.errors import (
    AUTHENTICATING,
    DOCS,
    RATE_LIMITS,
    SECONDARY_LIMITS,
    formatted_all,
    http_error,
)
from dagster_open_platform_local.services.saas.github.execution import Request, execute, prepare
from dagster_open_platform_local.services.saas.github.limits import RateLimiter

POINTS_PER_HOUR = 10_000
REQUESTS_PER_MINUTE = 2_000
_SECONDARY_WAIT = "60"


@dataclass(frozen=True)
class Limits:
    """The limits of the accepted token; see ``RateLimiter``."""

    points_per_hour: int = POINTS_PER_HOUR
    requests_per_minute: int = REQUESTS_PER_MINUTE


class GitHubApi:
    """The API of one company for one token.

    Args:
        current: Gives the state of the company's GitHub; asked at every request, so that the company may move on.
        token: The accepted token.
        limits: Its limits.
        clock: Wall-clock time in Unix seconds.
    """

    def __init__(
        self,
        current: Callable[[], GitHubState],
        token: str,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        limits = limits or Limits()
        self._current = current
        self._token = token
        self._limiter = RateLimiter(limits.points_per_hour, limits.requests_per_minute, clock)
        self._data: GitHubData | None = None

    @classmethod
    def of_company(cls, directory: Path, token: str) -> "GitHubApi":
        """The API of the company in a directory, which need not be built yet."""
        return cls(GitHubStore(directory).current, token)

    def _current_data(self) -> GitHubData:
        state = self._current()
        if self._data is None or self._data.state is not state:
            self._data = GitHubData(state)
        return self._data

    async def graphql(self, http: HttpRequest) -> Response:
        """Answers ``POST /graphql``."""
        refusal = self._refusal(http)
        if refusal is not None:
            return refusal
        request = _read(await http.body())
        if isinstance(request, Response):
            return request
        prepared = prepare(request)
        if isinstance(prepared, list):
            return JSONResponse({"errors": formatted_all(prepared)}, headers=self._limiter.headers())
        if not self._limiter.take(prepared.size.cost):
            exceeded = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
            return JSONResponse({"errors": [exceeded]}, headers=self._limiter.headers())
        result = execute(prepared, self._current_data(), self._limiter)
        body: dict[str, object] = {"data": result.data}
        if result.errors:
            body["errors"] = formatted_all(result.errors)
        return JSONResponse(body, headers=self._limiter.headers())

    def _refusal(self, http: HttpRequest) -> Response | None:
        """The answer to a request that may not ask anything."""
        if not http.headers.get("user-agent"):
            text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"
            return PlainTextResponse(f"{text} ({DOCS}/rest).", 403)
        scheme, _, token = http.headers.get("authorization", "").partition(" ")
        if not token:
            return http_error(401, "This endpoint requires you to be authenticated.", AUTHENTICATING)
        known = secrets.compare_digest(token.strip().encode(), self._token.encode())
        if scheme.lower() not in ("bearer", "token") or not known:
            return http_error(401, "Bad credentials", f"{DOCS}/graphql")
        if not self._limiter.admits():
            message = (
                "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
                f" For more on scraping GitHub and how it may affect your rights, see {RATE_LIMITS}."
            )
            headers = {**self._limiter.headers(), "retry-after": _SECONDARY_WAIT}
            return http_error(403, message, SECONDARY_LIMITS, headers)
        return None


def _read(body: bytes) -> Request | Response:
    """The GraphQL request in a body, or the answer to a body that holds none."""
    try:
        value = json.loads(body)
    except ValueError:
        return http_error(400, "Problems parsing JSON", f"{DOCS}/graphql")
    if not isinstance(value, dict):
        return http_error(400, "Body should be a JSON object", f"{DOCS}/graphql")
    query, variables, name = value.get("query"), value.get("variables"), value.get("operationName")
    if not isinstance(query, str) or not query:
        message = "A query attribute must be specified and must be a string."
        return JSONResponse({"errors": [{"message": message}]})
    if not isinstance(variables, dict | None):
        return JSONResponse({"errors": [{"message": "Variables must be an object."}]})
    return Request(query, variables or {}, name if isinstance(name, str) else None)


async def _not_found(_request: HttpRequest, _error: Exception) -> Response:
    return http_error(404, "Not Found", f"{DOCS}/rest")


def github_app(api: GitHubApi) -> Starlette:
    """The application that answers below a vendor's mount."""
    return Starlette(
        routes=[Route("/graphql", api.graphql, methods=["POST"])],
        exception_handlers={404: _not_found, 405: _not_found},
    )
