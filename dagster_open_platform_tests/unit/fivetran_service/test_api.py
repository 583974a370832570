"""The API as Fivetran documents it: who may call, what answers and errors look like, how collections are paged."""

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.services.saas.fivetran.limits import Limits
from dagster_open_platform_local.services.saas.fivetran.paging import page
from dagster_open_platform_tests.fixtures.fivetran import CRM, KEY, SHEET
from dagster_open_platform_tests.fixtures.fivetran_in_process import (
    GROUP,
    NOW,
    ONE,
    client_of,
    data,
    failure,
)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Basic",
        "Basic !!!",
        f"Bearer {KEY.secret}",
        "Bearer " + base64.b64encode(f"{KEY.key}:{KEY.secret}".encode()).decode(),
        "Basic " + base64.b64encode(f"{KEY.key}:wrong".encode()).decode(),
        "Basic " + base64.b64encode(f"{KEY.key}:{KEY.secret}x".encode()).decode(),
        "Basic " + base64.b64encode(KEY.secret.encode()).decode(),
    ],
)
@pytest.mark.parametrize("path", ["/v1/groups", "/v1/account/info", ONE, "/v1/connections/nobody"])
def test_without_the_key_nothing_is_said(client: httpx.Client, header: str | None, path: str) -> None:
    request = client.build_request("GET", path, headers={"authorization": header} if header else {})
    answer = client.send(request, auth=None)
    assert failure(answer) == (401, "AuthFailed")
    assert KEY.secret not in answer.text


def test_the_account_its_group_and_its_destination(client: httpx.Client) -> None:
    assert data(client.get("/v1/account/info"))["account_id"] == "dagster_labs"
    (group,) = data(client.get("/v1/groups"))["items"]
    assert (group["id"], group["name"]) == (GROUP, "dagster_labs_prod")
    assert data(client.get(f"/v1/groups/{GROUP}")) == group
    destination = data(client.get(f"/v1/destinations/{GROUP}"))
    assert data(client.get("/v1/destinations"))["items"] == [destination]
    assert (destination["id"], destination["group_id"], destination["service"]) == (GROUP, GROUP, "snowflake")
    assert (destination["region"], destination["config"]["database"]) == ("AWS_US_WEST_2", "FIVETRAN")


@pytest.mark.parametrize("name", ["connections", "connectors"])
def test_a_connection_is_the_same_under_both_names_and_in_every_list(client: httpx.Client, name: str) -> None:
    details = data(client.get(f"/v1/{name}/{CRM}"))
    listed = data(client.get(f"/v1/groups/{GROUP}/{name}"))["items"]
    assert data(client.get(f"/v1/{name}"))["items"] == listed
    assert [(each["id"], each["service"], each["schema"]) for each in listed] == [
        (CRM, "salesforce", "crm"),
        (SHEET, "google_sheets", "google_sheets.targets"),
    ]
    assert {**listed[0], "config": {"schema": "crm"}} == details
    assert details["group_id"] == GROUP
    assert (details["paused"], details["schedule_type"], details["succeeded_at"]) == (False, "manual", None)
    assert details["status"] == {
        "setup_state": "connected",
        "schema_status": "ready",
        "sync_state": "scheduled",
        "update_state": "on_schedule",
        "is_historical_sync": True,
        "tasks": [],
        "warnings": [],
    }


@pytest.mark.parametrize("limit", [1, 2, 3, None])
def test_a_collection_is_read_page_by_page(client: httpx.Client, limit: int | None) -> None:
    found: list[str] = []
    query: dict[str, str | int] = {} if limit is None else {"limit": limit}
    while True:
        got = data(client.get(f"/v1/groups/{GROUP}/connections", params=query))
        assert len(got["items"]) <= (limit or 100)
        found += [each["id"] for each in got["items"]]
        if "nextCursor" not in got:
            break
        query["cursor"] = got["nextCursor"]
    assert found == [CRM, SHEET]


@given(st.integers(0, 2500), st.integers(1, 1000))
def test_pages_of_any_size_hold_each_item_once(count: int, limit: int) -> None:
    items, found, query = list(range(count)), [], {"limit": str(limit)}
    pages = 0
    while True:
        got = page(items, query)
        found += got["items"]
        pages += 1
        if "nextCursor" not in got:
            break
        query["cursor"] = got["nextCursor"]
    assert found == items
    assert pages == max(1, -(-count // limit))


def test_a_page_has_100_items_unless_said_otherwise() -> None:
    assert len(page(range(5000), {})["items"]) == 100
    assert len(page(range(5000), {"limit": "1000"})["items"]) == 1000


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "-1"}, {"limit": "x"}, {"limit": "1.5"}]
)
def test_a_limit_out_of_range_is_refused(client: httpx.Client, query: dict[str, str]) -> None:
    assert failure(client.get("/v1/groups", params=query)) == (400, "InvalidInput")


@pytest.mark.parametrize("content", ["x", "{}", "[1]", "null", '{"skip": -1}', '{"skip": "1"}'])
def test_a_cursor_of_ones_own_is_refused(client: httpx.Client, content: str) -> None:
    cursor = base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")
    for text in (cursor, content):
        assert failure(client.get("/v1/groups", params={"cursor": text})) == (400, "InvalidInput")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/groups/nobody", "NotFound_Group"),
        ("/v1/groups/nobody/connections", "NotFound_Group"),
        ("/v1/destinations/nobody", "NotFound_Destination"),
        ("/v1/connections/nobody", "NotFound_Connection"),
        ("/v1/connectors/nobody/schemas", "NotFound_Connection"),
        (f"{ONE}/schemas/other/tables/account/columns", "NotFound_Schema"),
        (f"{ONE}/schemas/crm/tables/other/columns", "NotFound_Table"),
        ("/v1/nothing", "NotFound"),
    ],
)
def test_what_is_not_there(client: httpx.Client, path: str, code: str) -> None:
    assert failure(client.get(path)) == (404, code)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, (400, "InvalidInput")),
        ({"json": [1]}, (400, "InvalidInput")),
        ({"json": {"force": "yes"}}, (400, "InvalidInput")),
        ({"content": b"force=true"}, (415, "UnsupportedMediaType")),
        ({"json": {}, "headers": {"accept": "text/html"}}, (406, "NotAcceptable")),
    ],
)
def test_a_call_that_is_none(
    client: httpx.Client, options: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert failure(client.post(f"{ONE}/sync", **options)) == expected
    assert data(client.get(ONE))["status"]["sync_state"] == "scheduled"


def test_a_method_that_is_none(client: httpx.Client) -> None:
    assert failure(client.put(ONE, json={})) == (405, "MethodNotAllowed")
    assert failure(client.get(f"{ONE}/sync")) == (405, "MethodNotAllowed")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json;version=2", "application/json, */*"]
)
def test_each_version_is_served(client: httpx.Client, accept: str) -> None:
    assert data(client.get(ONE, headers={"accept": accept}))["id"] == CRM


def test_the_limit_on_all_calls_is_told_and_kept(tmp_path: Path) -> None:
    moments = [NOW]
    client = client_of(tmp_path, Limits(requests_an_hour=3), moments)
    left = []
    for _ in range(3):
        moments.append(moments[-1] + 600)
        answer = client.get("/v1/groups")
        left.append(
            (answer.status_code, answer.headers["x-rate-limit"], answer.headers["x-rate-limit-remaining"])
        )
    assert left == [(200, "3", "2"), (200, "3", "1"), (200, "3", "0")]
    refused = client.get("/v1/groups")
    assert failure(refused) == (429, "TooManyRequests")
    moments.append(moments[-1] + int(refused.headers["retry-after"]) - 1)
    assert client.get("/v1/groups").status_code == 429
    moments.append(moments[-1] + 1)
    assert client.get("/v1/groups").status_code == 200


def test_calls_for_which_the_source_is_asked_have_a_limit_of_their_own(tmp_path: Path) -> None:
    client = client_of(tmp_path, Limits(source_requests_a_minute=3))
    calls = [
        lambda: client.post(f"{ONE}/test"),
        lambda: client.get(f"{ONE}/schemas/crm/tables/account/columns"),
        lambda: client.post(f"{ONE}/schemas/reload"),
    ]
    assert [call().status_code for call in calls] == [200, 200, 200]
    refused = [call() for call in calls]
    assert [failure(answer) for answer in refused] == [(429, "TooManyRequests")] * 3
    assert {answer.headers["retry-after"] for answer in refused} == {"60"}
    assert client.get(ONE).status_code == 200


def test_moments_are_written_as_fivetran_writes_them(client: httpx.Client) -> None:
    created = data(client.get(ONE))["created_at"]
    assert created.endswith("Z")
    assert dt.datetime.fromisoformat(created).tzinfo is not None
