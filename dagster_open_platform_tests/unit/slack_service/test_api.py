"""What each method answers, and how it says no."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagster_open_platform_local.company.clock import CompanyClock, read_clock, write_clock
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.saas.slack.app import SlackApi, slack_app
from dagster_open_platform_local.services.saas.slack.credentials import BOT_SCOPES, SlackCredentials
from dagster_open_platform_local.services.saas.slack.limits import Limits
from dagster_open_platform_local.services.saas.slack.store import PROCESSING_SECONDS, SlackStore
from dagster_open_platform_local.services.saas.slack.vendor import SLACK
from dagster_open_platform_local.stack.services import new_vendor_credentials, saas_service
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.fixtures.slack import SETTINGS, TODAY, TOKENS
from dagster_open_platform_tests.fixtures.slack_in_process import SlackInProcess
from dagster_open_platform_tests.fixtures.slack_in_process import slack_in_process as slack

__all__ = ["slack"]  # a fixture

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def error(answer: Any) -> str:
    body = answer if isinstance(answer, dict) else answer.json()
    assert body["ok"] is False
    return body["error"]


def test_who_may_call(slack: SlackInProcess, tmp_path: Path) -> None:
    plain = slack.http.post("/slack/api/auth.test")
    assert (plain.status_code, error(plain)) == (200, "not_authed")
    assert error(slack.get("auth.test", token="xoxb-wrong")) == "invalid_auth"
    assert error(slack.get("no.such.method")) == "unknown_method"
    assert (
        error(slack.get("admin.analytics.getFile", type="member", date="2026-06-03"))
        == "not_allowed_token_type"
    )
    assert error(slack.get("users.list", token=TOKENS.admin)) == "not_allowed_token_type"
    assert slack.call("auth.test")["bot_id"].startswith("B")
    fewer = SlackCredentials(TOKENS.bot, TOKENS.admin, BOT_SCOPES - {"chat:write"})
    weak = SlackInProcess(tmp_path / "weak", credentials=fewer).call(
        "chat.postMessage", channel="data-platform", text="x"
    )
    assert (error(weak), weak["needed"]) == ("missing_scope", "chat:write")


@pytest.mark.parametrize(("method", "items"), [("users.list", "members"), ("conversations.list", "channels")])
def test_pages_hold_everything_once(slack: SlackInProcess, method: str, items: str) -> None:
    everything = slack.call(method, limit=1000)
    assert everything["response_metadata"]["next_cursor"] == ""
    found, cursor = [], ""
    while True:
        page = slack.get(method, limit=7, **({"cursor": cursor} if cursor else {})).json()
        assert 1 <= len(page[items]) <= 7
        found += page[items]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert found == everything[items]
    assert error(slack.call(method, limit=5, cursor="bm9uc2Vuc2U=")) == "invalid_cursor"
    assert error(slack.call(method, limit=5, cursor="@")) == "invalid_cursor"
    assert [error(slack.call(method, limit=wrong)) for wrong in (-1, "x", 1001)] == ["invalid_limit"] * 3


def test_archived_and_private_channels_are_asked_for(slack: SlackInProcess) -> None:
    def names(**arguments: Any) -> set[str]:
        return {
            each["name"] for each in slack.call("conversations.list", limit=1000, **arguments)["channels"]
        }

    public = names()
    assert {"announcements", "hacktoberfest"} <= public
    assert public - names(exclude_archived=True) == {"hacktoberfest", "dagster-day"}
    assert "data-platform" not in public
    assert "data-platform" in names(types="private_channel")
    assert error(slack.call("conversations.list", types="nonsense")) == "invalid_types"


def test_a_message_is_posted_found_and_updated(slack: SlackInProcess) -> None:
    metadata = {"event_type": "report", "event_payload": {"day": "2026-06-24"}}
    posted = slack.call("chat.postMessage", channel="#data-platform", text="one", metadata=metadata)
    channel, ts = posted["channel"], posted["ts"]
    assert posted["message"]["text"] == "one"
    slack.now += 1
    reply = slack.call("chat.postMessage", channel=channel, text="two", thread_ts=ts)
    below = slack.call("chat.postMessage", channel=channel, text="three", thread_ts=reply["ts"])
    history = slack.call("conversations.history", channel=channel, include_all_metadata=True)
    (shown,) = history["messages"]
    assert (shown["text"], shown["metadata"], shown["reply_count"]) == ("one", metadata, 2)
    assert slack.call("conversations.history", channel=channel)["messages"][0]["metadata"] == {
        "event_type": "report"
    }
    thread = slack.call("conversations.replies", channel=channel, ts=ts)["messages"]
    assert [each["text"] for each in thread] == ["one", "two", "three"]
    assert below["message"]["thread_ts"] == ts

    slack.now += 1
    updated = slack.call("chat.update", channel=channel, ts=ts, text="changed")
    # What an update leaves out stays; what is empty goes.
    assert updated["message"]["metadata"] == metadata
    assert updated["message"]["edited"]["ts"] == "1782000002.000000"
    cleared = slack.call("chat.update", channel=channel, ts=ts, text="changed", metadata={})
    assert "metadata" not in cleared["message"]
    assert error(slack.call("chat.update", channel=channel, ts="1.000000", text="x")) == "message_not_found"


def test_history_is_read_in_pages_and_from_a_time_on(slack: SlackInProcess) -> None:
    channel = slack.channel("data-platform")
    sent = [slack.call("chat.postMessage", channel=channel, text=str(number))["ts"] for number in range(25)]
    assert sent == sorted(set(sent))  # also within one moment
    found, cursor = [], ""
    while True:
        page = slack.call("conversations.history", channel=channel, limit=10, cursor=cursor)
        found += [each["ts"] for each in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        assert bool(cursor) == page["has_more"]
        if not cursor:
            break
    assert found == sent[::-1]

    def between(**arguments: Any) -> list[str]:
        messages = slack.call("conversations.history", channel=channel, limit=999, **arguments)["messages"]
        return [each["ts"] for each in messages][::-1]

    assert between(oldest=sent[3]) == sent[4:]
    assert between(oldest=sent[3], latest=sent[6], inclusive=True) == sent[3:7]
    assert between(oldest=sent[3], latest=sent[6]) == sent[4:6]


def test_where_nothing_can_be_posted(slack: SlackInProcess) -> None:
    def post(**arguments: Any) -> str:
        return error(slack.call("chat.postMessage", **{"channel": "data-platform", "text": "x", **arguments}))

    assert post(channel="no-such-channel") == "channel_not_found"
    assert post(channel="ask-community") == "not_in_channel"
    assert post(channel="hacktoberfest") == "is_archived"
    assert post(channel="") == "invalid_arguments"
    assert post(text="") == "no_text"
    assert post(thread_ts="1.000000") == "thread_not_found"
    assert post(metadata={"event_type": "x", "event_payload": {"a": "b" * 9000}}) == "metadata_too_large"
    name = slack.call("chat.postMessage", channel="data-platform", text="x")["channel"]
    assert error(slack.call("conversations.history", channel="data-platform")) == "channel_not_found"
    assert error(slack.call("conversations.replies", channel=name, ts="1.0")) == "thread_not_found"
    bad = slack.call("chat.postMessage", channel=name, text="x", metadata={"event_payload": {}})
    assert bad["response_metadata"]["warnings"] == ["invalid_metadata_format"]


WRONG_BLOCKS = {
    "a header that is too long": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
    "a header with markup": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "an empty text": [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
    "a text that is too long": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
    "a section without anything": [{"type": "section"}],
    "too many fields": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
    "a field that is too long": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
    "too many blocks": [{"type": "divider"}] * 51,
    "an unknown block": [{"type": "carousel"}],
    "an unknown key": [{"type": "divider", "colour": "red"}],
    "no context": [{"type": "context", "elements": []}],
    "an image that is not there": [{"type": "image", "slack_file": {"id": "F0"}, "alt_text": "x"}],
    "two tables": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
    "a table that is too long": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
    "an empty cell": [{"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}],
    "no list": {"type": "divider"},
}


@pytest.mark.parametrize("blocks", WRONG_BLOCKS.values(), ids=WRONG_BLOCKS)
def test_blocks_that_cannot_be_shown_are_refused(slack: SlackInProcess, blocks: Any) -> None:
    answer = slack.call("chat.postMessage", channel="data-platform", text="x", blocks=blocks)
    assert error(answer) == "invalid_blocks"
    assert all("json-pointer:/blocks" in each for each in answer["response_metadata"]["messages"])
    assert slack.call("conversations.history", channel=slack.channel("data-platform"))["messages"] == []


def test_an_image_goes_the_way_of_every_upload(slack: SlackInProcess) -> None:
    begun = slack.get(
        "files.getUploadURLExternal", filename="runs.png", length=len(PNG), alt_txt="Runs"
    ).json()
    path = begun["upload_url"].removeprefix("https://slack.test")
    file_id = begun["file_id"]
    assert path.startswith("/slack/upload/v1/")
    assert slack.http.post(path, content=PNG[:-1]).status_code == 404
    assert error(slack.call("files.completeUploadExternal", files=[{"id": file_id}])) == "file_not_found"
    assert slack.http.post(path, content=PNG).text == f"OK - {len(PNG)}"
    assert error(slack.get("files.info", file=file_id)) == "file_not_found"
    assert slack.call("files.completeUploadExternal", files=[{"id": file_id, "title": "t"}])["files"] == [
        {"id": file_id, "title": "t"}
    ]
    image = [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "Runs"}]
    early = slack.call("chat.postMessage", channel="data-platform", text="x", blocks=image)
    assert (error(early), slack.get("files.info", file=file_id).json()["file"]["mimetype"]) == (
        "invalid_blocks",
        "",
    )
    slack.now += PROCESSING_SECONDS
    assert slack.get("files.info", file=file_id).json()["file"]["mimetype"] == "image/png"
    assert slack.call("chat.postMessage", channel="data-platform", text="x", blocks=image)["ok"]
    assert slack.http.get(f"/slack/files/{file_id}").content == PNG
    # JSON is not read by this method.
    assert error(slack.call("files.getUploadURLExternal", filename="a", length=1)) == "invalid_arguments"


def test_a_permalink_leads_to_the_message(slack: SlackInProcess) -> None:
    posted = slack.call("chat.postMessage", channel="data-platform", text="x")
    arguments = {"channel": posted["channel"], "message_ts": posted["ts"]}
    link = slack.get("chat.getPermalink", **arguments).json()["permalink"]
    answer = slack.http.get(link.removeprefix("https://slack.test"))
    assert answer.status_code == 302
    anchor = answer.headers["location"].rpartition("#")[2]
    page = slack.http.get("/slack/")
    assert f'id="{anchor}"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert slack.http.get("/slack/archives/C1/p1000000000000").status_code == 404
    assert (
        error(slack.get("chat.getPermalink", **{**arguments, "message_ts": "1.000000"}))
        == "message_not_found"
    )


def test_a_day_of_analytics_is_there_once_it_is_over(slack: SlackInProcess) -> None:
    def day(date: str, **arguments: Any) -> Any:
        return slack.get(
            "admin.analytics.getFile", TOKENS.admin, **{"type": "member", "date": date, **arguments}
        )

    answer = day("2026-06-23")
    assert answer.headers["content-type"] == "application/gzip"
    rows = [json.loads(line) for line in gzip.decompress(answer.content).splitlines()]
    assert {row["date"] for row in rows} == {"2026-06-23"}
    known = {user["id"] for user in slack.call("users.list")["members"]}
    assert {row["user_id"] for row in rows} <= known
    assert sum(row["is_active"] for row in rows) > 10
    assert error(day(TODAY.isoformat())) == "file_not_yet_available"
    assert error(day((SETTINGS.epoch - dt.timedelta(days=1)).isoformat())) == "file_not_found"
    assert error(day("yesterday")) == "invalid_date"
    assert error(day("2026-06-23", type="nonsense")) == "invalid_type"


def test_limits_are_told_with_the_time_to_wait(tmp_path: Path) -> None:
    slack = SlackInProcess(tmp_path, Limits(bursts=1, messages_a_minute=2))
    for _ in range(20):
        assert slack.get("users.list", limit=1).json()["ok"]
    refused = slack.get("users.list", limit=1)
    assert (refused.status_code, error(refused)) == (429, "ratelimited")
    assert refused.headers["retry-after"] == "60"
    slack.now += 60
    assert slack.get("users.list", limit=1).json()["ok"]
    answers = [slack.call("chat.postMessage", channel="data-platform", text="x")["ok"] for _ in range(3)]
    assert answers == [True, True, False]
    assert slack.call("chat.postMessage", channel="sales-data", text="x")["ok"]


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"x", "text/plain", "invalid_post_type"),
    ],
)
def test_arguments_that_cannot_be_read(slack: SlackInProcess, content: bytes, kind: str, code: str) -> None:
    headers = {"Authorization": f"Bearer {TOKENS.bot}", "Content-Type": kind}
    assert error(slack.http.post("/slack/api/chat.postMessage", content=content, headers=headers)) == code


def test_a_form_is_read_like_json(slack: SlackInProcess) -> None:
    headers = {"Authorization": f"Bearer {TOKENS.bot}"}
    form = {"channel": "data-platform", "text": "x", "blocks": json.dumps([{"type": "divider"}])}
    answer = slack.http.post("/slack/api/chat.postMessage", data=form, headers=headers).json()
    assert answer["message"]["blocks"] == [{"type": "divider"}]


def test_without_a_company_the_service_says_so(tmp_path: Path) -> None:
    api = SlackApi(SlackStore(tmp_path / "s"), lambda: read_clock(tmp_path), TOKENS)
    http = httpx.Client(transport=InProcessTransport(slack_app(api)), base_url="https://slack.test")
    answer = http.get("/api/users.list", headers={"Authorization": f"Bearer {TOKENS.bot}"})
    assert (answer.status_code, error(answer)) == (503, "service_unavailable")
    assert http.get("/").status_code == 503


def test_variables_of_both_sides() -> None:
    given = SlackCredentials.new()
    assert SlackCredentials.of(given.service_variables) == given
    assert given.platform_variables("http://h/slack")["SLACK_API_URL"] == "http://h/slack/api"
    for missing in given.service_variables:
        with pytest.raises(ValueError, match=missing):
            SlackCredentials.of({**given.service_variables, missing: ""})
    assert given.bot not in repr(given)
    assert given.admin not in repr(given)


def test_it_stands_among_the_companys_vendors(tmp_path: Path) -> None:
    write_clock(tmp_path, CompanyClock(SETTINGS, TODAY))
    given = SLACK.new_credentials()
    app = saas_app(tmp_path, tmp_path, dict(given.service_variables), [SLACK])
    http = httpx.Client(transport=InProcessTransport(app))
    variables = given.platform_variables("https://saas.test/slack")
    headers = {"Authorization": f"Bearer {variables['SLACK_BOT_TOKEN']}"}
    assert http.get(f"{variables['SLACK_API_URL']}/auth.test", headers=headers).json()["ok"]
    assert "data-platform" in http.get("https://saas.test/slack/").text
    assert new_vendor_credentials().keys() >= {"slack"}
    assert saas_service(LocalState(tmp_path), new_vendor_credentials()).pages == {"Slack": "/slack/"}
