"""Hightouch's REST API over HTTP.

What belongs here: paths and paging. What does not: what the answers' fields mean (`answers.py`), waiting for runs (`sync.py`).
Sources: https://hightouch.com/docs/developer-tools/api-guide (token, limits), https://hightouch.com/docs/api-reference (paths; lists are
`{data, hasMore}`, paged by `limit` and `offset`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from dagster_open_platform.lib.hightouch import answers
from dagster_open_platform.lib.hightouch.errors import UnexpectedAnswer
from dagster_open_platform.lib.hightouch.protocol import SyncDetails, SyncRun
from dagster_open_platform.lib.http import HttpClient

_PAGE = 100  # the most that Hightouch gives at once
_LATEST = 5


class HightouchClient:
    """Asks Hightouch. It is thread-safe, as far as its HTTP client is.

    Args:
        http: Client of the API, whose base URL is `https://api.hightouch.com` or a replacement.
    """

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    def __repr__(self) -> str:
        return f"HightouchClient({self.http!r})"

    def sync(self, sync_id: str) -> SyncDetails:
        """One sync (see the protocol)."""
        return answers.sync_of(self._asked_for(self.http.request("GET", _path(sync_id)).body, sync_id))

    def syncs(self) -> Sequence[SyncDetails]:
        """All syncs of the workspace (see the protocol)."""
        return [answers.sync_of(node) for node in self._pages("/api/v1/syncs")]

    def trigger(self, sync_id: str, *, full_resync: bool = False) -> str:
        """Ask for a run (see the protocol)."""
        answer = self.http.request(
            "POST",
            f"{_path(sync_id)}/trigger",
            json={"fullResync": full_resync},
            # Asked twice, a run that finds nothing to do may follow. All rows are not sent twice, for that costs.
            safe_to_repeat=not full_resync,
            repeat_when_limited=True,
        )
        return answers.identifier(answer.body)

    def run(self, sync_id: str, run_id: str) -> SyncRun | None:
        """One run (see the protocol)."""
        return next((run for run in self._runs(sync_id, {"runId": run_id}) if run.id == run_id), None)

    def latest_runs(self, sync_id: str) -> Sequence[SyncRun]:
        """The last few runs (see the protocol)."""
        return sorted(
            self._runs(sync_id, {"limit": _LATEST}), key=lambda run: (run.created_at, run.id), reverse=True
        )

    def _runs(self, sync_id: str, params: dict[str, str | int]) -> list[SyncRun]:
        body = self.http.request("GET", f"{_path(sync_id)}/runs", params=params).body
        found = [answers.run_of(node) for node in answers.member(body, "data", list)]
        # What Hightouch says is wrong gets into messages, whatever it quotes.
        return [replace(run, error=self.http.redacted(run.error)) if run.error else run for run in found]

    def _asked_for(self, node: Any, sync_id: str) -> Any:
        found = answers.identifier(node)
        if found != sync_id:
            raise UnexpectedAnswer(f"Hightouch was asked for the sync {sync_id} and answers with {found}.")
        return node

    def _pages(self, path: str) -> Iterator[Any]:
        """The items of all pages; a page is asked for when the one before it is used up."""
        offset = 0
        while True:
            params: dict[str, str | int] = {"limit": _PAGE, "offset": offset, "orderBy": "id"}
            body = self.http.request("GET", path, params=params).body
            items = answers.member(body, "data", list)
            yield from items
            if not answers.member(body, "hasMore", bool):
                return
            if not items:
                raise UnexpectedAnswer(
                    f"Hightouch's paging of {path} does not move on: an empty page is followed by more."
                )
            offset += len(items)


def _path(sync_id: str) -> str:
    """A sync's path, whatever is in the variable that its id comes from."""
    return f"/api/v1/syncs/{quote(sync_id, safe='')}"
