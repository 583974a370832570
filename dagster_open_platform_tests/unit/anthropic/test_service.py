"""The emulated Admin API: what is documented of its paths, pages, groups, filters and errors."""

import datetime as dt
from collections import Counter
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.company.anthropic.usage import DIMENSIONS, TOKENS, usage_table
from dagster_open_platform_local.services.saas.anthropic.app import Limits
from dagster_open_platform_local.services.saas.anthropic.stamps import FORMS, historic
from dagster_open_platform_tests.fixtures.anthropic import SETTINGS, TODAY, api_of, company_account, http_of

ROOT = "/v1/organizations"
USAGE, COST, CODE = f"{ROOT}/usage_report/messages", f"{ROOT}/cost_report", f"{ROOT}/usage_report/claude_code"
WEEK = {"starting_at": "2026-07-06T00:00:00Z", "ending_at": "2026-07-13T00:00:00Z"}
CLIENT = http_of(api_of(stamp=FORMS["iso"]))


def got(path: str, **params: Any) -> Any:
    answer = CLIENT.get(path, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["request-id"].startswith("req_")
    return answer.json()


def pages(path: str, cursor: str, following: str, **params: Any) -> list[dict[str, Any]]:
    found = [got(path, **params)]
    while found[-1]["has_more"]:
        found.append(got(path, **{**params, cursor: found[-1][following]}))
    return found


def refused(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert {*body} == {"type", "error", "request_id"}
    assert body["type"] == "error"
    assert body["request_id"] == answer.headers["request-id"]
    return answer.status_code, body["error"]["type"]


@pytest.mark.parametrize("limit", [7, 24, 100, 168])
def test_pages_of_buckets_are_the_report(limit: int) -> None:
    query = {**WEEK, "bucket_width": "1h", "group_by[]": DIMENSIONS}
    whole = got(USAGE, **query, limit=168)
    assert whole["has_more"] is False
    assert whole["next_page"] is None
    found = pages(USAGE, "page", "next_page", **query, limit=limit)
    assert [bucket for page in found for bucket in page["data"]] == whole["data"]
    assert all(len(page["data"]) == limit for page in found[:-1])
    starts = [bucket["starting_at"] for bucket in whole["data"]]
    hours = [dt.datetime(2026, 7, 6, tzinfo=dt.UTC) + dt.timedelta(hours=n) for n in range(168)]
    assert starts == [hour.strftime("%Y-%m-%dT%H:%M:%SZ") for hour in hours]


@settings(max_examples=15)
@given(st.sets(st.sampled_from([*DIMENSIONS, "account_id"]), max_size=5), st.sampled_from(["1h", "1d"]))
def test_groups_add_up_to_what_was_used(groups: set[str], width: str) -> None:
    found = pages(USAGE, "page", "next_page", **WEEK, **{"bucket_width": width, "group_by[]": sorted(groups)})
    items = [item for page in found for bucket in page["data"] for item in bucket["results"]]
    begin, end = (int(dt.datetime(2026, 7, day, tzinfo=dt.UTC).timestamp()) for day in (6, 13))
    used = [row for row in usage_table(SETTINGS, TODAY).to_pylist() if begin <= row["hour"] < end]
    expected, told = Counter(), Counter()
    for row in used:
        expected[tuple(row[name] if name in groups else None for name in DIMENSIONS)] += row[TOKENS[0]]
    for item in items:
        told[tuple(item[name] for name in DIMENSIONS)] += item["uncached_input_tokens"]
    assert told == expected
    assert sum(item["cache_creation"]["ephemeral_1h_input_tokens"] for item in items) == sum(
        row[TOKENS[2]] for row in used
    )


def test_filters_leave_out_the_rest() -> None:
    query = {**WEEK, "bucket_width": "1d", "group_by[]": ["model", "service_tier"]}
    every = [item for bucket in got(USAGE, **query)["data"] for item in bucket["results"]]
    model = every[0]["model"]
    some = got(USAGE, **query, **{"models[]": [model]})
    assert [item for bucket in some["data"] for item in bucket["results"]] == [
        item for item in every if item["model"] == model
    ]
    assert len({item["model"] for item in every}) > 1


def test_costs_add_up_however_they_are_grouped() -> None:
    sums = set()
    for groups in ([], ["workspace_id"], ["description"], ["workspace_id", "description"]):
        report = got(COST, **WEEK, **{"group_by[]": groups})
        items = [item for bucket in report["data"] for item in bucket["results"]]
        assert {item["currency"] for item in items} == {"USD"}
        assert ({item["cost_type"] for item in items} == {None}) == ("description" not in groups)
        sums.add(round(sum(float(item["amount"]) for item in items), 4))
    assert len(sums) == 1


def test_nothing_is_said_of_what_has_not_begun() -> None:
    report = got(COST, starting_at="2026-07-18T00:00:00Z")
    assert [bucket["starting_at"][:10] for bucket in report["data"]] == ["2026-07-18", "2026-07-19"]
    assert got(CODE, starting_at="2026-07-20")["data"] == []


def test_records_of_claude_code_come_in_pages() -> None:
    found = pages(CODE, "page", "next_page", starting_at="2026-07-15", limit=4)
    assert len(found) > 2
    records = [record for page in found for record in page["data"]]
    assert records == got(CODE, starting_at="2026-07-15", limit=1000)["data"]
    assert {record["actor"]["type"] for record in records} == {"user_actor", "api_actor"}
    assert {record["date"] for record in records} == {"2026-07-15T00:00:00Z"}


@pytest.mark.parametrize("name", ["users", "api_keys", "workspaces"])
def test_lists_are_read_forwards_and_backwards(name: str) -> None:
    path = f"{ROOT}/{name}"
    whole = got(path, limit=1000)["data"]
    forwards = pages(path, "after_id", "last_id", limit=3)
    assert [item for page in forwards for item in page["data"]] == whole
    backwards = pages(path, "before_id", "first_id", limit=3, before_id=whole[-1]["id"])
    assert [item for page in reversed(backwards) for item in page["data"]] == whole[:-1]
    assert got(f"{path}/{whole[1]['id']}") == whole[1]
    assert [page["data"][0]["id"] for page in forwards] == [page["first_id"] for page in forwards]


def test_lists_are_filtered() -> None:
    keys = got(f"{ROOT}/api_keys", limit=1000)["data"]
    for status in ("active", "inactive"):
        found = got(f"{ROOT}/api_keys", limit=1000, status=status)["data"]
        assert found == [key for key in keys if key["status"] == status] != []
    user = got(f"{ROOT}/users", limit=1)["data"][0]
    assert got(f"{ROOT}/users", email=user["email"])["data"] == [user]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        (USAGE, {}),
        (USAGE, {"starting_at": "yesterday"}),
        (USAGE, {**WEEK, "bucket_width": "1h", "limit": 169}),
        (USAGE, {**WEEK, "bucket_width": "1m"}),
        (USAGE, {**WEEK, "limit": 0}),
        (USAGE, {**WEEK, "group_by[]": ["colour"]}),
        (USAGE, {**WEEK, "group_by[]": [*DIMENSIONS, "account_id"]}),
        (USAGE, {**WEEK, "page": "page_nonsense"}),
        (USAGE, {"starting_at": WEEK["ending_at"], "ending_at": WEEK["starting_at"]}),
        (COST, {**WEEK, "limit": 32}),
        (COST, {**WEEK, "bucket_width": "1h"}),
        (CODE, {"starting_at": "2026-07-06T00:00:00Z"}),
        (CODE, {"starting_at": "2026-07-06", "limit": 1001}),
        (f"{ROOT}/users", {"after_id": "user_of_nobody"}),
        (f"{ROOT}/users", {"limit": 1001}),
        (f"{ROOT}/api_keys", {"status": "lost"}),
    ],
)
def test_wrong_calls_are_refused(path: str, params: dict[str, Any]) -> None:
    assert refused(CLIENT.get(path, params=params)) == (400, "invalid_request_error")


def test_who_may_call() -> None:
    app = api_of()
    assert refused(http_of(app, key="sk-ant-api03-of-messages").get(COST)) == (401, "authentication_error")
    assert refused(http_of(app, version=None).get(COST, params=WEEK)) == (400, "invalid_request_error")
    assert refused(http_of(app, version="2022-01-01").get(COST, params=WEEK)) == (
        400,
        "invalid_request_error",
    )
    assert refused(CLIENT.get("/v1/organizations/nothing")) == (404, "not_found_error")
    assert refused(CLIENT.get(f"{ROOT}/users/user_of_nobody")) == (404, "not_found_error")
    assert refused(CLIENT.post(COST)) == (405, "invalid_request_error")


def test_one_call_too_many_says_when_the_next_may_come() -> None:
    moments = [1_800_000_000.0]
    client = http_of(api_of(limits=Limits(2), clock=lambda: moments[-1]))
    answers = [client.get(f"{ROOT}/users") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert refused(answers[2]) == (429, "rate_limit_error")
    moments.append(moments[-1] + int(answers[2].headers["retry-after"]))
    assert client.get(f"{ROOT}/users").status_code == 200


def test_moments_have_the_form_of_their_time() -> None:
    june, july, august = (int(dt.datetime(2026, month, 2, tzinfo=dt.UTC).timestamp()) for month in (6, 7, 8))
    assert [historic(june), historic(july), historic(august)] == [june, str(july), "2026-08-02T00:00:00Z"]
    users = http_of(api_of(company_account)).get(f"{ROOT}/users", params={"limit": 1000}).json()["data"]
    assert {type(user["added_at"]) for user in users} == {int, str}
