"""Follows the company's clock: a thread that keeps the buckets at its date.

What belongs here: what is due, in which order it is put there, and going on where it was killed. What does not: the objects
(`company/exports/`), and how one becomes a file (`services/s3/store.py`).
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from dagster_open_platform.lib.aws.buckets import BUCKETS
from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.company.exports.catalogue import EXPORTS, Export
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.exports.errors import ExportsError
from dagster_open_platform_local.services.exports.ledger import (
    Ledger,
    check_ledger,
    read_ledger,
    write_ledger,
)
from dagster_open_platform_local.services.s3.store import ObjectStore

_POLL_SECONDS = 0.5
_DAY = timedelta(days=1)


class Deliverer:
    """Brings the buckets to the company's date, again and again; day by day, so that nothing stands there before its time.

    Args:
        company: Directory of the company.
        store: The buckets.
        on_end: Called from the thread when it ends by itself, which it does only if it cannot go on.
        exports: What is delivered.
    """

    def __init__(
        self,
        company: Path,
        store: ObjectStore,
        on_end: Callable[[], None],
        exports: Sequence[Export] = EXPORTS,
    ) -> None:
        self.failure: str | None = None
        self._company = company
        self._store = store
        self._on_end = on_end
        self._exports = exports
        self._ledger: Ledger | None = None
        self._trouble: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliverer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End after the object that is being written.

        Args:
            timeout: Seconds after which it is left to die with the process, which does no harm.
        """
        self._stopping.set()
        self._thread.join(timeout)

    def behind(self) -> str | None:
        """Why the buckets are not at the company's date, or None if they are.

        Raises:
            CompanyError: The company cannot be read.
        """
        today = read_clock(self._company).today
        reached = self._ledger.earliest if self._ledger else None
        if self._trouble is not None:
            return self._trouble
        if reached == today:
            return None
        return f"It is {today} in the company; the buckets hold what was delivered before {reached or 'nobody knows'}"

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._try()
                self._stopping.wait(_POLL_SECONDS)
        except (ExportsError, CompanyError) as error:
            self.failure = str(error)
        finally:
            if not self._stopping.is_set():
                self.failure = (
                    self.failure or "The delivery of exports ended by an error of its own (see above)."
                )
                self._on_end()

    def _try(self) -> None:
        clock = read_clock(self._company)
        try:
            self.deliver(clock.settings, clock.today)
        except OSError as error:
            # A full disk, for example. What is there stays, and the ledger knows nothing of a day that is not complete.
            self._trouble = f"The buckets cannot be written at the moment: {error.strerror or error}"
        else:
            self._trouble = None

    def deliver(self, settings: CompanySettings, today: date) -> None:
        """Put everything there that is missing before a date; returns early when it is stopped.

        Args:
            settings: The company's.
            today: Every day before it is over (UTC).

        Raises:
            ForeignBucketsError: The buckets hold another company, or a later date.
            OSError: Something cannot be written.
        """
        if self._ledger is None:
            self._ledger = read_ledger(self._store.directory, settings, [each.name for each in self._exports])
            self._store.create_buckets(BUCKETS)
        ledger = self._ledger
        check_ledger(self._store.directory, ledger, settings, today)
        day, last = ledger.earliest, today - _DAY
        while day < today:
            for export in self._exports:
                is_due = ledger.reached[export.name] <= day and not export.is_superseded(day, last)
                if is_due and not self._put(export, settings, day):
                    return
            day += _DAY
            reached = {name: max(before, day) for name, before in ledger.reached.items()}
            ledger = Ledger(ledger.seed, ledger.scale, ledger.epoch, ledger.format, reached)
            write_ledger(self._store.directory, ledger)
            self._ledger = ledger

    def _put(self, export: Export, settings: CompanySettings, day: date) -> bool:
        """Put an export's objects of a day there; False if it was stopped."""
        for found in export.objects_of_day(settings, day):
            if self._stopping.is_set():
                return False
            self._store.put(found.bucket, found.key, found.body)
        return True
