"""What the platform asks of Hightouch, and the values that come back.

What belongs here: the narrow protocol, which the client (`client.py`) and the fake (`fake.py`) implement. What does not: HTTP, and
what is done with the answers.

Source of all fields: https://hightouch.com/docs/api-reference (`Sync`, `SyncRun`). dagster-hightouch is not used: its base URL is a
constant, and neither refused rows nor a run that somebody else started exist for it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

QUEUED, QUERYING, PROCESSING, REPORTING = "queued", "querying", "processing", "reporting"
SUCCESS, WARNING, FAILED, CANCELLED, INTERRUPTED = "success", "warning", "failed", "cancelled", "interrupted"

UNDER_WAY = frozenset({QUEUED, QUERYING, PROCESSING, REPORTING})
"""A run of such a status is not over."""
ENDED = frozenset({SUCCESS, WARNING, FAILED, CANCELLED, INTERRUPTED})

OPERATIONS = ("added", "changed", "removed")
"""What Hightouch does with a row, by comparison with what it sent last."""


class RowCounts(NamedTuple):
    """Rows by operation."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """Of all operations."""
        return sum(self)


class RefusedRow(NamedTuple):
    """A row that the destination did not take.

    Args:
        operation: One of `OPERATIONS`.
        key: The model's primary key.
        reason: What the destination said.
    """

    operation: str
    key: str
    reason: str


@dataclass(frozen=True)
class SyncDetails:
    """A sync.

    Args:
        id: Hightouch's, digits.
        slug: A name without spaces.
        disabled: Whether it was switched off in Hightouch.
        fields: Fields of the destination, and the column that each is filled from; empty where the kind of destination has other ways to say it.
    """

    id: str
    slug: str
    disabled: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SyncRun:
    """A run of a sync.

    Args:
        id: Hightouch's, digits.
        status: One of `UNDER_WAY` or `ENDED`.
        created_at: When it was asked for; aware.
        started_at: When it began. None: it has not.
        finished_at: When it ended. None: it has not.
        query_size: Rows of the model.
        planned: Rows that have to be sent.
        successful: Rows that the destination took.
        failed: Rows that it refused.
        error: What Hightouch says is wrong.
    """

    id: str
    status: str
    created_at: dt.datetime
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    query_size: int = 0
    planned: RowCounts = field(default_factory=RowCounts)
    successful: RowCounts = field(default_factory=RowCounts)
    failed: RowCounts = field(default_factory=RowCounts)
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.status in ENDED

    @property
    def missing(self) -> int:
        """Rows that were planned, and neither taken nor refused."""
        return max(self.planned.total - self.successful.total - self.failed.total, 0)

    @property
    def sent_all(self) -> bool:
        """Whether every row that had to be sent has arrived. A warning about something else does not count."""
        return self.status in (SUCCESS, WARNING) and not self.failed.total and not self.missing


class HightouchApi(Protocol):
    """Hightouch's REST API. All operations raise the errors of `lib/http/errors.py` and `UnexpectedAnswer`."""

    def sync(self, sync_id: str) -> SyncDetails:
        """One sync.

        Raises:
            NotFound: There is none.
        """
        ...

    def syncs(self) -> Sequence[SyncDetails]:
        """All syncs of the workspace."""
        ...

    def trigger(self, sync_id: str, *, full_resync: bool = False) -> str:
        """Ask for a run, which waits for one that is under way; the id of the run that will be made.

        Args:
            sync_id: The sync.
            full_resync: Whether all rows are sent, instead of those that differ from what was sent last.

        Raises:
            NotFound: There is no such sync.
            RequestRejected: It is disabled.
        """
        ...

    def run(self, sync_id: str, run_id: str) -> SyncRun | None:
        """One run; None: it cannot be seen yet."""
        ...

    def latest_runs(self, sync_id: str) -> Sequence[SyncRun]:
        """The last few runs, the newest first."""
        ...
