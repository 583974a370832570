"""The client: paths, the envelope, paging, what an answer's fields mean, and credentials that show nowhere."""

import base64
import datetime as dt
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from dagster_open_platform.lib.fivetran.client import FivetranClient
from dagster_open_platform.lib.fivetran.errors import UnexpectedAnswer
from dagster_open_platform.lib.fivetran.fields import FivetranAccount
from dagster_open_platform.lib.fivetran.protocol import ColumnConfig, ConnectorDetails, Destination, SetupTest
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.http import (
    HttpClient,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    RequestRejected,
    RetryLimits,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.lib.http_resource import MissingCredentials
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

KEY, SECRET = "key-0123456789", "secret/with+odd=signs&more"
BASIC = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
Handler = Callable[[httpx.Request], httpx.Response]
# As https://fivetran.com/docs/rest-api/api-reference/connections/connection-details shows them.
CONNECTION: dict[str, Any] = {
    "id": "vivid_lantern",
    "service": "salesforce",
    "schema": "crm",
    "paused": False,
    "group_id": "purple_group",
    "schedule_type": "auto",
    "succeeded_at": "2026-06-10T11:59:58.123456Z",
    "failed_at": None,
    "status": {
        "setup_state": "connected",
        "sync_state": "rescheduled",
        "update_state": "delayed",
        "is_historical_sync": False,
        "rescheduled_for": "2026-06-10T12:30:00Z",
        "tasks": [{"code": "reconnect", "message": "Reconnect"}],
        "warnings": [{"code": "slow", "message": "Rate limits"}],
    },
}
DETAILS = ConnectorDetails(
    "vivid_lantern",
    "crm",
    "salesforce",
    "purple_group",
    schedule_type="auto",
    succeeded_at=dt.datetime(2026, 6, 10, 11, 59, 58, 123456, dt.UTC),
    sync_state="rescheduled",
    rescheduled_for=dt.datetime(2026, 6, 10, 12, 30, tzinfo=dt.UTC),
    problems=("reconnect: Reconnect", "slow: Rate limits"),
)


def good(data: Any = None) -> httpx.Response:
    return httpx.Response(
        200, json={"code": "Success", "message": "ok", **({} if data is None else {"data": data})}
    )


@contextmanager
def client(
    *answers: httpx.Response | Handler, attempts: int = 1
) -> Iterator[tuple[FivetranClient, list[httpx.Request]]]:
    """A client whose calls get these answers, one after the other, and the requests that it sent."""
    requests: list[httpx.Request] = []
    waiting = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        answer = waiting.pop(0)
        return answer if isinstance(answer, httpx.Response) else answer(request)

    with HttpClient(
        "https://api.fivetran.com",
        service="Fivetran",
        limits=RetryLimits(attempts=attempts),
        transport=httpx.MockTransport(handle),
        sleep=lambda _: None,
    ) as http:
        yield FivetranClient(http), requests
    assert not waiting


def test_a_connector_is_read() -> None:
    with client(good(CONNECTION)) as (api, [*_]):
        assert api.connector("vivid_lantern") == DETAILS


def test_groups_and_connectors_come_page_by_page() -> None:
    pages = [
        good({"items": [CONNECTION, {**CONNECTION, "id": "second"}], "nextCursor": "abc"}),
        good({"items": [{**CONNECTION, "id": "third"}]}),
    ]
    with client(*pages) as (api, requests):
        assert [each.id for each in api.connectors("purple_group")] == ["vivid_lantern", "second", "third"]
    assert [request.url.path for request in requests] == ["/v1/groups/purple_group/connections"] * 2
    assert [dict(request.url.params) for request in requests] == [
        {"limit": "1000"},
        {"limit": "1000", "cursor": "abc"},
    ]


def test_paging_that_does_not_move_on_ends() -> None:
    page = {"items": [{"id": "a"}], "nextCursor": "same"}
    with (
        client(good(page), good(page)) as (api, _),
        pytest.raises(UnexpectedAnswer, match="does not move on"),
    ):
        api.group_ids()


def test_a_destination_is_read() -> None:
    node = {
        "id": "g",
        "group_id": "g",
        "service": "snowflake",
        "region": "US",
        "config": {"database": "FIVETRAN"},
    }
    with client(good(node)) as (api, requests):
        assert api.destination("g") == Destination("g", "snowflake", "FIVETRAN", "US")
    assert requests[0].url.path == "/v1/destinations/g"


def test_schemas_and_columns_are_read_whatever_they_are_called() -> None:
    column = {"name_in_destination": "my_id", "enabled": True, "hashed": False, "is_primary_key": True}
    table = {"name_in_destination": "odd_table", "enabled": False}
    schemas = {
        "schemas": {"S": {"name_in_destination": "s", "enabled": True, "tables": {"Odd / table?": table}}}
    }
    with client(good(schemas), good({"columns": {"My Id": column}})) as (api, requests):
        [found] = api.schemas("c").values()
        assert found.tables["Odd / table?"].name == "odd_table"
        assert not found.tables["Odd / table?"].enabled
        assert api.columns("c", "S", "Odd / table?") == {"My Id": ColumnConfig("my_id", True, True)}
    assert requests[1].url.raw_path == b"/v1/connections/c/schemas/S/tables/Odd%20%2F%20table%3F/columns"


@pytest.mark.parametrize(
    ("call", "method", "path", "body", "repeated"),
    [
        (lambda api: api.start_sync("c"), "POST", "/sync", {"force": False}, True),
        (lambda api: api.start_resync("c"), "POST", "/resync", {}, False),
        (
            lambda api: api.start_resync("c", {"s": ("t",)}),
            "POST",
            "/schemas/tables/resync",
            {"s": ["t"]},
            False,
        ),
        (lambda api: api.use_manual_schedule("c"), "PATCH", "", {"schedule_type": "manual"}, True),
    ],
    ids=["sync", "resync", "resync of tables", "schedule"],
)
def test_what_is_sent_and_whether_it_is_sent_again(
    call: Callable[[FivetranClient], None], method: str, path: str, body: Any, repeated: bool
) -> None:
    with client(good()) as (api, [*_]):
        call(api)
    failure = httpx.Response(503, json={"code": "InternalError", "message": "later"})
    answers = [failure, good()] if repeated else [failure]
    with client(*answers, attempts=2) as (api, requests):
        if repeated:
            call(api)
        else:
            with pytest.raises(ServerError):
                call(api)
    assert {request.method for request in requests} == {method}
    assert {request.url.path for request in requests} == {f"/v1/connections/c{path}"}
    assert [json.loads(request.content) for request in requests] == [body] * len(answers)


def test_setup_tests_are_read() -> None:
    tests = [
        {"title": "Host", "status": "PASSED", "message": ""},
        {"title": "Login", "status": "FAILED", "message": "no"},
    ]
    with client(good({**CONNECTION, "setup_tests": tests})) as (api, requests):
        found = api.run_setup_tests("c")
    assert found == [SetupTest("Host", "PASSED"), SetupTest("Login", "FAILED", "no")]
    assert [test.failed for test in found] == [False, True]
    assert (requests[0].method, requests[0].url.path) == ("POST", "/v1/connections/c/test")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(404, json={"code": "NotFound_Connection", "message": "Cannot find it"}), NotFound),
        (httpx.Response(401, json={"code": "AuthFailed", "message": "Invalid credentials"}), Unauthorized),
        (httpx.Response(200, json={"code": "IllegalState", "message": "Not now"}), RequestRejected),
        (httpx.Response(200, json=[]), MalformedResponse),
        (httpx.Response(200, json={"data": {}}), MalformedResponse),
        (httpx.Response(200, json={"code": "Success"}), UnexpectedAnswer),
        (good({**CONNECTION, "paused": "no"}), UnexpectedAnswer),
        (good({**CONNECTION, "status": None}), UnexpectedAnswer),
        (good({**CONNECTION, "succeeded_at": "yesterday"}), UnexpectedAnswer),
        (good([CONNECTION]), UnexpectedAnswer),
    ],
)
def test_every_other_answer_is_an_error_of_its_kind(answer: httpx.Response, error: type[Exception]) -> None:
    with client(answer) as (api, _), pytest.raises(error):
        api.connector("vivid_lantern")


def forms_of(secret: str) -> list[str]:
    return [secret, str(httpx.QueryParams({"x": secret}))[2:], base64.b64encode(secret.encode()).decode()]


SECRETS = [*forms_of(KEY), *forms_of(SECRET), BASIC, f"{KEY}:{SECRET}"]


class Answering(FivetranResource):
    """The resource with a server of a test's own behind it."""

    def transport(self) -> httpx.BaseTransport:
        def echo(request: httpx.Request) -> httpx.Response:
            # A server that shows what it was sent.
            text = f"{request.headers['authorization']} {KEY} {SECRET}"
            if request.url.path.endswith("/test"):
                return good({"setup_tests": [{"title": "Login", "status": "FAILED", "message": text}]})
            if request.url.path == "/v1/connections/vivid_lantern":
                return good({**CONNECTION, "status": {**CONNECTION["status"], "tasks": [{"message": text}]}})
            if request.url.path.endswith("schemas"):
                return httpx.Response(200, json={"code": "Odd", "message": text})
            return httpx.Response(400, json={"code": "InvalidInput", "message": text})

        return httpx.MockTransport(echo)


def workspace(key: str = KEY, secret: str = SECRET) -> FivetranAccount:
    return FivetranAccount(account_id="acme", api_key=key, api_secret=secret)


@pytest.mark.parametrize("operation", ["connector", "run_setup_tests", "schemas", "destination"])
def test_credentials_are_sent_and_never_shown(operation: str, caplog: pytest.LogCaptureFixture) -> None:
    shown = [repr(workspace()), str(workspace()), repr(Answering())]
    with caplog.at_level(logging.DEBUG), Answering().open(workspace()) as api:
        shown += [repr(api), repr(vars(api))]
        try:
            shown.append(repr(getattr(api, operation)("vivid_lantern")))
        except (PermanentFailure, RetryableFailure) as error:
            shown += [
                "".join(traceback.format_exception(error)),
                str(error.description),
                repr(error.metadata),
            ]
    text = "\n".join([*shown, caplog.text])
    assert [secret for secret in SECRETS if secret in text] == []
    assert "[secret]" in text


def test_credentials_that_cannot_be_one_are_refused_without_being_shown() -> None:
    with pytest.raises(MissingCredentials, match="api_key"), Answering().open(workspace(key=" ")):
        pass


def test_variables_are_read_when_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import dagster as dg

    account = FivetranAccount(
        account_id=dg.EnvVar("FIVETRAN_ACCOUNT_ID"),
        api_key=dg.EnvVar("FIVETRAN_API_KEY"),
        api_secret=dg.EnvVar("FIVETRAN_API_SECRET"),
    )
    with pytest.raises(MissingCredentials, match="set FIVETRAN_API_KEY"), Answering().open(account):
        pass
    monkeypatch.setenv("FIVETRAN_API_KEY", KEY)
    monkeypatch.setenv("FIVETRAN_API_SECRET", SECRET)
    with Answering().open(account) as api:
        assert api.connector("vivid_lantern").id == "vivid_lantern"
    monkeypatch.setenv("FIVETRAN_API_URL", "http://elsewhere.example")
    with pytest.raises(InvalidRequest, match="must begin with https"), Answering().open(account):
        pass
