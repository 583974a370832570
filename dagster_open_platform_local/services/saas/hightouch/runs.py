"""The runs that are under way: a thread for each sync, one run after the other.

What belongs here: beginning, stopping and ending a run. What does not: what is sent (`planning.py`, `sending.py`), and who may begin one
(`workspace.py`).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dagster_open_platform_local.services.saas.crm.records import Crm
from dagster_open_platform_local.services.saas.hightouch.errors import (
    RunCancelledError,
    RunError,
    RunInterruptedError,
)
from dagster_open_platform_local.services.saas.hightouch.planning import OPERATIONS, Operation, planned
from dagster_open_platform_local.services.saas.hightouch.sending import Outcome, send
from dagster_open_platform_local.services.saas.hightouch.source import Source
from dagster_open_platform_local.services.saas.hightouch.state import (
    CANCELLED,
    FAILED,
    INTERRUPTED,
    INTERRUPTION,
    PROCESSING,
    QUERYING,
    REPORTING,
    SUCCESS,
    WARNING,
    Counts,
    Run,
    StateFile,
    text_of,
)
from dagster_open_platform_local.services.saas.hightouch.syncs import Sync

SAMPLES = 10
"""Refused rows that the error of a run names."""


@dataclass
class _Worker:
    """What works off the runs of a sync."""

    cancelled: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Runs:
    """Runs them.

    Args:
        states: Where their beginnings and ends are noted.
        source: Where the rows are.
        crm: Where they go.
        now: The present moment.
    """

    def __init__(self, states: StateFile, source: Source, crm: Crm, now: Callable[[], datetime]) -> None:
        self._states = states
        self._source = source
        self._crm = crm
        self._now = now
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._workers: dict[str, _Worker] = {}

    def start(self, sync: Sync, *, full: bool) -> Run:
        """Ask for a run. It waits for the one that is under way; if one waits already, that is given."""
        with self._lock:
            run = self._states.queued(sync.id) or self._states.new_run(sync.id, self._now(), full=full)
            if full and not run.full:
                run = replace(run, full=True)
                self._states.save(run)
            if sync.id not in self._workers:
                worker = _Worker()
                worker.thread = threading.Thread(
                    target=self._work, args=(sync, worker), name=f"hightouch-{sync.slug}", daemon=True
                )
                self._workers[sync.id] = worker
                worker.thread.start()
        return run

    def cancel(self, sync: Sync) -> None:
        """Stop the run that is under way, if one is; what it has sent stays."""
        with self._lock:
            worker = self._workers.get(sync.id)
        if worker is not None:
            worker.cancelled.set()

    def wait(self, sync: Sync, seconds: float) -> bool:
        """Wait until no run of a sync is under way or waits; False: one still is."""
        with self._lock:
            worker = self._workers.get(sync.id)
        if worker is None or worker.thread is None:
            return True
        worker.thread.join(seconds)
        return not worker.thread.is_alive()

    def close(self, seconds: float) -> None:
        """Stop all runs. They count as interrupted when a process follows this one.

        Args:
            seconds: How long to wait for each of them.
        """
        self._closing.set()
        with self._lock:
            workers = list(self._workers.values())
        for worker in workers:
            worker.cancelled.set()
        for worker in workers:
            if worker.thread is not None:
                worker.thread.join(seconds)

    def _work(self, sync: Sync, worker: _Worker) -> None:
        try:
            while (run := self._next(sync, worker)) is not None:
                self._run(sync, run, worker)
                worker.cancelled.clear()
        finally:
            # Also if the state could not be noted: the next call begins a new thread.
            with self._lock:
                if self._workers.get(sync.id) is worker:
                    del self._workers[sync.id]

    def _next(self, sync: Sync, worker: _Worker) -> Run | None:
        """The run that waits; None: none does, and whoever asks for one from now on needs another thread."""
        with self._lock:
            run = None if self._closing.is_set() else self._states.queued(sync.id)
            if run is None and self._workers.get(sync.id) is worker:
                del self._workers[sync.id]
            return run

    def _run(self, sync: Sync, run: Run, worker: _Worker) -> None:
        run = replace(run, status=QUERYING, started_at=text_of(self._now()))
        self._states.save(run)
        progress = _Progress(self._states, run)
        try:
            self._send_all(sync, progress, worker)
        except RunCancelledError:
            if self._closing.is_set():
                # Whoever follows notes that it was interrupted.
                return
            status, error = CANCELLED, "The sync run was cancelled."
        except RunInterruptedError:
            status, error = INTERRUPTED, INTERRUPTION
        except RunError as failure:
            status, error = FAILED, str(failure)
        except Exception as failure:  # noqa: BLE001  # whatever it is, a failed run says so
            status, error = FAILED, f"The sync run ended with an error: {type(failure).__name__}: {failure}"
        else:
            error = self._told(progress.run)
            status = SUCCESS if error is None else WARNING
        finished = text_of(self._now())
        self._states.save(replace(progress.run, status=status, error=error, finished_at=finished))

    def _send_all(self, sync: Sync, progress: "_Progress", worker: _Worker) -> None:
        settings = self._states.settings(sync.id)
        self._states.set(sync.id, next_run_fails=None, next_run_interrupted=False)
        if worker.cancelled.wait(settings.run_seconds):
            raise RunCancelledError
        if settings.next_run_fails is not None:
            raise RunError(settings.next_run_fails)
        rows = self._source.rows(sync, worker.cancelled)
        counterparts = self._crm.found_by(sync.thing, sync.match)
        operations = planned(
            rows, self._states.sent(sync.id), lambda key: key in counterparts, full=progress.run.full
        )
        progress.begins(len(rows), operations)
        for start in range(0, len(operations), sync.batch_size):
            if worker.cancelled.is_set():
                raise RunCancelledError
            batch = operations[start : start + sync.batch_size]
            progress.goes_on(
                send(
                    self._crm,
                    sync,
                    batch,
                    settings.rejected,
                    fails_on_duplicates=settings.fail_on_duplicates,
                )
            )
            if settings.next_run_interrupted:
                raise RunInterruptedError
        if settings.next_run_interrupted:
            raise RunInterruptedError
        progress.reports()

    def _told(self, run: Run) -> str | None:
        """What a run says of the rows that were refused: how many, and some of them; None: there are none."""
        count = sum(run.failed.values())
        if not count:
            return None
        lines = [
            " ".join(f"{kind} {key}: {reason}".split())
            for kind, key, reason in self._states.refused(run.id, SAMPLES)
        ]
        head = f"{count} of {sum(run.planned.values())} rows were rejected by the destination."
        return "\n".join([head, *lines])


class _Progress:
    """A run while rows are sent."""

    def __init__(self, states: StateFile, run: Run) -> None:
        self._states = states
        self.run = run

    def begins(self, query_size: int, operations: Sequence[Operation]) -> None:
        self.run = replace(self.run, status=PROCESSING, query_size=query_size, planned=_counted(operations))
        self._states.save(self.run)

    def goes_on(self, outcome: Outcome) -> None:
        good = _counted([*outcome.written, *outcome.skipped])
        bad = _counted([operation for operation, _ in outcome.refused])
        self.run = replace(
            self.run, successful=_sum(self.run.successful, good), failed=_sum(self.run.failed, bad)
        )
        self._states.note(self.run, outcome)

    def reports(self) -> None:
        self.run = replace(self.run, status=REPORTING)
        self._states.save(self.run)


def _counted(operations: Sequence[Operation]) -> Counts:
    return {kind: sum(each.kind == kind for each in operations) for kind in OPERATIONS}


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> Counts:
    return {kind: one[kind] + other[kind] for kind in OPERATIONS}
