"""The client: paths, parameters, paging, what answers mean, and a token that shows nowhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from dagster_open_platform.lib.http import (
    HttpClient,
    MalformedResponse,
    NotFound,
    RateLimited,
    RequestRejected,
    RetryLimits,
    Secrets,
    Unauthorized,
)
from dagster_open_platform.lib.http_resource import MissingCredentials
from dagster_open_platform.lib.segment.client import PAGE, SegmentClient
from dagster_open_platform.lib.segment.errors import UnexpectedAnswer
from dagster_open_platform.lib.segment.protocol import SegmentSource, SegmentWarehouse
from dagster_open_platform.lib.segment.resource import SegmentResource

TOKEN = "sgp_S3cret/0123456789"
START, END = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC)
SOURCE = {
    "id": "a",
    "slug": "website",
    "name": "Website",
    "enabled": True,
    "writeKeys": ["wk"],
    "metadata": {},
}
POINTS = [{"time": "2026-06-01T00:00:00.000Z", "count": 3}, {"time": "2026-06-02T00:00:00Z", "count": 0}]
ENTRY = {"eventType": "track", "eventName": "Signed Up", "total": 3, "series": POINTS}


def page(field: str, items: Any, following: Any = None) -> httpx.Response:
    pagination = {"current": "MA==", **({} if following is None else {"next": following})}
    return httpx.Response(200, json={"data": {field: items, "pagination": pagination}})


@contextmanager
def client(*answers: httpx.Response) -> Iterator[tuple[SegmentClient, list[httpx.Request]]]:
    requests: list[httpx.Request] = []
    waiting = list(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return waiting.pop(0)

    secrets = Secrets({"Authorization": f"Bearer {TOKEN}"}, values=(TOKEN,))
    with HttpClient(
        "https://segment.test",
        service="Segment",
        secrets=secrets,
        limits=RetryLimits(attempts=1),
        transport=httpx.MockTransport(handle),
    ) as http:
        yield SegmentClient(http), requests


def delivered(api: SegmentClient) -> Any:
    return api.delivered("a", "wh", START, END)


def test_all_pages_are_read_in_their_order() -> None:
    pages = page("sources", [SOURCE], "Mg=="), page("sources", [{**SOURCE, "id": "b", "slug": "docs"}])
    with client(*pages) as (api, requests):
        found = api.sources()
    assert found == [
        SegmentSource("a", "website", "Website", True),
        SegmentSource("b", "docs", "Website", True),
    ]
    assert [dict(request.url.params) for request in requests] == [
        {"pagination.count": str(PAGE)},
        {"pagination.count": str(PAGE), "pagination.cursor": "Mg=="},
    ]
    assert all(request.headers["Authorization"] == f"Bearer {TOKEN}" for request in requests)
    assert all(TOKEN not in str(request.url) for request in requests)


def test_it_is_as_late_as_segment_says() -> None:
    said = page("sources", [])
    said.headers["Date"] = "Tue, 15 Nov 1994 08:12:31 GMT"
    with client(said) as (api, requests):
        assert api.now() == datetime(1994, 11, 15, 8, 12, 31, tzinfo=UTC)
    assert [request.url.path for request in requests] == ["/sources"]


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_an_answer_without_a_date_is_told(date: str | None) -> None:
    said = page("sources", [])
    if date is not None:
        said.headers["Date"] = date
    with client(said) as (api, _), pytest.raises(UnexpectedAnswer, match="when it was made"):
        api.now()


def test_warehouses_have_a_kind() -> None:
    node = {"id": "wh", "enabled": False, "metadata": {"slug": "snowflake"}, "settings": {"password": "x"}}
    with client(page("warehouses", [node])) as (api, _):
        assert api.warehouses() == [SegmentWarehouse("wh", "snowflake", False)]


@pytest.mark.parametrize(
    ("ask", "path", "field", "own"),
    [
        (lambda api: api.received("a", START, END), "/events/volume", "result", {"sourceId.0": "a"}),
        (
            lambda api: api.refused("a", START, END),
            "/delivery-overview/filtered-at-source",
            "dataset",
            {"sourceId": "a"},
        ),
        (
            delivered,
            "/delivery-overview/successful-delivery",
            "dataset",
            {"sourceId": "a", "destinationConfigId": "wh"},
        ),
    ],
)
def test_counts_are_typed_columns(
    ask: Callable[[SegmentClient], Any], path: str, field: str, own: dict[str, str]
) -> None:
    with client(
        page(field, [ENTRY], "Mg=="), page(field, [{**ENTRY, "eventType": "page", "eventName": None}])
    ) as (
        api,
        requests,
    ):
        found = ask(api)
    assert [str(each) for each in found.schema.types] == [
        "string",
        "string",
        "timestamp[us, tz=UTC]",
        "int64",
    ]
    days = [START, datetime(2026, 6, 2, tzinfo=UTC)]
    assert found.to_pylist() == [
        {"kind": kind, "event": event, "day": day, "count": count}
        for kind, event in (("track", "Signed Up"), ("page", None))
        for day, count in zip(days, (3, 0), strict=True)
    ]
    assert {request.url.path for request in requests} == {path}
    asked = dict(requests[0].url.params)
    assert asked == {
        **own,
        "granularity": "DAY",
        "startTime": "2026-06-01T00:00:00Z",
        "endTime": "2026-06-03T00:00:00Z",
        "groupBy.0": "eventType",
        "groupBy.1": "eventName",
        "pagination.count": str(PAGE),
    }


def test_nothing_is_a_table_without_rows() -> None:
    with client(page("dataset", [])) as (api, _):
        found = delivered(api)
    assert (found.num_rows, found.column_names) == (0, ["kind", "event", "day", "count"])


@pytest.mark.parametrize("cursor", ["Mg==", 7])
def test_paging_that_does_not_move_on_is_an_error(cursor: Any) -> None:
    with (
        client(*(page("sources", [SOURCE], cursor) for _ in range(3))) as (api, requests),
        pytest.raises(UnexpectedAnswer, match="does not move on"),
    ):
        api.sources()
    assert len(requests) <= 2


@pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": []}, "text", None])
def test_what_is_no_envelope_is_never_an_empty_list(body: Any) -> None:
    with client(httpx.Response(200, json=body)) as (api, _), pytest.raises(MalformedResponse):
        api.sources()


@pytest.mark.parametrize(
    "data",
    [
        {"pagination": {}},
        {"sources": None, "pagination": {}},
        {"sources": []},
        {"sources": [None], "pagination": {}},
        {"sources": [{**SOURCE, "id": 7}], "pagination": {}},
        {"sources": [{**SOURCE, "enabled": "yes"}], "pagination": {}},
        {"sources": [{"id": "a"}], "pagination": {}},
    ],
)
def test_sources_of_another_shape_are_an_error(data: Any) -> None:
    with client(httpx.Response(200, json={"data": data})) as (api, _), pytest.raises(UnexpectedAnswer):
        api.sources()


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {**ENTRY, "series": None},
        {**ENTRY, "series": [{"time": "yesterday", "count": 1}]},
        {**ENTRY, "series": [{"time": "2026-06-01T00:00:00Z", "count": "many"}]},
        {**ENTRY, "series": [{"time": "2026-06-01T00:00:00Z"}]},
        {**ENTRY, "eventType": 3},
        {"series": POINTS},
    ],
)
def test_counts_of_another_shape_are_an_error(entry: Any) -> None:
    with client(page("dataset", [entry])) as (api, _), pytest.raises(UnexpectedAnswer, match="another shape"):
        delivered(api)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, Unauthorized), (404, NotFound), (422, RequestRejected), (429, RateLimited)],
)
def test_errors_are_typed_and_show_no_token(status: int, expected: type[Exception]) -> None:
    body = {"errors": [{"type": "validation", "message": f"not with {TOKEN}"}]}
    with client(httpx.Response(status, json=body)) as (api, _), pytest.raises(expected) as caught:
        api.sources()
    assert TOKEN not in str(caught.value)
    assert "not with" in str(caught.value)


def test_a_missing_token_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENT_API_TOKEN", "  ")
    with pytest.raises(MissingCredentials, match="SEGMENT_API_TOKEN"), SegmentResource().open():
        pass
