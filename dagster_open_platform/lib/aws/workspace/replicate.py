"""Staging the snapshots of some days: all of them in parallel, and what becomes of the days.

What belongs here: the order of the work, its bounds, and what counts as done. What does not: one snapshot (``settle.py``).

A failure of one snapshot leaves the others alone. A failure of the store as a whole ends the run.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import dagster as dg

from dagster_open_platform.lib.aws.errors import STORE_FAILURES, ObjectChanged
from dagster_open_platform.lib.aws.workspace.chunks import Bounds
from dagster_open_platform.lib.aws.workspace.ledger import Ledger, Listed
from dagster_open_platform.lib.aws.workspace.settle import Amounts, Settled, Settler

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectStore
    from dagster_open_platform.lib.aws.workspace.layout import Layout, SnapshotId

T = TypeVar("T")
_SPAN_DAYS = 31
"""What is known of the snapshots of so many days is in memory: less than a kilobyte each."""
_LOOKS = 2
"""How often what changed meanwhile is staged again."""


@dataclass
class Day:
    """What is staged of a day.

    Args:
        staged: Organizations whose snapshots are.
        new: How many of them were staged just now.
        missing: Organizations whose snapshots are not, or no longer.
        amounts: Of what is staged.
    """

    staged: int = 0
    new: int = 0
    missing: list[str] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)

    @property
    def is_complete(self) -> bool:
        """Whether every organization that sent a snapshot on the day is staged with its latest."""
        return not self.missing


@dataclass
class Result:
    """What a run did.

    Args:
        days: Every day of the run.
        failures: Why snapshots could not be staged, by day and organization.
    """

    days: dict[str, Day]
    failures: dict[SnapshotId, dg.Failure] = field(default_factory=dict)


class Replication:
    """Stages snapshots.

    Args:
        store: Where they are.
        layout: Their keys.
        bounds: Of what is in memory.
    """

    def __init__(
        self,
        store: ObjectStore,
        layout: Layout,
        bounds: Bounds | None = None,
    ) -> None:
        self._store, self._layout = store, layout
        self._bounds = bounds or Bounds()
        self._ledger = Ledger(store, layout)

    def run(self, first: str, last: str, organizations: Collection[str] = ()) -> Result:
        """Stages what is not, then looks at all of the days.

        Args:
            first: Day.
            last: Day, included.
            organizations: Only theirs; empty: all. Days are complete only with all.

        Raises:
            PermanentFailure, RetryableFailure: The store as a whole fails; what was staged stays.
        """
        wanted = frozenset(organizations)
        result = Result({})
        with (
            ThreadPoolExecutor(self._bounds.workers, "stage") as stagers,
            ThreadPoolExecutor(self._bounds.workers, "fetch") as fetchers,
        ):
            settler = Settler(self._store, self._layout, fetchers.submit, self._bounds)
            days = days_between(first, last)
            for start in range(0, len(days), _SPAN_DAYS):
                span = days[start : start + _SPAN_DAYS]
                self._run(settler, stagers, (span[0], span[-1]), wanted, result)
        return result

    def _run(
        self,
        settler: Settler,
        pool: ThreadPoolExecutor,
        span: tuple[str, str],
        wanted: frozenset[str],
        result: Result,
    ) -> None:
        """Stages the days of a span and adds what came of it to the result."""
        known: dict[SnapshotId, Settled] = {}
        todo: Iterable[Listed] = self._ledger.listed(*span, wanted)
        for _ in range(_LOOKS):
            self._settle(settler, pool, todo, known, result)
            days, changed = self._look(pool, *span, known, result.failures)
            result.days |= days
            todo = [one for one in changed if not wanted or one.snapshot.organization in wanted]
            if not todo:
                return
        for listed in todo:
            result.failures[listed.snapshot] = ObjectChanged(
                f"s3://{self._layout.bucket}/{listed.root.key} was replaced again and again while it was read. Run the day"
                " again."
            )

    def _settle(
        self,
        settler: Settler,
        pool: ThreadPoolExecutor,
        todo: Iterable[Listed],
        known: dict[SnapshotId, Settled],
        result: Result,
    ) -> None:
        try:
            for listed, future in _ahead(pool, settler.settle, todo, 2 * self._bounds.workers):
                try:
                    known[listed.snapshot] = future.result()
                except STORE_FAILURES:
                    raise
                except dg.Failure as failure:
                    result.failures[listed.snapshot] = failure
        except BaseException:
            settler.stop.set()
            raise

    def look(self, first: str, last: str) -> dict[str, Day]:
        """What is staged of each day; writes nothing.

        Args:
            first: Day.
            last: Day, included.

        Raises:
            PermanentFailure, RetryableFailure: Of the store.
        """
        with ThreadPoolExecutor(self._bounds.workers, "look") as pool:
            return self._look(pool, first, last, {}, {})[0]

    def _look(
        self,
        pool: ThreadPoolExecutor,
        first: str,
        last: str,
        known: Mapping[SnapshotId, Settled],
        failures: Mapping[SnapshotId, dg.Failure],
    ) -> tuple[dict[str, Day], list[Listed]]:
        """What is staged of each day, and what is not, or no longer, though nothing failed."""

        def found(listed: Listed) -> Settled | None:
            settled = known.get(listed.snapshot)
            if settled is not None and settled.fingerprint == listed.fingerprint():
                return settled
            return self._staged_by_others(listed)

        days = {day: Day() for day in days_between(first, last)}
        changed: list[Listed] = []
        for listed, future in _ahead(pool, found, self._ledger.listed(first, last), 2 * self._bounds.workers):
            snapshot, settled = listed.snapshot, future.result()
            day = days.setdefault(snapshot.day, Day())
            if settled is not None and snapshot not in failures:
                day.staged += 1
                day.new += snapshot in known and known[snapshot].is_new
                day.amounts.add(settled.amounts)
                continue
            day.missing.append(snapshot.organization)
            if snapshot not in failures:
                changed.append(listed)
        return days, changed

    def _staged_by_others(self, listed: Listed) -> Settled | None:
        try:
            marker = self._ledger.marker(listed)
        except ObjectChanged:
            return None
        if marker is None or not listed.is_settled(marker):
            return None
        return Settled(listed.fingerprint(), Amounts.of(marker), is_new=False)


def _ahead(
    pool: ThreadPoolExecutor,
    function: Callable[[Listed], T],
    todo: Iterable[Listed],
    at_once: int,
) -> Iterator[tuple[Listed, Future[T]]]:
    """Each with its result, in order; a bounded number is begun ahead."""
    waiting: deque[tuple[Listed, Future[T]]] = deque()
    try:
        for listed in todo:
            waiting.append((listed, pool.submit(function, listed)))
            if len(waiting) >= at_once:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for _, future in waiting:
            future.cancel()


def days_between(first: str, last: str) -> list[str]:
    """Days as keys have them, both ends included."""
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [(start + dt.timedelta(days=number)).isoformat() for number in range((end - start).days + 1)]
