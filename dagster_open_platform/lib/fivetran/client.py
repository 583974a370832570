"""Fivetran's REST API over HTTP.

What belongs here: paths, paging and the envelope. What does not: what the answers' fields mean (`answers.py`), waiting for syncs
(`sync.py`).
Sources: https://fivetran.com/docs/rest-api/getting-started (envelope), …/pagination, and the pages of `answers.py`;
https://fivetran.com/docs/rest-api/api-reference/connections for syncing, resyncing and testing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from dagster_open_platform.lib.fivetran import answers
from dagster_open_platform.lib.fivetran.errors import UnexpectedAnswer
from dagster_open_platform.lib.fivetran.protocol import (
    MANUAL,
    ColumnConfig,
    ConnectorDetails,
    Destination,
    SchemaConfig,
    SetupTest,
)
from dagster_open_platform.lib.http import HttpAnswer, HttpClient, MalformedResponse, RequestRejected
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

ACCEPT = "application/json;version=2"
_PAGE = 1000  # the most that Fivetran gives at once
_GOOD = ("Success", "Created")


class FivetranClient:
    """Asks Fivetran. It is thread-safe, as far as its HTTP client is.

    Args:
        http: Client of the API, whose base URL is `https://api.fivetran.com` or a replacement.
    """

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    def __repr__(self) -> str:
        return f"FivetranClient({self.http!r})"

    def group_ids(self) -> Sequence[str]:
        """All groups (see the protocol)."""
        return [answers.member(group, "id", str) for group in self._pages("/v1/groups")]

    def destination(self, group_id: str) -> Destination:
        """The destination of a group (see the protocol)."""
        return answers.destination_of(self._data("GET", f"/v1/destinations/{_part(group_id)}"))

    def connectors(self, group_id: str) -> Sequence[ConnectorDetails]:
        """All connectors of a group (see the protocol)."""
        return [self._connector(node) for node in self._pages(f"/v1/groups/{_part(group_id)}/connections")]

    def connector(self, connector_id: str) -> ConnectorDetails:
        """One connector (see the protocol)."""
        return self._connector(self._data("GET", _connection(connector_id)))

    def schemas(self, connector_id: str) -> Mapping[str, SchemaConfig]:
        """What a connector loads (see the protocol)."""
        return answers.schemas_of(self._data("GET", f"{_connection(connector_id)}/schemas"))

    def columns(self, connector_id: str, schema: str, table: str) -> Mapping[str, ColumnConfig]:
        """All columns of a table (see the protocol)."""
        path = f"{_connection(connector_id)}/schemas/{_part(schema)}/tables/{_part(table)}/columns"
        data = self._data("GET", path)
        # What is missing here would be taken for a table without columns.
        answers.member(data, "columns", Mapping)
        return answers.columns_of(data)

    def start_sync(self, connector_id: str) -> None:
        """Start a sync, unless one is running (see the protocol)."""
        # Without `force` a running sync goes on, so that asking twice does no harm.
        self._send("POST", f"{_connection(connector_id)}/sync", {"force": False}, safe_to_repeat=True)

    def start_resync(self, connector_id: str, tables: Mapping[str, Sequence[str]] | None = None) -> None:
        """Start to read everything anew (see the protocol)."""
        # Not sent again: it might start from the beginning what has begun.
        if tables is None:
            self._send("POST", f"{_connection(connector_id)}/resync", {}, safe_to_repeat=False)
        else:
            path = f"{_connection(connector_id)}/schemas/tables/resync"
            body = {schema: list(names) for schema, names in tables.items()}
            self._send("POST", path, body, safe_to_repeat=False)

    def use_manual_schedule(self, connector_id: str) -> None:
        """Take a connector off Fivetran's own schedule (see the protocol)."""
        self._send("PATCH", _connection(connector_id), {"schedule_type": MANUAL}, safe_to_repeat=True)

    def run_setup_tests(self, connector_id: str) -> Sequence[SetupTest]:
        """Test a connection (see the protocol)."""
        # It changes nothing at the source. Certificates and fingerprints that are new are not trusted by this.
        answer = self._send(
            "POST", f"{_connection(connector_id)}/test", {}, safe_to_repeat=True, changes=False
        )
        found = answers.member(_data_of(answer), "setup_tests", list)
        tests = [answers.setup_test_of(node) for node in found]
        return [replace(test, message=self.http.redacted(test.message)) for test in tests]

    def _connector(self, node: Any) -> ConnectorDetails:
        found = answers.connector_of(node)
        # What Fivetran says is wrong gets into messages, whatever it quotes.
        return replace(found, problems=tuple(self.http.redacted(text) for text in found.problems))

    def _send(
        self, method: str, path: str, body: Any, safe_to_repeat: bool, changes: bool = True
    ) -> HttpAnswer:
        return self.http.request(
            method, path, json=body, changes=changes, safe_to_repeat=safe_to_repeat, judge=self._judge
        )

    def _data(
        self, method: str, path: str, params: Mapping[str, str | int] | None = None
    ) -> Mapping[str, Any]:
        return _data_of(self.http.request(method, path, params=params, judge=self._judge))

    def _judge(self, answer: HttpAnswer) -> PermanentFailure | RetryableFailure | None:
        """The envelope is `{code, message, data}`."""
        body = answer.body
        if not isinstance(body, dict) or not isinstance(body.get("code"), str):
            return MalformedResponse("Fivetran's answer has no code: something else answers in its place.")
        if body["code"] not in _GOOD:
            said = self.http.redacted(f"{body['code']}: {body.get('message', 'no message')}"[:300])
            return RequestRejected(f"Fivetran answers {said}")
        return None

    def _pages(self, path: str) -> Iterator[Any]:
        """The items of all pages; a page is asked for when the one before it is used up."""
        cursor: str | None = None
        while True:
            data = self._data("GET", path, {"limit": _PAGE, **({"cursor": cursor} if cursor else {})})
            yield from answers.member(data, "items", list)
            following = answers.optional(data, "nextCursor", str)
            if not following:
                return
            if following == cursor:
                raise UnexpectedAnswer(
                    f"Fivetran's paging of {path} does not move on: one cursor came twice."
                )
            cursor = following


def _data_of(answer: HttpAnswer) -> Mapping[str, Any]:
    return answers.member(answer.body, "data", Mapping)


def _part(name: str) -> str:
    """A name as one part of a path, whatever is in it: tables are named by their sources."""
    return quote(name, safe="")


def _connection(connector_id: str) -> str:
    return f"/v1/connections/{_part(connector_id)}"
