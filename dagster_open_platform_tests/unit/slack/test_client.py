"""What the client sends, what it makes of wrong answers, and what it does again."""

import datetime as dt
import gzip
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dagster_open_platform.lib.http import (
    Forbidden,
    HttpClient,
    MalformedResponse,
    NotFound,
    RateLimited,
    RequestRejected,
    RetryLimits,
    Secrets,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.lib.http_resource import MissingCredentials
from dagster_open_platform.lib.slack.client import PAGE, SlackClient, upload_to
from dagster_open_platform.lib.slack.errors import (
    AnalyticsNotReady,
    ChannelNotFound,
    FileNotReady,
    UnexpectedAnswer,
)
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import Posted
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.utils.failures import PermanentFailure

TOKEN = "xoxb-S3cretThatMustNotShow"
DAY = dt.date(2026, 6, 3)
START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
Answer = httpx.Response | Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers each method from a script, whose last answer is repeated."""

    def __init__(self, **answers: Answer | list[Answer]) -> None:
        self.answers = {
            name.replace("__", "."): found if isinstance(found, list) else [found]
            for name, found in answers.items()
        }
        self.requests: list[httpx.Request] = []
        self.waited: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        script = self.answers[request.url.path.rpartition("/")[2]]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if not isinstance(answer, httpx.Response):
            return answer(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def http(self, base_url: str = "https://slack.com/api", secrets: Secrets | None = None) -> HttpClient:
        return HttpClient(
            base_url,
            service="Slack",
            secrets=secrets,
            limits=RetryLimits(attempts=3),
            transport=httpx.MockTransport(self),
            sleep=self.waited.append,
        )

    def client(self) -> SlackClient:
        http = self.http(secrets=Secrets({"Authorization": f"Bearer {TOKEN}"}))
        return SlackClient(http, lambda: http, upload_to(self.http), self.waited.append)


def ok(**fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"ok": True, **fields})


def no(code: str, **fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"ok": False, "error": code, **fields})


def users(ids: list[str], cursor: str = "") -> httpx.Response:
    return ok(members=[{"id": each} for each in ids], response_metadata={"next_cursor": cursor})


def test_pages_are_read_until_there_is_no_cursor() -> None:
    server = Server(users__list=[users(["U1", "U2"], "a"), users([], "b="), users(["U3"])])
    assert [[each["id"] for each in page] for page in server.client().users()] == [["U1", "U2"], [], ["U3"]]
    asked = [dict(request.url.params) for request in server.requests]
    assert asked == [
        {"limit": str(PAGE)},
        {"limit": str(PAGE), "cursor": "a"},
        {"limit": str(PAGE), "cursor": "b="},
    ]
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}


def test_a_cursor_that_comes_again_ends_the_paging_with_an_error() -> None:
    server = Server(
        users__list=[users(["U1"], "a"), users(["U2"], "b"), users(["U3"], "a"), users(["U4"], "c")]
    )
    with pytest.raises(UnexpectedAnswer, match=r"users\.list does not move on"):
        list(server.client().users())
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (ok(), UnexpectedAnswer),
        (ok(members={"id": "U1"}), UnexpectedAnswer),
        (ok(members=[], response_metadata={"next_cursor": 7}), UnexpectedAnswer),
        (httpx.Response(200, json=[]), MalformedResponse),
        (httpx.Response(200, json={"members": []}), MalformedResponse),
        (httpx.Response(200, content=b""), MalformedResponse),
        (httpx.Response(200, content=b'{"ok": tr'), MalformedResponse),
        (no("invalid_auth"), Unauthorized),
        (no("missing_scope", needed="users:read", provided="chat:write"), Forbidden),
        (no("something_new"), RequestRejected),
        (no("ratelimited"), RateLimited),
        (no("internal_error"), ServerError),
        (httpx.Response(429, headers={"retry-after": "1"}), RateLimited),
        (httpx.Response(503), ServerError),
    ],
)
def test_an_answer_that_is_none_is_never_an_empty_list(answer: httpx.Response, kind: type[Exception]) -> None:
    server = Server(users__list=answer)
    with pytest.raises(kind):
        list(server.client().users())


def test_what_is_missing_is_told() -> None:
    with pytest.raises(Forbidden, match=r"missing_scope users:read chat:write.*Add the scope"):
        Server(
            users__list=no("missing_scope", needed="users:read", provided="chat:write")
        ).client().users().__next__()
    notes = {"messages": ["[ERROR] too long [json-pointer:/blocks/0]"]}
    server = Server(chat__postMessage=no("invalid_blocks", response_metadata=notes))
    with pytest.raises(RequestRejected, match=r"invalid_blocks.*too long"):
        server.client().post("C12345678", Message("x"))


def test_what_slack_says_shows_no_token() -> None:
    server = Server(users__list=no(f"odd {TOKEN}", detail=TOKEN, response_metadata={"messages": [TOKEN]}))
    with pytest.raises(RequestRejected) as caught:
        list(server.client().users())
    assert TOKEN not in str(caught.value)


POSTED = ok(channel="C12345678", ts="1785225600.000100")


def test_a_message_is_sent_again_only_when_slack_did_nothing() -> None:
    limited = httpx.Response(429, headers={"retry-after": "2"}, json={"ok": False, "error": "ratelimited"})
    server = Server(chat__postMessage=[limited, POSTED])
    assert server.client().post("C12345678", Message("x")) == Posted("C12345678", "1785225600.000100")
    assert server.waited
    assert server.waited[0] >= 2

    def dropped(_request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("gone")

    for unknown in (httpx.Response(500), no("internal_error"), dropped):
        server = Server(chat__postMessage=[unknown, POSTED])
        with pytest.raises(Exception, match=r"(?i)slack"):
            server.client().post("C12345678", Message("x"))
        assert len(server.requests) == 1
    server = Server(chat__update=[httpx.Response(500), POSTED])
    server.client().update(Posted("C12345678", "1785225600.000100"), Message("x"))
    assert len(server.requests) == 2


def test_an_update_takes_away_what_the_message_no_longer_has() -> None:
    server = Server(chat__update=POSTED)
    server.client().update(Posted("C12345678", "1.000000"), Message("x"))
    body = json.loads(server.requests[0].content)
    assert (body["blocks"], body["metadata"], body["text"]) == ([], {}, "x")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("channel_not_found", ChannelNotFound),
        ("not_in_channel", ChannelNotFound),
        ("is_archived", ChannelNotFound),
        ("message_not_found", NotFound),
    ],
)
def test_errors_of_posting(code: str, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=code):
        Server(chat__postMessage=no(code)).client().post("C12345678", Message("x"))


def test_names_of_channels_are_looked_up_once() -> None:
    listed = ok(channels=[{"id": "C1", "name": "a"}, {"id": "C2", "name": "cabc"}])
    server = Server(conversations__list=listed, chat__postMessage=POSTED)
    client = server.client()
    for name in ("#a", "a", "cabc", "#cabc"):
        client.post(name, Message("x"))
    posted = [json.loads(each.content)["channel"] for each in server.requests if each.method == "POST"]
    assert posted == ["C1", "C1", "C2", "C2"]
    assert sum(each.method == "GET" for each in server.requests) == 1


def event(ts: str, bot_id: str = "B1", **fields: Any) -> dict[str, Any]:
    return {
        "ts": ts,
        "bot_id": bot_id,
        "metadata": {"event_type": "report", "event_payload": {"n": 1}},
        **fields,
    }


def test_messages_of_others_are_left_out() -> None:
    history = ok(
        messages=[
            event("3.000000"),
            event("2.000000", "B2"),
            event("1.000000", thread_ts="1.000000"),
            {"ts": "0.000000"},
        ]
    )
    server = Server(conversations__history=history, auth__test=ok(bot_id="B1"))
    assert [each.posted.ts for each in server.client().posted("C12345678", START, "report")] == [
        "1.000000",
        "3.000000",
    ]
    assert dict(server.requests[0].url.params)["oldest"] == "1780272000.000000"


@pytest.mark.parametrize(
    "node",
    [
        event("no number"),
        event("1.000000", edited={"ts": "x"}),
        event("1.000000", edited=["x"]),
        {"ts": "1.000000", "bot_id": "B1", "metadata": {"event_type": "report"}},
        {"ts": "1.000000", "metadata": ["x"]},
        "text",
    ],
)
def test_a_message_that_is_none_is_an_error(node: Any) -> None:
    server = Server(conversations__history=ok(messages=[node]), auth__test=ok(bot_id="B1"))
    with pytest.raises(UnexpectedAnswer):
        server.client().posted("C12345678", START, "report")


ROWS = [{"date": "2026-06-03", "user_id": f"U{number}"} for number in range(3)]
FILE = gzip.compress("\n".join(map(json.dumps, ROWS)).encode() + b"\n\n", mtime=0)


def test_the_file_of_a_day_is_read() -> None:
    server = Server(admin__analytics__getFile=httpx.Response(200, content=FILE))
    assert server.client().member_analytics(DAY) == ROWS
    assert dict(server.requests[0].url.params) == {"type": "member", "date": "2026-06-03"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (FILE[: len(FILE) // 2], MalformedResponse),
        (gzip.compress(b'{"date": ', mtime=0), MalformedResponse),
        (b"\x1f\x8bnonsense", MalformedResponse),
        (b"text", MalformedResponse),
        (b"", MalformedResponse),
        (b'{"ok": true}', UnexpectedAnswer),
        (b'{"ok": false, "error": "file_not_yet_available"}', AnalyticsNotReady),
        (b'{"ok": false, "error": "file_not_found"}', NotFound),
        (b'{"ok": false, "error": "not_allowed_token_type"}', Forbidden),
    ],
)
def test_a_file_that_is_none(content: bytes, kind: type[Exception]) -> None:
    server = Server(admin__analytics__getFile=httpx.Response(200, content=content))
    with pytest.raises(kind):
        server.client().member_analytics(DAY)


def uploading(*looks: str, url: str = "https://files.slack.com/upload/v1/KEY?x=1") -> Server:
    return Server(
        files__getUploadURLExternal=ok(upload_url=url, file_id="F1"),
        KEY=[httpx.Response(500), httpx.Response(200, text="OK - 3")],
        files__completeUploadExternal=ok(files=[{"id": "F1"}]),
        files__info=[ok(file={"id": "F1", "mimetype": look}) for look in looks],
    )


def test_an_upload_goes_to_its_own_address_without_the_token() -> None:
    server = uploading("", "", "image/png")
    assert server.client().upload_image(b"png", "a.png", "alt") == "F1"
    sent = [request for request in server.requests if request.url.host == "files.slack.com"]
    assert [request.read() for request in sent] == [b"png", b"png"]
    assert all("authorization" not in request.headers for request in sent)
    assert str(sent[0].url) == "https://files.slack.com/upload/v1/KEY?x=1"


def test_an_image_that_slack_does_not_process_is_given_up() -> None:
    server = uploading("")
    with pytest.raises(FileNotReady, match=r"a\.png"):
        server.client().upload_image(b"png", "a.png", "alt")
    assert len(server.requests) < 30


@pytest.mark.parametrize(
    "url", ["http://files.slack.com/upload/v1/KEY", "nonsense", "https://files.slack.com"]
)
def test_an_address_that_is_none_gets_nothing(url: str) -> None:
    server = uploading("image/png", url=url)
    with pytest.raises(PermanentFailure, match="Slack"):
        server.client().upload_image(b"png", "a.png", "alt")
    assert len(server.requests) == 1


def test_a_token_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    monkeypatch.delenv("SLACK_ADMIN_TOKEN", raising=False)
    with pytest.raises(MissingCredentials, match="SLACK_BOT_TOKEN"), SlackResource().open():
        pass
    monkeypatch.setenv("SLACK_BOT_TOKEN", TOKEN)
    # Only who asks for analytics needs the other one.
    with SlackResource().open() as api, pytest.raises(MissingCredentials, match="SLACK_ADMIN_TOKEN"):
        api.member_analytics(DAY)
