"""Pages of rows.

What belongs here: how many rows a response holds, page tokens, and the response's text around the rows. What does not:
the form of a row (`encoding.py`).

A response holds at most 10 MB of rows, as Google's do
(https://cloud.google.com/bigquery/docs/paging-results), or `maxResults` rows if that is less.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from dagster_open_platform_local.services.bigquery.errors import BigQueryError

_PAGE_BYTES = 10_000_000
_FIRST_PAGE_ROWS = 20_000

ReadRows = Callable[[int, int], list[str]]
"""Reads rows as JSON texts: from a start, at most so many."""


@dataclass(frozen=True)
class PageRequest:
    """Which rows a client asks for.

    Args:
        start: Index of the first row.
        max_results: The most rows that it wants; None for as many as fit.
    """

    start: int
    max_results: int | None


def page_request(query: Mapping[str, str]) -> PageRequest:
    """Read `startIndex`, `pageToken` and `maxResults`.

    Raises:
        BigQueryError: `invalid` for a value that is none, or a token together with a start.
    """
    token, start = query.get("pageToken"), query.get("startIndex")
    if token and start:
        raise BigQueryError("invalid", "Cannot specify both pageToken and startIndex", location="pageToken")
    begin = _from_token(token) if token else _number(start or "0", "startIndex")
    limit = query.get("maxResults")
    return PageRequest(begin, None if limit is None else _number(limit, "maxResults"))


def _number(text: str, name: str) -> int:
    if not text.isdigit():
        raise BigQueryError("invalid", f"Invalid value for: {text} is not a valid value", location=name)
    return int(text)


def _from_token(token: str) -> int:
    try:
        kind, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise BigQueryError("invalid", "Invalid page token", location="pageToken") from error
    if kind != "row" or not start.isdigit():
        raise BigQueryError("invalid", "Invalid page token", location="pageToken")
    return int(start)


def _to_token(start: int) -> str:
    return base64.urlsafe_b64encode(f"row:{start}".encode()).decode()


def page(
    envelope: dict[str, Any], request: PageRequest, total: int, read: ReadRows, rows_a_page: int | None
) -> tuple[bytes, int | None]:
    """A response with rows.

    Args:
        envelope: The response without its rows and token.
        request: Which rows.
        total: How many rows there are.
        read: Reads them.
        rows_a_page: How many fit into a response, if that is known from an earlier page.

    Returns:
        The response's JSON, and how many rows fit into a response.
    """
    wanted = min(rows_a_page or _FIRST_PAGE_ROWS, max(0, total - request.start))
    if request.max_results is not None:
        wanted = min(wanted, request.max_results)
    rows = read(request.start, wanted) if wanted else []
    sizes = list(accumulate(len(row) + 1 for row in rows))
    if sizes and sizes[-1] > _PAGE_BYTES:
        rows = rows[: max(1, sum(size <= _PAGE_BYTES for size in sizes))]
    if rows and rows_a_page is None:
        rows_a_page = max(1, int(0.9 * _PAGE_BYTES * len(sizes) / sizes[-1]))
    following = request.start + len(rows)
    # Whoever asks for no rows only waits for the query; a token would say that the rows were skipped.
    if following < total and request.max_results != 0:
        envelope = {**envelope, "pageToken": _to_token(following)}
    text = json.dumps(envelope)
    if rows:
        text = f'{text[:-1]}, "rows": [{",".join(rows)}]}}'
    return text.encode(), rows_a_page
