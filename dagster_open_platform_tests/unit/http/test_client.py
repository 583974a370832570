"""What the HTTP client sends, what it makes of answers, and that it keeps secrets."""

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.http import (
    ConnectionDropped,
    Forbidden,
    HttpClient,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    RateLimited,
    RequestRejected,
    RetryLimits,
    Secrets,
    ServerError,
    TimedOut,
    Unauthorized,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

TOKEN = "tok_S3cretThatMustNotShow"
NOW = 1_800_000_000.0
Handler = Callable[[httpx.Request], httpx.Response]


class Server:
    """Answers requests from a script and remembers them."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waited: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, attempts: int = 4, **options: Any) -> HttpClient:
        return HttpClient(
            "https://api.vendor.test/v1/",
            service="Vendor",
            secrets=Secrets({"Authorization": f"Bearer {TOKEN}"}),
            credentials_hint="VENDOR_TOKEN",
            limits=RetryLimits(attempts=attempts),
            transport=httpx.MockTransport(self),
            sleep=self.waited.append,
            clock=lambda: NOW,
            **options,
        )


def ok(body: object = None) -> httpx.Response:
    return httpx.Response(200, json={"ok": True} if body is None else body)


def test_a_request_carries_headers_body_query_and_time_outs() -> None:
    server = Server(ok({"answer": 42}))

    answer = server.client().request(
        "post", "/things", json={"a": 1}, params={"page": 2}, safe_to_repeat=True
    )

    request = server.requests[0]
    assert (answer.status, answer.body) == (200, {"answer": 42})
    assert str(request.url) == "https://api.vendor.test/v1/things?page=2"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["user-agent"].startswith("dagster-open-platform")
    assert request.read() == b'{"a":1}'
    assert all(request.extensions["timeout"][phase] > 0 for phase in ("connect", "read", "write", "pool"))


def test_an_empty_successful_answer_has_no_body() -> None:
    assert Server(httpx.Response(204)).client().request("GET", "/x").body is None


PERMANENT = [
    (401, {}, Unauthorized),
    (403, {}, Forbidden),
    (404, {}, NotFound),
    (410, {}, NotFound),
    (400, {}, RequestRejected),
    (422, {}, RequestRejected),
    (302, {"location": "https://elsewhere.test"}, RequestRejected),
]
RETRYABLE = [
    (429, {}, RateLimited),
    (403, {"retry-after": "1"}, RateLimited),
    (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 1)}, RateLimited),
    (408, {}, ServerError),
    (500, {}, ServerError),
    (502, {}, ServerError),
    (503, {"retry-after": "1"}, ServerError),
]


@pytest.mark.parametrize(("status", "headers", "kind"), PERMANENT)
def test_a_permanent_failure_is_raised_at_once(
    status: int, headers: dict[str, str], kind: type[PermanentFailure]
) -> None:
    server = Server(httpx.Response(status, headers=headers, json={"message": "No such luck"}))

    with pytest.raises(kind, match="No such luck") as raised:
        server.client().request("GET", "/x")

    assert type(raised.value) is kind
    assert raised.value.allow_retries is False
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "headers", "kind"), RETRYABLE)
def test_a_failure_that_may_pass_is_tried_again_within_the_limit(
    status: int, headers: dict[str, str], kind: type[RetryableFailure]
) -> None:
    server = Server(httpx.Response(status, headers=headers, text="busy"))

    with pytest.raises(kind, match=r"busy.*attempt 4 of 4") as raised:
        server.client(attempts=4).request("GET", "/x")

    assert type(raised.value) is kind
    assert raised.value.allow_retries is True
    assert len(server.requests) == 4
    assert len(server.waited) == 3


def test_it_recovers_when_the_server_does() -> None:
    server = Server(httpx.Response(500), httpx.Response(429), httpx.ReadTimeout("slow"), ok())
    client = server.client()

    assert client.request("GET", "/x").body == {"ok": True}
    assert (client.statistics.requests, client.statistics.retries) == (4, 3)
    assert client.statistics.seconds_waited == pytest.approx(sum(server.waited))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), ConnectionDropped),
        (httpx.ReadError("reset"), ConnectionDropped),
        (httpx.RemoteProtocolError("incomplete"), ConnectionDropped),
        (httpx.ConnectTimeout("t"), TimedOut),
        (httpx.ReadTimeout("t"), TimedOut),
        (httpx.PoolTimeout("t"), TimedOut),
        (httpx.DecodingError("gzip"), MalformedResponse),
    ],
)
def test_failures_of_the_connection_are_typed_and_retried(
    error: Exception, kind: type[RetryableFailure]
) -> None:
    server = Server(error)

    with pytest.raises(kind):
        server.client().request("GET", "/x")

    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "body", [b'{"half": ', b"<html>Bad gateway</html>", b"\xff\xfe", b'{"n": NaN}', b"[" * 5_000]
)
def test_a_body_that_is_not_json_is_retried_and_then_typed(body: bytes) -> None:
    server = Server(httpx.Response(200, content=body))

    with pytest.raises(MalformedResponse, match="not JSON"):
        server.client().request("GET", "/x")

    assert len(server.requests) == 4


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(429), httpx.ReadTimeout("slow")])
def test_what_may_do_harm_twice_is_sent_once(answer: httpx.Response | Exception) -> None:
    for method in ("POST", "PATCH"):
        server = Server(answer)
        with pytest.raises(RetryableFailure):
            server.client().request(method, "/orders", json={})
        assert len(server.requests) == 1


def test_methods_that_http_calls_idempotent_are_repeated() -> None:
    for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS"):
        server = Server(httpx.Response(500), ok())
        server.client().request(method, "/x")
        assert len(server.requests) == 2


def test_a_wait_longer_than_the_cap_is_told_and_not_waited_for() -> None:
    server = Server(httpx.Response(429, headers={"retry-after": "3600"}))

    with pytest.raises(RateLimited, match="3600 s") as raised:
        server.client().request("GET", "/x")

    assert raised.value.retry_after == 3600
    assert (len(server.requests), server.waited) == (1, [])


def test_the_judge_finds_failures_in_successful_answers() -> None:
    server = Server(ok({"status": "busy"}), ok({"status": "done"}))
    client = server.client()

    answer = client.request(
        "GET", "/x", judge=lambda found: RateLimited("busy") if found.body["status"] == "busy" else None
    )

    assert answer.body == {"status": "done"}
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://api.vendor.test",
        "ftp://api.vendor.test",
        "https://",
        "api.vendor.test",
        "",
        "https://user:pass@api.vendor.test",
        "https://api.vendor.test/?token=x",
        "https://api.vendor.test/#x",
        "https://api.vendor.test:notaport",
    ],
)
def test_a_wrong_base_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest, match="Vendor URL") as raised:
        HttpClient(url, service="Vendor")
    assert "pass" not in str(raised.value).replace("must", "")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8123/github", "http://localhost:1", "http://[::1]:1", "https://a.test"]
)
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    assert HttpClient(url, service="Vendor").base_url == url


def test_a_redirect_is_not_followed_with_the_credentials() -> None:
    server = Server(httpx.Response(307, headers={"location": "https://evil.test/"}))

    with pytest.raises(RequestRejected):
        server.client().request("GET", "/x")

    assert [request.url.host for request in server.requests] == ["api.vendor.test"]


@pytest.mark.parametrize("token", ["", "  ", "line\nbreak", "naïve", "nul\0"])
def test_a_secret_that_cannot_be_a_header_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(InvalidRequest, match="X-Key") as raised:
        Secrets({"X-Key": token})
    assert not token.strip() or token not in str(raised.value)


def test_a_secret_never_becomes_part_of_a_url() -> None:
    server = Server(ok())
    for path, params in (("/x", {"key": TOKEN}), (f"/x/{TOKEN}", None)):
        with pytest.raises(InvalidRequest, match="header") as raised:
            server.client().request("GET", path, params=params)
        assert TOKEN not in str(raised.value)
    assert server.requests == []
    with pytest.raises(InvalidRequest):
        HttpClient(f"https://a.test/{TOKEN}", service="Vendor", secrets=Secrets({"X-Key": TOKEN}))


def everything_shown(error: BaseException | None) -> str:
    shown = ""
    while error is not None:
        shown += f"{error} {error!r} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__
    return shown


LEAKS = [
    httpx.Response(401, json={"message": f"Bad token {TOKEN}"}),
    httpx.Response(403, text=f"Bearer {TOKEN} may not"),
    httpx.Response(422, text="x" * 285 + f" Bearer {TOKEN}"),  # cut in the middle of the secret
    httpx.Response(500, text=f"Authorization: Bearer {TOKEN}"),
    httpx.Response(429, text=TOKEN),
    httpx.Response(200, content=f'{{"token": "{TOKEN}"'.encode()),
    httpx.ReadError(f"reset while sending {TOKEN}"),
    httpx.ReadTimeout(TOKEN),
    httpx.LocalProtocolError(f"Illegal header value b'Bearer {TOKEN}'"),
    httpx.UnsupportedProtocol(TOKEN),
]


@pytest.mark.parametrize("answer", LEAKS)
def test_a_secret_that_comes_back_is_shown_nowhere(
    answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Server(answer).client(attempts=2)

    with pytest.raises((PermanentFailure, RetryableFailure)) as raised:
        client.request("GET", "/x")

    parts = [TOKEN[:length] for length in range(8, len(TOKEN) + 1)]
    shown = everything_shown(raised.value) + caplog.text + repr(client) + repr(Secrets({"A": TOKEN}))
    assert not [part for part in parts if part in shown]


@settings(deadline=None)
@given(
    before=st.text(max_size=400),
    after=st.text(max_size=400),
    token=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40),
)
def test_whatever_surrounds_a_secret_in_an_answer_it_is_blanked_out(
    before: str, after: str, token: str
) -> None:
    client = HttpClient(
        "https://a.test",
        service="Vendor",
        secrets=Secrets({"X-Key": token}),
        transport=httpx.MockTransport(
            lambda _request: httpx.Response(400, json={"message": f"{before} {token} {after}"})
        ),
    )

    with pytest.raises(RequestRejected) as raised:
        client.request("GET", "/x")

    assert token not in str(raised.value)


def test_the_client_closes_its_connections() -> None:
    with Server(ok()).client() as client:
        client.request("GET", "/x")
    with pytest.raises(RuntimeError, match="closed"):
        client.request("GET", "/x")


def test_what_must_not_be_repeated_is_sent_again_only_after_a_limit() -> None:
    def send(*answers: httpx.Response) -> tuple[int, object]:
        server = Server(*answers)
        try:
            body = server.client().request("POST", "/x", content=b"a", repeat_when_limited=True).body
        except RetryableFailure as failure:
            return len(server.requests), type(failure)
        assert {request.read() for request in server.requests} == {b"a"}
        return len(server.requests), body

    limited = httpx.Response(429, headers={"retry-after": "1"})
    assert send(limited, limited, ok()) == (3, {"ok": True})
    assert send(limited, httpx.Response(503), ok()) == (2, ServerError)
    assert send(httpx.Response(500), ok()) == (1, ServerError)
    assert send(limited) == (4, RateLimited)


def test_a_body_that_is_not_json_is_read_by_its_reader() -> None:
    def client(body: bytes) -> HttpClient:
        return Server(httpx.Response(200, content=body)).client(attempts=1)

    assert client(b"12").request("GET", "/x", reader=int).body == 12
    with pytest.raises(MalformedResponse, match="2 bytes that are not what they should be"):
        client(b"1x").request("GET", "/x", reader=int)
