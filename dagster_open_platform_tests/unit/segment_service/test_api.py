"""Segment's Public API as documented: envelope, paging, authentication, limits, counts, and what is refused."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.segment.counts import DELIVERED, RECEIVED, REFUSED, Series
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.segment.app import Limits, SegmentApi, segment_app
from dagster_open_platform_local.services.saas.segment.vendor import VARIABLES
from dagster_open_platform_local.services.saas.segment.workspace import Workspace, source_json, warehouse_json
from dagster_open_platform_local.services.saas.tokens import ApiToken

TOKEN = "sgp_accepted"
NOW = dt.datetime(2026, 7, 20, tzinfo=dt.UTC)
DAY0 = int(dt.datetime(2026, 7, 1, tzinfo=dt.UTC).timestamp()) // 3600
SERIES = (
    Series("docs", "page", "", RECEIVED, "", (DAY0, DAY0 + 5, DAY0 + 24), (3, 1, 2)),
    Series("docs", "track", "Code Copied", RECEIVED, "", (DAY0 + 47,), (9,)),
    Series("docs", "track", "Code Copied", DELIVERED, "", (DAY0 + 47,), (7,)),
    Series("docs", "track", "Code Copied", REFUSED, "Property Violation", (DAY0 + 47,), (2,)),
    Series("website", "page", "", RECEIVED, "", (DAY0 + 1,), (4,)),
)
WORKSPACE = Workspace(
    NOW,
    [source_json("s1", "docs", "Docs"), source_json("s2", "website", "Website")],
    [warehouse_json("wh")],
    SERIES,
)
SPAN = {"granularity": "DAY", "startTime": "2026-07-01T00:00:00Z", "endTime": "2026-07-03T00:00:00Z"}


def client_of(
    workspace: Workspace = WORKSPACE, limits: Limits | None = None, moments: list[float] | None = None
) -> httpx.Client:
    shown = moments if moments is not None else [0.0]
    app = segment_app(SegmentApi(lambda: workspace, ApiToken(TOKEN, VARIABLES), limits, lambda: shown[-1]))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.Client(transport=InProcessTransport(app), base_url="https://segment.test", headers=headers)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with client_of() as found:
        yield found


def data(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["data"]
    return answer.json()["data"]


def failure(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, type and field of an answer that is an error."""
    assert list(answer.json()) == ["errors"]
    (error,) = answer.json()["errors"]
    assert error["message"]
    return answer.status_code, error["type"], error.get("field")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer sgp_other", f"Basic {TOKEN}", TOKEN])
def test_only_the_token_opens(client: httpx.Client, authorization: str | None) -> None:
    del client.headers["Authorization"]
    headers = {} if authorization is None else {"Authorization": authorization}
    assert failure(client.get("/sources", headers=headers)) == (401, "unauthorized", None)


@pytest.mark.parametrize("path", ["/sources", "/sources/none", "/delivery-overview/successful-delivery"])
def test_answers_and_errors_say_when_they_were_made_by_the_companys_clock(
    client: httpx.Client, path: str
) -> None:
    assert client.get(path).headers["Date"] == "Mon, 20 Jul 2026 00:00:00 GMT"


def test_a_source_has_its_documented_fields_and_shows_no_write_key(client: httpx.Client) -> None:
    source = data(client.get("/sources/s1"))["source"]
    assert {*source} >= {
        "id",
        "slug",
        "name",
        "workspaceId",
        "enabled",
        "writeKeys",
        "metadata",
        "settings",
        "labels",
    }
    assert (source["slug"], source["writeKeys"]) == ("docs", [])
    assert failure(client.get("/sources/none")) == (404, "not-found", None)
    assert failure(client.get("/elsewhere")) == (404, "not-found", None)
    assert failure(client.post("/sources"))[:2] == (404, "not-found")


@given(st.integers(0, 25), st.integers(1, 200), st.booleans())
def test_pages_are_all_items_in_their_order(total: int, count: int, in_brackets: bool) -> None:
    sources = [source_json(f"s{number}", f"slug-{number}", "") for number in range(total)]
    found: list[str] = []
    cursor: str | None = None
    name = "pagination[{}]" if in_brackets else "pagination.{}"
    with client_of(Workspace(NOW, sources, [], ())) as client:
        for _ in range(total + 1):
            asked = {name.format("count"): count, **({name.format("cursor"): cursor} if cursor else {})}
            answer = data(client.get("/sources", params=asked))
            found += [each["id"] for each in answer["sources"]]
            assert answer["pagination"]["totalEntries"] == total
            assert ("previous" in answer["pagination"]) == (cursor is not None)
            cursor = answer["pagination"].get("next")
            if cursor is None:
                break
    assert found == [each["id"] for each in sources]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"pagination.count": "0"}, "pagination.count"),
        ({"pagination.count": "201"}, "pagination.count"),
        ({"pagination.count": "-1"}, "pagination.count"),
        ({"pagination.count": "ten"}, "pagination.count"),
        ({"pagination.cursor": "?"}, "pagination.cursor"),
        ({"pagination.cursor": "YWI="}, "pagination.cursor"),
    ],
)
def test_wrong_paging_is_refused(client: httpx.Client, params: dict[str, str], field: str) -> None:
    assert failure(client.get("/sources", params=params)) == (422, "validation", field)


GROUPINGS = [
    {"groupBy.0": "eventType", "groupBy.1": "eventName"},
    {"groupBy[0]": "eventType", "groupBy[1]": "eventName"},
    {"groupBy": "eventType,eventName"},
    {"groupBy": ["eventType", "eventName"]},
]


@pytest.mark.parametrize("grouping", GROUPINGS)
def test_the_volume_is_by_day_with_the_largest_first(client: httpx.Client, grouping: Any) -> None:
    found = data(client.get("/events/volume", params={**SPAN, **grouping, "sourceId.0": "s1"}))
    days = ("2026-07-01T00:00:00.000Z", "2026-07-02T00:00:00.000Z")
    assert found["path"] == "/events/volume"
    assert found["query"]["groupBy"] == ["eventType", "eventName"]
    assert found["result"] == [
        {
            "eventType": kind,
            "eventName": event,
            "total": sum(counts),
            "series": [{"time": day, "count": count} for day, count in zip(days, counts, strict=True)],
        }
        for kind, event, counts in (("track", "Code Copied", (0, 9)), ("page", "", (4, 2)))
    ]


def test_the_volume_of_all_sources_tells_them_apart(client: httpx.Client) -> None:
    found = data(client.get("/events/volume", params={**SPAN, "groupBy": "source"}))["result"]
    assert Counter({each["source"]["slug"]: each["total"] for each in found}) == {"docs": 15, "website": 4}
    only = data(client.get("/events/volume", params={**SPAN, "eventType.0": "page"}))["result"]
    assert [each["total"] for each in only] == [10]


def test_hours_begin_where_they_begin(client: httpx.Client) -> None:
    span = {"granularity": "HOUR", "startTime": "2026-07-01T04:00:00Z", "endTime": "2026-07-01T07:00:00Z"}
    found = data(client.get("/events/volume", params={**span, "sourceId": "s1"}))["result"]
    assert [(point["time"][11:13], point["count"]) for point in found[0]["series"]] == [
        ("04", 0),
        ("05", 1),
        ("06", 0),
    ]


def test_deliveries_and_refusals_are_of_a_source(client: httpx.Client) -> None:
    asked = {**SPAN, "sourceId": "s1", "groupBy.0": "eventName"}
    delivered = data(
        client.get("/delivery-overview/successful-delivery", params={**asked, "destinationConfigId": "wh"})
    )
    assert [(each["eventName"], each["total"]) for each in delivered["dataset"]] == [("Code Copied", 7)]
    assert delivered["total"] == 7
    refused = {**asked, "groupBy.1": "discardReason"}
    (entry,) = data(client.get("/delivery-overview/filtered-at-source", params=refused))["dataset"]
    assert (entry["discardReason"], entry["total"]) == ("Property Violation", 2)
    received = data(client.get("/delivery-overview/successfully-received", params={**SPAN, "sourceId": "s1"}))
    assert [each["total"] for each in received["dataset"]] == [15]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sourceId": None}, (422, "validation", "sourceId")),
        ({"sourceId": "none"}, (404, "not-found", None)),
        ({"destinationConfigId": None}, (422, "validation", "destinationConfigId")),
        ({"destinationConfigId": "none"}, (404, "not-found", None)),
        ({"granularity": None}, (422, "validation", "granularity")),
        ({"granularity": "MINUTE"}, (422, "validation", "granularity")),
        ({"startTime": "yesterday"}, (422, "validation", "startTime")),
        ({"startTime": "2026-07-03T00:00:00Z"}, (422, "validation", "endTime")),
        ({"startTime": "2026-06-19T00:00:00Z"}, (422, "validation", "startTime")),
        (
            {"startTime": "2026-06-20T00:00:00Z", "endTime": "2026-07-21T00:00:00Z"},
            (422, "validation", "endTime"),
        ),
        ({"groupBy": "colour"}, (422, "validation", "groupBy")),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: httpx.Client, changes: dict[str, str | None], expected: tuple[int, str, str | None]
) -> None:
    params = {**SPAN, "sourceId": "s1", "destinationConfigId": "wh", **changes}
    answer = client.get(
        "/delivery-overview/successful-delivery",
        params={name: value for name, value in params.items() if value is not None},
    )
    assert failure(answer) == expected


def test_too_many_calls_are_told_how_long_to_wait() -> None:
    moments = [1000.0]
    with client_of(limits=Limits(calls=3, volume_calls=1), moments=moments) as client:
        answers = [client.get("/sources") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert failure(answers[3])[1] == "too-many-requests"
        assert answers[3].headers["Retry-After"] == "60"
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers[:3]] == ["2", "1", "0"]
        assert client.get("/events/volume", params=SPAN).status_code == 200
        assert client.get("/events/volume", params=SPAN).status_code == 429
        moments.append(1060.5)
        assert client.get("/sources").status_code == 200
