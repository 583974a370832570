"""What Fivetran knows about its connections, kept in a file that survives the process.

What belongs here: the fields, and the file. What does not: when they change (`account.py`, `syncs.py`), and how they look in an
answer (`responses.py`).
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dagster_open_platform_local.company.files import write_json

INTERRUPTED = "The sync was interrupted and nothing of it was loaded."


class UnreadableStateError(ValueError):
    """The file is damaged or of another version; the message says which and what to do."""


@dataclass(frozen=True)
class ConnectionState:
    """A connection. Moments are ISO 8601 in UTC.

    Args:
        paused: Whether it does not sync.
        deleted: Whether it is gone.
        setup_state: `connected`, `broken` or `incomplete`.
        schedule_type: `auto`: Fivetran decides when it syncs. `manual`: whoever calls the API.
        sync_frequency: Minutes between syncs on Fivetran's own schedule.
        daily_sync_time: `HH:MM`, with a frequency of 1440.
        succeeded_at: When the last good sync ended.
        failed_at: When the last bad one did.
        failure: Why it was bad, if it was the last one.
        is_historical_sync: Whether the running or the next sync loads everything, which is so before the first one.
        syncing_since: When the running sync began.
        rescheduled_for: When Fivetran goes on with a connection that it has put off.
        has_schema_config: Whether Fivetran has seen the source's tables.
        schema_change_handling: What is done with new tables and columns.
        tables: Of tables whose setting was changed: whether they are synced.
        columns: Likewise of columns, by table.
        setup_tests: Results of the next setup tests; None: what follows from `setup_state`.
        sync_seconds: How long a sync takes at least.
        next_sync_fails: Why the next sync will fail.
        next_sync_rescheduled_seconds: For how long the next sync will be put off when it has begun.
    """

    paused: bool = False
    deleted: bool = False
    setup_state: str = "connected"
    schedule_type: str = "manual"
    sync_frequency: int = 1440
    daily_sync_time: str | None = None
    succeeded_at: str | None = None
    failed_at: str | None = None
    failure: str | None = None
    is_historical_sync: bool = True
    syncing_since: str | None = None
    rescheduled_for: str | None = None
    has_schema_config: bool = True
    schema_change_handling: str = "ALLOW_ALL"
    tables: Mapping[str, bool] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    setup_tests: list[dict[str, str]] | None = None
    sync_seconds: float = 0.0
    next_sync_fails: str | None = None
    next_sync_rescheduled_seconds: float | None = None

    def sync_state(self, now: datetime) -> str:
        """One of the states of https://fivetran.com/docs/rest-api/api-reference/connections/connection-details.

        Args:
            now: The present moment.
        """
        if self.paused:
            return "paused"
        if self.syncing_since is not None:
            return "syncing"
        return "rescheduled" if self.is_put_off(now) else "scheduled"

    def is_put_off(self, now: datetime) -> bool:
        """Whether Fivetran waits until a later moment."""
        return self.rescheduled_for is not None and datetime.fromisoformat(self.rescheduled_for) > now

    def completed(self, now: datetime, failure: str | None) -> "ConnectionState":
        """This connection after a sync.

        Args:
            now: When it ended. Moved on where two syncs end at the same moment: clients compare these moments.
            failure: Why it was bad; None if it was good.
        """
        last = max((moment for moment in (self.succeeded_at, self.failed_at) if moment), default=None)
        if last is not None:
            now = max(now, datetime.fromisoformat(last) + timedelta(microseconds=1))
        ended = replace(self, syncing_since=None, rescheduled_for=None, failure=failure)
        if failure is not None:
            return replace(ended, failed_at=text_of(now))
        return replace(ended, succeeded_at=text_of(now), is_historical_sync=False)


def text_of(moment: datetime) -> str:
    """A moment as Fivetran writes it, in UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class StateFile:
    """The states of all connections, in memory and in a JSON file that is replaced at each change.

    Args:
        path: Of the file; read if it is there.
        connection_ids: Which connections there are; one that the file does not have is as new.
        now: The present moment.

    Raises:
        UnreadableStateError: The file is not what this version writes.
    """

    def __init__(self, path: Path, connection_ids: Iterable[str], now: Callable[[], datetime]) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._states: dict[str, ConnectionState] = _read(path)
        for connection_id in connection_ids:
            self._states.setdefault(connection_id, ConnectionState())
        for connection_id, state in self._states.items():
            if state.syncing_since is not None:
                # Whoever ran it is dead, and what it had not committed is gone.
                self._states[connection_id] = state.completed(now(), INTERRUPTED)
        self._write()

    def get(self, connection_id: str) -> ConnectionState | None:
        """A connection's state; None if there is no such connection."""
        state = self._states.get(connection_id)
        return None if state is None or state.deleted else state

    def change(
        self, connection_id: str, change: Callable[[ConnectionState], ConnectionState]
    ) -> ConnectionState:
        """Replace a state by what a function makes of it; nobody else changes it meanwhile.

        Raises:
            KeyError: There is no such connection.
        """
        with self._lock:
            before = self._states[connection_id]
            after = change(before)
            if after != before:
                self._states[connection_id] = after
                self._write()
            return after

    def _write(self) -> None:
        write_json(self._path, {"connections": {name: asdict(each) for name, each in self._states.items()}})


def _read(path: Path) -> dict[str, ConnectionState]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        return {name: ConnectionState(**fields) for name, fields in content["connections"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableStateError(
            f"{path} is not what this version writes ({error}): remove it, and no connection has ever synced, or `just reset`"
        ) from error
