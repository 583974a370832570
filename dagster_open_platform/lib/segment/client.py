"""Segment's Public API over HTTP.

What belongs here: paths, parameters, paging and the envelope. What does not: what the answers' fields mean (`answers.py`).
Source: https://docs.segmentapis.com (tags Sources, Warehouses, Events, Delivery Overview, Pagination). Objects and lists in the query string are
spelled with points, as its examples are: `pagination.count`, `groupBy.0`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.http import HttpAnswer, HttpClient, MalformedResponse
from dagster_open_platform.lib.segment import answers
from dagster_open_platform.lib.segment.errors import UnexpectedAnswer
from dagster_open_platform.lib.segment.protocol import SegmentSource, SegmentWarehouse

if TYPE_CHECKING:
    import pyarrow as pa

PAGE = 200
"""The most that Segment gives at once."""
_BY = {"groupBy.0": "eventType", "groupBy.1": "eventName"}


class SegmentClient:
    """Asks Segment. It is thread-safe, as far as its HTTP client is.

    Args:
        http: Client of the API, whose base URL is `https://api.segmentapis.com` or a replacement.
    """

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    def __repr__(self) -> str:
        return f"SegmentClient({self.http!r})"

    def now(self) -> datetime:
        """What time it is at Segment (see the protocol): each answer says when it was made (RFC 9110, 6.6.1)."""
        answer = self.http.request("GET", "/sources", params={"pagination.count": 1}, judge=_judge)
        said = answer.headers.get("date", "")
        try:
            return parsedate_to_datetime(said).astimezone(UTC)
        except ValueError as error:
            raise UnexpectedAnswer(
                f"Segment's answer does not say when it was made: its Date is {said!r}."
            ) from error

    def sources(self) -> Sequence[SegmentSource]:
        """All sources (see the protocol)."""
        return [each for page in self._pages("/sources", "sources") for each in answers.sources_of(page)]

    def warehouses(self) -> Sequence[SegmentWarehouse]:
        """All warehouses (see the protocol)."""
        return [
            each for page in self._pages("/warehouses", "warehouses") for each in answers.warehouses_of(page)
        ]

    def received(self, source_id: str, start: datetime, end: datetime) -> pa.Table:
        """What a source sent (see the protocol)."""
        asked = {"sourceId.0": source_id, **_span(start, end), **_BY}
        return answers.counts_of(self._pages("/events/volume", "result", asked))

    def refused(self, source_id: str, start: datetime, end: datetime) -> pa.Table:
        """What Segment did not let pass (see the protocol)."""
        return self._counts("/delivery-overview/filtered-at-source", source_id, start, end)

    def delivered(self, source_id: str, warehouse_id: str, start: datetime, end: datetime) -> pa.Table:
        """What came into a warehouse (see the protocol)."""
        path = "/delivery-overview/successful-delivery"
        return self._counts(path, source_id, start, end, {"destinationConfigId": warehouse_id})

    def _counts(
        self,
        path: str,
        source_id: str,
        start: datetime,
        end: datetime,
        others: Mapping[str, str] | None = None,
    ) -> pa.Table:
        asked = {"sourceId": source_id, **(others or {}), **_span(start, end), **_BY}
        return answers.counts_of(self._pages(path, "dataset", asked))

    def _pages(self, path: str, field: str, params: Mapping[str, str] | None = None) -> Iterator[list[Any]]:
        """The items of each page; a page is asked for when the one before it is used up."""
        paging: dict[str, str | int] = {"pagination.count": PAGE}
        seen: set[str] = set()
        while True:
            answer = self.http.request("GET", path, params={**(params or {}), **paging}, judge=_judge)
            data = answers.member(answer.body, "data", Mapping)
            yield answers.member(data, field, list)
            cursor = answers.member(data, "pagination", Mapping).get("next")
            if cursor is None:
                return
            if not isinstance(cursor, str) or cursor in seen:
                raise UnexpectedAnswer(
                    f"Segment's paging of {path} does not move on: a cursor is no text, or came twice."
                )
            seen.add(cursor)
            paging["pagination.cursor"] = cursor


def _judge(answer: HttpAnswer) -> MalformedResponse | None:
    """The envelope is `{data}`."""
    if not isinstance(answer.body, dict) or not isinstance(answer.body.get("data"), dict):
        return MalformedResponse("Segment's answer has no data: something else answers in its place.")
    return None


def _span(start: datetime, end: datetime) -> dict[str, str]:
    return {"granularity": "DAY", "startTime": _iso(start), "endTime": _iso(end)}


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
