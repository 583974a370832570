"""Spoilt answers of each vendor's API: a result, or a failure of a type that says why, and an end in any case.

The answers are those of the emulators, recorded once: of each vendor all that the platform asks for.
"""

import base64
import datetime as dt
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.anthropic import tables as claude_tables
from dagster_open_platform.lib.anthropic.client import VERSION, AnthropicClient
from dagster_open_platform.lib.fivetran.client import FivetranClient
from dagster_open_platform.lib.github.client import GitHubClient, ThreadKind
from dagster_open_platform.lib.hightouch.client import HightouchClient
from dagster_open_platform.lib.http import HttpClient, RetryLimits, Secrets
from dagster_open_platform.lib.segment.client import SegmentClient
from dagster_open_platform.lib.slack import tables as slack_tables
from dagster_open_platform.lib.slack.client import SlackClient
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.company.clock import CompanyClock
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.fivetran.account import FivetranAccount
from dagster_open_platform_local.services.saas.fivetran.app import FivetranApi, fivetran_app
from dagster_open_platform_local.services.saas.segment.app import SegmentApi, segment_app
from dagster_open_platform_local.services.saas.segment.workspace import workspace_of
from dagster_open_platform_local.services.saas.slack.app import SlackApi, slack_app
from dagster_open_platform_local.services.saas.slack.store import FILE, SlackStore
from dagster_open_platform_local.services.saas.tokens import ApiToken
from dagster_open_platform_tests.fixtures import (
    anthropic,
    fivetran,
    fivetran_in_process,
    github,
    segment,
    slack,
)
from dagster_open_platform_tests.fixtures.spoilt_answers import (
    Recording,
    Spoiling,
    Spoilt,
    scripted,
    spoilings,
)

SECRETS = Secrets({"Authorization": "Bearer S3cret"})
FIRST, LAST = dt.date(2026, 7, 6), dt.date(2026, 7, 9)
_ROWS = {"addedCount": 3, "changedCount": 2, "removedCount": 1}
# As https://hightouch.com/docs/api-reference shows them: the emulator works in threads, which there are none of here.
SYNC = {
    "id": "1001",
    "slug": "account-arr",
    "disabled": False,
    "configuration": {"mode": "update", "mappings": [{"from": "arr", "to": "ARR__c", "type": "standard"}]},
}
RUN = {
    "id": "88",
    "status": "warning",
    "createdAt": "2026-06-10T12:00:00.000Z",
    "startedAt": "2026-06-10T12:00:01.500Z",
    "finishedAt": "2026-06-10T12:00:04.000Z",
    "querySize": 10,
    "plannedRows": _ROWS,
    "successfulRows": _ROWS,
    "failedRows": None,
    "error": "1 of 6 rows were rejected.",
}
Ask = Callable[[httpx.BaseTransport], Any]


def http(
    transport: httpx.BaseTransport, secrets: Secrets = SECRETS, path: str = "", **others: Any
) -> HttpClient:
    return HttpClient(
        f"https://vendor.test{path}",
        service="The vendor",
        secrets=secrets,
        limits=RetryLimits(attempts=2),
        transport=transport,
        sleep=lambda _: None,
        **others,
    )


def claude(transport: httpx.BaseTransport) -> None:
    """Reports and lists, and the tables that become of them."""
    secrets = Secrets({"x-api-key": anthropic.KEY.value})
    api = AnthropicClient(http(transport, secrets, headers={"anthropic-version": VERSION}))
    claude_tables.usage_table(api.usage(FIRST, LAST), FIRST, LAST)
    claude_tables.cost_table(api.cost(FIRST, LAST), FIRST, LAST)
    claude_tables.claude_code_table((FIRST, page) for page in api.claude_code(FIRST))
    claude_tables.api_keys_table(api.api_keys())
    claude_tables.users_table(api.users())


def fivetran_account(transport: httpx.BaseTransport) -> None:
    """What a refresh asks for, and what a sync does."""
    basic = base64.b64encode(f"{fivetran.KEY.key}:{fivetran.KEY.secret}".encode()).decode()
    api = FivetranClient(http(transport, Secrets({"Authorization": f"Basic {basic}"})))
    for group in api.group_ids():
        api.destination(group)
        for connector in api.connectors(group):
            api.schemas(connector.id)
    api.connector(fivetran.CRM)
    api.run_setup_tests(fivetran.CRM)


def issues(transport: httpx.BaseTransport) -> None:
    """Issues and discussions with their comments."""
    api = GitHubClient(http(transport, Secrets({"Authorization": f"Bearer {github.TOKEN}"})))
    for kind in ThreadKind:
        list(api.threads(kind, github.REPOSITORY, github.window(dt.date(2026, 9, 1), 14), with_comments=True))


def syncs(transport: httpx.BaseTransport) -> None:
    """Syncs and their runs."""
    api = HightouchClient(http(transport))
    api.syncs()
    api.sync("1001")
    api.trigger("1001")
    api.run("1001", "88")
    api.latest_runs("1001")


def events(transport: httpx.BaseTransport) -> None:
    """Sources, warehouses and counts."""
    api = SegmentClient(http(transport, Secrets({"Authorization": f"Bearer {segment.TOKEN}"})))
    start, end = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (FIRST, LAST))
    sources = api.sources()
    warehouses = api.warehouses()
    api.received(sources[0].id, start, end)
    api.refused(sources[0].id, start, end)
    api.delivered(sources[0].id, warehouses[0].id, start, end)


def members(transport: httpx.BaseTransport) -> None:
    """Members and channels, and the tables that become of them."""
    bot, admin = (
        http(transport, Secrets({"Authorization": f"Bearer {token}"}), "/api")
        for token in (slack.TOKENS.bot, slack.TOKENS.admin)
    )
    api = SlackClient(bot, lambda: admin, lambda _url, _content: None, lambda _: None)
    api.identity()
    slack_tables.analytics_table(FIRST, api.member_analytics(FIRST))
    slack_tables.users_table(api.users())
    slack_tables.channels_table(api.channels())


def hightouch_answer(request: httpx.Request) -> Any:
    path = request.url.path
    if path.endswith("/trigger"):
        return {"id": "88"}
    if path.endswith("/runs"):
        return {"data": [RUN], "hasMore": False}
    return SYNC if path.endswith("/1001") else {"data": [SYNC], "hasMore": False}


def answering(name: str) -> httpx.BaseTransport:
    """The emulator of a vendor."""
    directory = Path(tempfile.mkdtemp(prefix="fuzzing-"))
    clock = CompanyClock(CompanySettings(scale=0.1), dt.date(2026, 7, 20))
    if name == "claude":
        return InProcessTransport(anthropic.api_of())
    if name == "fivetran_account":
        account = FivetranAccount(
            fivetran.made_up_sources(),
            directory,
            directory,
            lambda: CompanyClock(CompanySettings(), fivetran.TODAY),
        )
        return InProcessTransport(
            fivetran_app(FivetranApi(account, fivetran.KEY, None, lambda: fivetran_in_process.NOW))
        )
    if name == "issues":
        return InProcessTransport(github.api_of(github.company_state))
    if name == "events":
        token = ApiToken(segment.TOKEN, segment.VARIABLES)
        return InProcessTransport(
            segment_app(SegmentApi(lambda: workspace_of(clock), token, segment.GENEROUS))
        )
    if name == "members":
        store = SlackStore(directory / FILE, lambda: 1_782_000_000.0)
        api = SlackApi(store, lambda: clock, slack.TOKENS, slack.GENEROUS)
        return InProcessTransport(slack_app(api))
    return scripted(hightouch_answer)


ASKING: Mapping[str, Ask] = {
    each.__name__: each for each in (claude, fivetran_account, issues, syncs, events, members)
}


@lru_cache
def recorded(name: str) -> tuple[Recording, int]:
    """The answers of a vendor, all of which are recorded, and how many there are."""
    recording = Recording(answering(name))
    quiet = Spoilt(recording, Spoiling(0, 0.0, None))
    ASKING[name](quiet)
    return recording, quiet.calls


@pytest.mark.parametrize("name", ASKING)
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_a_spoilt_answer_is_told_by_a_type_or_does_no_harm(name: str, data: st.DataObject) -> None:
    recording, calls = recorded(name)
    spoiling = data.draw(spoilings(calls))
    said = failure_of(name, Spoilt(recording, spoiling))
    assert said is None or (said and "S3cret" not in said)


def failure_of(name: str, transport: httpx.BaseTransport) -> str | None:
    """What a failure of a type says; None: there was none. Another one leaves."""
    try:
        ASKING[name](transport)
    except (PermanentFailure, RetryableFailure) as failure:
        return failure.description or ""
    return None
