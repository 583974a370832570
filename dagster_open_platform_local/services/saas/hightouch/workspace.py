"""A Hightouch workspace: its syncs, and what may be done with them.

What belongs here: which call is allowed in which state, and its consequences. What does not: HTTP (`app.py`).

It never begins a run by itself: every sync is on the schedule type `manual`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.hightouch.errors import ApiError, invalid, not_found
from dagster_open_platform_local.services.saas.hightouch.runs import Runs
from dagster_open_platform_local.services.saas.hightouch.source import Source
from dagster_open_platform_local.services.saas.hightouch.state import Run, Settings, StateFile
from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS, Sync

_SETTINGS = {each.name for each in fields(Settings)}
_UNTOUCHED = Settings()


class Workspace:
    """The syncs of a workspace.

    Args:
        crm: Where they send rows.
        state_directory: Where the workspace remembers itself, in `hightouch.sqlite`.
        warehouse: Directory of the warehouse's files.
        syncs: Those of the company if not given.
        patience_seconds: How long a run waits for the warehouse while another process writes it.
        now: The present moment; real, since clients wait for it.
    """

    def __init__(
        self,
        crm: Crm,
        state_directory: Path,
        warehouse: Path,
        syncs: Sequence[Sync] = SYNCS,
        patience_seconds: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.now = now
        self.states = StateFile(state_directory, now())
        self._syncs: Mapping[str, Sync] = {each.id: each for each in syncs}
        self._untouched = [(each, _UNTOUCHED) for each in syncs]
        self._runs = Runs(self.states, Source(warehouse, patience_seconds), crm, now)

    def syncs(self) -> list[tuple[Sync, Settings]]:
        """Those that there are."""
        known = self.states.all_settings()
        if not known:
            return self._untouched
        found = [(sync, known.get(sync_id, _UNTOUCHED)) for sync_id, sync in self._syncs.items()]
        return [(sync, settings) for sync, settings in found if not settings.deleted]

    def sync(self, sync_id: str) -> tuple[Sync, Settings]:
        """One of them.

        Raises:
            ApiError: 404.
        """
        sync = self._syncs.get(sync_id)
        settings = Settings() if sync is None else self.states.settings(sync_id)
        if sync is None or settings.deleted:
            raise not_found("Sync", sync_id)
        return sync, settings

    def trigger(self, sync_id: str, *, full: bool) -> Run:
        """Ask for a run.

        Args:
            sync_id: Of the sync.
            full: Send all rows, whatever was sent before.

        Raises:
            ApiError: 404, or 422: the sync is disabled.
        """
        sync, settings = self.sync(sync_id)
        if settings.disabled:
            raise ApiError(422, f"Sync {sync_id} is disabled")
        return self._runs.start(sync, full=full)

    def control(self, sync_id: str, body: Mapping[str, Any]) -> None:
        """What only a person at Hightouch or the outside can cause (`app.py` says what).

        Raises:
            ApiError: 404, or 422: there is no such thing to cause.
        """
        sync = self._syncs.get(sync_id)
        if sync is None:
            raise not_found("Sync", sync_id)
        unknown = sorted(body.keys() - _SETTINGS - {"cancel"})
        if unknown:
            raise invalid(unknown[0], f"known are {', '.join(sorted(_SETTINGS | {'cancel'}))}")
        self.states.set(sync_id, **{name: value for name, value in body.items() if name != "cancel"})
        if body.get("cancel"):
            self._runs.cancel(sync)

    def wait(self, sync_id: str, seconds: float) -> bool:
        """Wait until no run of a sync is under way.

        Returns:
            False: one still is.
        """
        return self._runs.wait(self._syncs[sync_id], seconds)

    def close(self, seconds: float = 2.0) -> None:
        """Stop all runs.

        Args:
            seconds: How long to wait for each.
        """
        self._runs.close(seconds)
