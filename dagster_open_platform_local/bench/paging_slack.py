"""Slack's methods that give pages, and its files of what members did, for the measure of reading them.

What belongs here: a workspace of some size, and both ways to read it. What does not: the measure (`paging.py`).
"""

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from dagster_open_platform.lib.http import HttpClient, RetryLimits, Secrets
from dagster_open_platform.lib.slack.client import PAGE, SlackClient
from dagster_open_platform.lib.slack.tables import analytics_table, users_table
from dagster_open_platform_local.bench.paged_source import PagedSource
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.slack.app import SlackApi, slack_app
from dagster_open_platform_local.services.saas.slack.credentials import SlackCredentials
from dagster_open_platform_local.services.saas.slack.limits import Limits
from dagster_open_platform_local.services.saas.slack.store import FILE, SlackStore
from dagster_open_platform_local.services.saas.slack.workspace import Workspace

_TOKENS = SlackCredentials("xoxb-of-the-measure", "xoxp-of-the-measure")
_CLOCK = CompanyClock(CompanySettings(scale=6.0), dt.date(2026, 9, 1))
_DAYS = [dt.date(2026, 8, 30), dt.date(2026, 8, 31)]
_MESSAGES = 3_000
_CHANNEL, _EVENT = "data-platform", "measure"
_SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class _Ready(Workspace):
    """A workspace whose files are made already: that takes longer than sending them, and is the emulator's work."""

    def __init__(self) -> None:
        super().__init__(lambda: _CLOCK)
        self._files = {day: super(_Ready, self).analytics(day) for day in _DAYS}

    def analytics(self, day: dt.date) -> bytes:
        """The file of a day."""
        return self._files[day]


def _serve(directory: Path) -> ASGIApp:
    store, workspace = SlackStore(directory / FILE), _Ready()
    channel = workspace.now().channel(_CHANNEL)["id"]
    text = "A failed run, with what there is to say of it. " * 5
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    for number in range(_MESSAGES):
        metadata = {"event_type": _EVENT, "event_payload": {"number": number, "key": "a" * 40}}
        store.add(channel, {"text": f"Failure {number}", "blocks": [block], "metadata": metadata}, None)
    api = SlackApi(store, lambda: _CLOCK, _TOKENS, Limits(10**9, 10**9), workspace)
    return Starlette(routes=[Mount("/slack", app=slack_app(api))])


@contextmanager
def _slack(url: str, token: str) -> Iterator[SlackClient]:
    """The client with the one token that is used: the resource, too, opens the other one only when it is needed."""
    secrets = Secrets({"Authorization": f"Bearer {token}"})

    def no_upload(_url: str, _content: bytes) -> None:
        """Nothing is uploaded here."""

    with HttpClient(
        f"{url}/slack/api", service="Slack", secrets=secrets, limits=RetryLimits(attempts=1)
    ) as http:
        yield SlackClient(http, lambda: http, no_upload)


def _our_users(url: str) -> int:
    with _slack(url, _TOKENS.bot) as slack:
        return users_table(slack.users()).num_rows


def _our_days(url: str) -> int:
    with _slack(url, _TOKENS.admin) as slack:
        return sum(analytics_table(day, slack.member_analytics(day)).num_rows for day in _DAYS)


def _our_messages(url: str) -> int:
    with _slack(url, _TOKENS.bot) as slack:
        return len(slack.posted(_CHANNEL, _SINCE, _EVENT))


@contextmanager
def _bare(url: str, token: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"{url}/slack/api", headers={"Authorization": f"Bearer {token}"}, timeout=60.0
    ) as http:
        yield http


def _pages(http: httpx.Client, method: str, items: str, **arguments: Any) -> int:
    rows, cursor = 0, ""
    while True:
        params = {**arguments, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
        page = http.get(f"/{method}", params=params).json()
        rows += len(page[items])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            return rows


def _bare_users(url: str) -> int:
    with _bare(url, _TOKENS.bot) as http:
        return _pages(http, "users.list", "members")


def _bare_days(url: str) -> int:
    rows = 0
    with _bare(url, _TOKENS.admin) as http:
        for day in _DAYS:
            answer = http.get("/admin.analytics.getFile", params={"type": "member", "date": day.isoformat()})
            rows += len([json.loads(line) for line in gzip.decompress(answer.content).splitlines()])
    return rows


def _bare_messages(url: str) -> int:
    with _bare(url, _TOKENS.bot) as http:
        listed = http.get(
            "/conversations.list", params={"types": "public_channel,private_channel", "limit": PAGE}
        ).json()
        channel = next(each["id"] for each in listed["channels"] if each["name"] == _CHANNEL)
        arguments = {
            "channel": channel,
            "oldest": "1577836800",
            "inclusive": "true",
            "include_all_metadata": "true",
        }
        return _pages(http, "conversations.history", "messages", **arguments)


SOURCES = (
    PagedSource("Slack's members", _serve, _our_users, _bare_users),
    PagedSource("Slack's member analytics", _serve, _our_days, _bare_days),
    PagedSource("Slack's messages", _serve, _our_messages, _bare_messages),
)
