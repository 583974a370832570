"""Pages of rows: put together they are the rows, whatever their sizes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.bigquery.errors import BigQueryError
from dagster_open_platform_local.services.bigquery.pages import PageRequest, page, page_request


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4_000_000), min_size=0, max_size=12),
    limit=st.one_of(st.none(), st.integers(1, 5)),
    start=st.integers(0, 3),
)
def test_pages_put_together_are_the_rows(sizes: list[int], limit: int | None, start: int) -> None:
    rows = [json.dumps({"f": [{"v": f"{i}" + "x" * size}]}) for i, size in enumerate(sizes)]
    read: list[object] = []
    request, fit = PageRequest(start, limit), None
    while True:
        body, fit = page({"kind": "k"}, request, len(rows), lambda a, n: rows[a : a + n], fit)
        answer = json.loads(body)
        found = answer.get("rows", [])
        assert len(found) <= (limit or len(rows))
        # A single row may be larger than a page.
        assert len(body) < 10_100_000 or len(found) == 1
        read += found
        if "pageToken" not in answer:
            break
        request = page_request(
            {"pageToken": answer["pageToken"], **({"maxResults": str(limit)} if limit else {})}
        )
    assert read == [json.loads(row) for row in rows[start:]]


def test_waiting_without_rows_has_no_token() -> None:
    body, _ = page({"totalRows": "3"}, PageRequest(0, 0), 3, lambda _start, _count: ["{}"] * 3, None)
    assert json.loads(body) == {"totalRows": "3"}


@pytest.mark.parametrize(
    "query",
    [
        {"pageToken": "x"},
        {"pageToken": "cm93Og=="},
        {"pageToken": "cm93OjU=", "startIndex": "3"},
        {"maxResults": "-1"},
        {"startIndex": "a"},
    ],
)
def test_wrong_pages_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(BigQueryError) as refused:
        page_request(query)
    assert refused.value.status == 400


def test_start_and_limit() -> None:
    assert page_request({}) == PageRequest(0, None)
    assert page_request({"startIndex": "4", "maxResults": "2"}) == PageRequest(4, 2)
