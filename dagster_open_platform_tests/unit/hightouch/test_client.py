"""The client: paths, paging, what an answer's fields mean, and credentials that show nowhere."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.hightouch.answers import refused_rows
from dagster_open_platform.lib.hightouch.client import HightouchClient
from dagster_open_platform.lib.hightouch.errors import MissingSyncId, UnexpectedAnswer
from dagster_open_platform.lib.hightouch.protocol import (
    OPERATIONS,
    RefusedRow,
    RowCounts,
    SyncDetails,
    SyncRun,
)
from dagster_open_platform.lib.hightouch.resource import TOKEN_VARIABLE, HightouchResource, sync_id_of
from dagster_open_platform.lib.http import (
    HttpClient,
    InvalidRequest,
    NotFound,
    RateLimited,
    RequestRejected,
    RetryLimits,
    Secrets,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.lib.http_resource import MissingCredentials

TOKEN = "ht-S3cret-0123456789"
# As https://hightouch.com/docs/api-reference shows them.
SYNC: dict[str, Any] = {
    "id": "1001",
    "slug": "account-arr",
    "workspaceId": "7",
    "disabled": False,
    "status": "success",
    "configuration": {"mode": "update", "mappings": [{"from": "arr", "to": "ARR__c", "type": "standard"}]},
    "primaryKey": "organization_public_id",
}
RUN: dict[str, Any] = {
    "id": "88",
    "status": "warning",
    "createdAt": "2026-06-10T12:00:00.000Z",
    "startedAt": "2026-06-10T12:00:01.500Z",
    "finishedAt": "2026-06-10T12:00:04.000Z",
    "querySize": 10,
    "completionRatio": 1,
    "plannedRows": {"addedCount": 3, "changedCount": 2, "removedCount": 1},
    "successfulRows": {"addedCount": 2, "changedCount": 2, "removedCount": 1.0},
    "failedRows": {"addedCount": 1, "changedCount": 0, "removedCount": 0},
    "error": "1 of 6 rows were rejected.",
}


@contextmanager
def client(
    *answers: httpx.Response, attempts: int = 1
) -> Iterator[tuple[HightouchClient, list[httpx.Request]]]:
    """A client whose calls get these answers, one after the other, and the requests that it sent."""
    requests: list[httpx.Request] = []
    waiting = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return waiting.pop(0)

    with HttpClient(
        "https://api.hightouch.com",
        service="Hightouch",
        secrets=Secrets({"Authorization": f"Bearer {TOKEN}"}, values=(TOKEN,)),
        limits=RetryLimits(attempts=attempts),
        transport=httpx.MockTransport(handle),
        sleep=lambda _: None,
    ) as http:
        yield HightouchClient(http), requests
    assert not waiting


def good(body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


def listed(*items: Any, more: bool = False) -> httpx.Response:
    return good({"data": list(items), "hasMore": more})


def test_a_sync_is_read() -> None:
    with client(good(SYNC)) as (api, requests):
        assert api.sync("1001") == SyncDetails("1001", "account-arr", fields={"ARR__c": "arr"})
    assert (requests[0].method, requests[0].url.path) == ("GET", "/api/v1/syncs/1001")
    assert requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("configuration", [None, {}, {"mappings": None}, {"mappings": ["odd", {"to": 1}]}])
def test_a_configuration_of_another_destination_has_no_fields(configuration: Any) -> None:
    with client(good({**SYNC, "configuration": configuration})) as (api, _):
        assert api.sync("1001").fields == {}


def test_another_sync_than_the_one_that_was_asked_for_is_not_taken_for_it() -> None:
    with client(good({**SYNC, "id": 1002})) as (api, _), pytest.raises(UnexpectedAnswer, match="1002"):
        api.sync("1001")


def test_an_id_stays_one_part_of_the_path() -> None:
    with client(httpx.Response(404)) as (api, requests), pytest.raises(NotFound):
        api.sync("10/../01?x")
    assert requests[0].url.raw_path == b"/api/v1/syncs/10%2F..%2F01%3Fx"


def test_a_run_is_read() -> None:
    with client(listed(RUN)) as (api, requests):
        found = api.run("1001", "88")
    assert found == SyncRun(
        "88",
        "warning",
        dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC),
        dt.datetime(2026, 6, 10, 12, 0, 1, 500000, dt.UTC),
        dt.datetime(2026, 6, 10, 12, 0, 4, tzinfo=dt.UTC),
        10,
        RowCounts(3, 2, 1),
        RowCounts(2, 2, 1),
        RowCounts(1, 0, 0),
        "1 of 6 rows were rejected.",
    )
    assert requests[0].url.path == "/api/v1/syncs/1001/runs"
    assert dict(requests[0].url.params) == {"runId": "88"}


def test_a_run_that_has_not_begun_has_no_counts() -> None:
    waiting = {"id": 88, "status": "queued", "createdAt": "2026-06-10T12:00:00Z"}
    nulls = dict.fromkeys(("startedAt", "finishedAt", "querySize", "plannedRows", "failedRows", "error"))
    for node in (waiting, {**waiting, **nulls}):
        with client(listed(node)) as (api, _):
            found = api.run("1001", "88")
        assert found == SyncRun("88", "queued", dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC))


def test_a_run_of_another_id_is_not_the_one_that_was_asked_for() -> None:
    with client(listed({**RUN, "id": "89"}), listed()) as (api, _):
        assert api.run("1001", "88") is None
        assert api.run("1001", "88") is None


def test_the_latest_runs_come_newest_first() -> None:
    runs = [{**RUN, "id": str(each), "createdAt": f"2026-06-10T12:0{each}:00Z"} for each in (2, 1, 3)]
    with client(listed(*runs)) as (api, _):
        assert [run.id for run in api.latest_runs("1001")] == ["3", "2", "1"]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "unheard"},
        {"status": None},
        {"createdAt": None},
        {"startedAt": "yesterday"},
        {"querySize": "10"},
        {"querySize": 1.5},
        {"querySize": True},
        {"failedRows": {"addedCount": -1}},
        {"plannedRows": []},
        {"id": "a run"},
        {"id": None},
    ],
)
def test_a_run_of_another_shape_is_an_error(change: dict[str, Any]) -> None:
    with client(listed({**RUN, **change})) as (api, _), pytest.raises(UnexpectedAnswer, match="Hightouch"):
        api.run("1001", "88")


def test_syncs_come_page_by_page() -> None:
    pages = listed(SYNC, {**SYNC, "id": "2"}, more=True), listed({**SYNC, "id": "3"})
    with client(*pages) as (api, requests):
        assert [each.id for each in api.syncs()] == ["1001", "2", "3"]
    assert [request.url.params["offset"] for request in requests] == ["0", "2"]


@pytest.mark.parametrize("page", [{"data": [], "hasMore": True}, {"data": []}, {"hasMore": False}, [], None])
def test_a_page_that_is_none_is_an_error(page: Any) -> None:
    with client(good(page)) as (api, _), pytest.raises(UnexpectedAnswer):
        api.syncs()


def test_a_run_is_asked_for() -> None:
    with client(good({"id": "88"}), good({"id": 89})) as (api, requests):
        assert (api.trigger("1001"), api.trigger("1001", full_resync=True)) == ("88", "89")
    assert [json.loads(request.content) for request in requests] == [
        {"fullResync": False},
        {"fullResync": True},
    ]
    assert {request.url.path for request in requests} == {"/api/v1/syncs/1001/trigger"}


def test_all_rows_are_not_sent_twice_because_an_answer_was_lost() -> None:
    with client(httpx.Response(502), good({"id": "88"}), attempts=2) as (api, _):
        assert api.trigger("1001") == "88"
    with client(httpx.Response(502), attempts=2) as (api, _), pytest.raises(ServerError):
        api.trigger("1001", full_resync=True)
    limited = httpx.Response(429, headers={"Retry-After": "1"})
    with client(limited, good({"id": "88"}), attempts=2) as (api, _):
        assert api.trigger("1001", full_resync=True) == "88"


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Unauthorized), (404, NotFound), (422, RequestRejected), (429, RateLimited)]
)
def test_an_error_says_what_hightouch_says_and_no_secret(status: int, kind: type[Exception]) -> None:
    answer = httpx.Response(status, json={"message": f"no {TOKEN} here", "details": {}})
    with client(answer) as (api, _), pytest.raises(kind) as raised:
        api.sync("1001")
    assert "no [secret] here" in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_what_a_run_says_shows_no_secret() -> None:
    with client(listed({**RUN, "error": f"added a: {TOKEN}"})) as (api, _):
        found = api.run("1001", "88")
    assert found is not None
    assert found.error == "added a: [secret]"


TEXT = (
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).map(str.strip).filter(bool)
)


@given(
    st.lists(
        st.builds(
            RefusedRow,
            st.sampled_from(OPERATIONS),
            TEXT.filter(lambda key: ": " not in key and key[-1] != ":"),
            TEXT,
        )
    )
)
def test_refused_rows_are_read_from_what_a_run_says(rows: list[RefusedRow]) -> None:
    lines = [
        f"{len(rows)} of 9 rows were rejected by the destination.",
        *(f"{r[0]} {r[1]}: {r[2]}" for r in rows),
    ]
    assert refused_rows("\n".join(lines)) == rows


@pytest.mark.parametrize("error", [None, "", "Salesforce is down", "moved a: b", "added: a", "added a"])
def test_what_names_no_row_names_none(error: str | None) -> None:
    assert refused_rows(error) == []


def test_the_token_and_ids_are_read_when_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.delenv("SOME_SYNC_ID", raising=False)
    resource = HightouchResource()
    with pytest.raises(MissingCredentials, match=TOKEN_VARIABLE), resource.connect():
        pass
    with pytest.raises(MissingSyncId, match="SOME_SYNC_ID"):
        sync_id_of("SOME_SYNC_ID")
    monkeypatch.setenv("SOME_SYNC_ID", "account-arr")
    with pytest.raises(MissingSyncId, match="digits"):
        sync_id_of("SOME_SYNC_ID")
    monkeypatch.setenv("SOME_SYNC_ID", " 1001\n")
    assert sync_id_of("SOME_SYNC_ID") == "1001"
    monkeypatch.setenv(TOKEN_VARIABLE, f"{TOKEN}\x01bad")
    with pytest.raises(InvalidRequest) as raised, resource.connect():
        pass
    assert TOKEN not in str(raised.value)


def test_the_page_of_a_run_needs_the_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HIGHTOUCH_WORKSPACE", raising=False)
    assert HightouchResource().page_of("1001", "88") is None
    monkeypatch.setenv("HIGHTOUCH_WORKSPACE", "my company")
    assert (
        HightouchResource().page_of("1001", "88")
        == "https://app.hightouch.com/my%20company/syncs/1001/runs/88"
    )
