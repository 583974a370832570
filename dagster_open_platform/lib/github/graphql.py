"""GitHub's GraphQL endpoint: one query, one answer, and the errors that stand in successful answers.

What belongs here: the protocol. What does not: the queries, and what their answers mean.
Sources: https://docs.github.com/en/graphql/guides/forming-calls-with-graphql and
https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#exceeding-the-rate-limit.
"""

from collections.abc import Callable, Mapping
from typing import Any

from dagster_open_platform.lib.github.errors import QueryRejected, QueryTooExpensive, UnexpectedAnswer
from dagster_open_platform.lib.http import (
    Forbidden,
    HttpAnswer,
    HttpClient,
    NotFound,
    RateLimited,
    ServerError,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_TOO_EXPENSIVE = frozenset({"MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED"})
_LIMITED = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
_KINDS: Mapping[str, Callable[[str], PermanentFailure]] = {
    "FORBIDDEN": Forbidden,
    "INSUFFICIENT_SCOPES": Forbidden,
    "NOT_FOUND": NotFound,
}
# GitHub documents that without a header one should wait at least a minute after a secondary limit.
_SECONDARY_WAIT = 60.0
_EXCERPT = 500


class GitHubGraphQL:
    """Runs queries. Reading twice does no harm, so they are repeated after failures that may pass.

    Args:
        http: Client of the API, whose base URL is ``https://api.github.com`` or a replacement.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.rate_limit_remaining: int | None = None

    def query(self, text: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """Runs a query.

        Args:
            text: The query.
            variables: Its variables.

        Returns:
            The ``data`` of the answer.

        Raises:
            PermanentFailure, RetryableFailure: One of ``lib/http/errors.py`` or of ``errors.py``.
        """
        answer = self._http.request(
            "POST",
            "/graphql",
            json={"query": text, "variables": dict(variables)},
            changes=False,
            safe_to_repeat=True,
            judge=lambda answer: failure_in(answer, self._http.redacted),
        )
        remaining = answer.headers.get("x-ratelimit-remaining", "")
        self.rate_limit_remaining = int(remaining) if remaining.isdecimal() else None
        return answer.body["data"]


def failure_in(
    answer: HttpAnswer, redacted: Callable[[str], str] = str
) -> PermanentFailure | RetryableFailure | None:
    """The failure that a successful answer of the endpoint holds; None when it holds whole data.

    An answer that has data and errors both is a failure too: something that was asked for is missing from it.

    Args:
        answer: The answer.
        redacted: Blanks secrets out of a text.
    """
    body = answer.body
    if not isinstance(body, dict):
        return UnexpectedAnswer(f"GitHub answered with {type(body).__name__} where a JSON object belongs.")
    errors = body.get("errors")
    if errors:
        return _failure_of(errors, answer.retry_after, redacted)
    if not isinstance(body.get("data"), dict):
        return UnexpectedAnswer("GitHub answered without data and without errors.")
    return None


def _failure_of(
    errors: object, retry_after: float | None, redacted: Callable[[str], str]
) -> PermanentFailure | RetryableFailure:
    known = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    kinds = [str(error.get("type") or "") for error in known]
    messages = [str(error.get("message", "no message")) for error in known]
    pairs = zip(kinds, messages, strict=True)
    told = redacted("; ".join(f"{kind or 'error'}: {message}" for kind, message in pairs))[:_EXCERPT]
    if _LIMITED.intersection(kinds):
        return RateLimited(f"GitHub's rate limit is used up ({told}).", retry_after=retry_after)
    if "secondary rate limit" in told.lower():
        wait = _SECONDARY_WAIT if retry_after is None else retry_after
        return RateLimited(f"GitHub's secondary rate limit is exceeded ({told}).", retry_after=wait)
    if _TOO_EXPENSIVE.intersection(kinds):
        return QueryTooExpensive(f"GitHub will not compute so much at once ({told}).")
    for kind in kinds:
        if kind in _KINDS:
            return _KINDS[kind](f"GitHub refused a part of the query ({told}).")
    if "something went wrong while executing your query" in told.lower():
        return ServerError(f"GitHub failed while executing the query ({told}).")
    return QueryRejected(f"GitHub rejected the query ({told}).")
