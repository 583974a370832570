"""Anthropic's Admin API over HTTP.

What belongs here: paths, parameters, paging. What does not: what the answers' fields mean (`tables.py`).
Sources: https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report, …/get-cost-report,
https://platform.claude.com/docs/en/api/admin/usage_report/retrieve_claude_code, …/users/list and …/api_keys/list.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster_open_platform.lib.anthropic.errors import UnexpectedAnswer
from dagster_open_platform.lib.anthropic.protocol import Node
from dagster_open_platform.lib.http import HttpAnswer, HttpClient, MalformedResponse, RequestRejected
from dagster_open_platform.lib.http.client import Params
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

VERSION = "2023-06-01"
HOURLY_BUCKETS, DAILY_BUCKETS, RECORDS = 168, 31, 1000
"""The most that a page has: a week of hours, a month of days, records of a list."""
USAGE_DIMENSIONS = ("workspace_id", "api_key_id", "model", "service_tier", "context_window")
"""Five, which is the most that may be grouped by."""
_ROOT = "/v1/organizations"


class AnthropicClient:
    """Asks Anthropic.

    Args:
        http: Client of the API with a key of an administrator, whose base URL is `https://api.anthropic.com` or a replacement.
    """

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    def __repr__(self) -> str:
        return f"AnthropicClient({self.http!r})"

    def usage(self, start: dt.date, end: dt.date) -> Sequence[Node]:
        """Hourly buckets of usage (see the protocol)."""
        groups = {"group_by[]": USAGE_DIMENSIONS, "bucket_width": "1h", "limit": HOURLY_BUCKETS}
        return self._report("usage_report/messages", {**_between(start, end), **groups})

    def cost(self, start: dt.date, end: dt.date) -> Sequence[Node]:
        """Daily buckets of costs (see the protocol)."""
        groups = {"group_by[]": ("workspace_id", "description"), "bucket_width": "1d", "limit": DAILY_BUCKETS}
        return self._report("cost_report", {**_between(start, end), **groups})

    def claude_code(self, day: dt.date) -> Iterator[Sequence[Node]]:
        """What was done with Claude Code on a day (see the protocol)."""
        return self._pages("usage_report/claude_code", {"starting_at": day.isoformat(), "limit": RECORDS})

    def api_keys(self) -> Sequence[Node]:
        """All API keys (see the protocol)."""
        return self._list("api_keys")

    def users(self) -> Sequence[Node]:
        """Everybody (see the protocol)."""
        return self._list("users")

    def statistics(self) -> Mapping[str, int]:
        """What it took (see the protocol)."""
        return {"requests": self.http.statistics.requests, "retries": self.http.statistics.retries}

    def _report(self, path: str, params: Params) -> Sequence[Node]:
        return [node for page in self._pages(path, params) for node in page]

    def _list(self, path: str) -> Sequence[Node]:
        pages = self._pages(path, {"limit": RECORDS}, told_as="last_id", asked_as="after_id")
        return [node for page in pages for node in page]

    def _pages(
        self, path: str, params: Params, told_as: str = "next_page", asked_as: str = "page"
    ) -> Iterator[Sequence[Node]]:
        """All pages: a report names its next one by a token, a list's follows the last id.

        Args:
            path: Below the organization.
            params: Of every call.
            told_as: The field that says where the next page begins.
            asked_as: The parameter that asks for it.
        """
        page: Mapping[str, str] = {}
        seen: set[str] = set()
        while True:
            body = self._body(path, {**params, **page})
            yield body["data"]
            if not _has_more(body, path):
                return
            page = {asked_as: _moved_on(body.get(told_as), seen, path)}

    def _body(self, path: str, params: Params) -> Mapping[str, Any]:
        return self.http.request("GET", f"{_ROOT}/{path}", params=params, judge=self._judge).body

    def _judge(self, answer: HttpAnswer) -> PermanentFailure | RetryableFailure | None:
        """A page is an object with a list `data`; an error would be one with `type: error`."""
        body = answer.body
        if isinstance(body, dict) and body.get("type") == "error":
            error = body.get("error")
            message = error.get("message") if isinstance(error, dict) else None
            return RequestRejected(f"Anthropic answers {self.http.redacted(str(message))[:300]}")
        if not isinstance(body, dict) or not isinstance(body.get("data"), list):
            return MalformedResponse("Anthropic's answer has no data: something else answers in its place.")
        return None


def _between(start: dt.date, end: dt.date) -> Mapping[str, str]:
    return {"starting_at": f"{start.isoformat()}T00:00:00Z", "ending_at": f"{end.isoformat()}T00:00:00Z"}


def _has_more(body: Mapping[str, Any], path: str) -> bool:
    found = body.get("has_more")
    # What is missing here would be taken for the end.
    if not isinstance(found, bool):
        raise UnexpectedAnswer(f"Anthropic's page of {path} does not say whether there are more.")
    return found


def _moved_on(cursor: Any, seen: set[str], path: str) -> str:
    if not isinstance(cursor, str) or not cursor:
        raise UnexpectedAnswer(f"Anthropic has more of {path}, but does not say where.")
    if cursor in seen:
        raise UnexpectedAnswer(f"Anthropic's paging of {path} does not move on: one cursor came twice.")
    seen.add(cursor)
    return cursor
