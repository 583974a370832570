"""What vendors put into the company's warehouse by themselves, and when.

What belongs here: following the company's clock, and each vendor's own pace. What does not: the tables (each vendor's package), the file
(`services/warehouse_file.py`).
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import duckdb

from dagster_open_platform_local.company.clock import CompanyClock, read_clock
from dagster_open_platform_local.company.errors import CompanyError
from dagster_open_platform_local.services.warehouse_file import (
    Schemas,
    Stamp,
    database_file,
    read_stamp,
    write_database,
)

_POLL_SECONDS = 0.5


class Delivery(Protocol):
    """A database that a vendor fills."""

    @property
    def database(self) -> str:
        """Its name, one of the platform's shared databases."""
        ...

    @property
    def every(self) -> timedelta | None:
        """After what time the next delivery comes on the same date of the company; None: there is one a date."""
        ...

    def schemas(self, clock: CompanyClock, now: datetime) -> Schemas:
        """All that is there after a delivery.

        Args:
            clock: The company's: rows are as of 00:00 UTC of its today.
            now: When the delivery is made, by the wall clock; aware, in UTC. Two deliveries differ in nothing but what tells this.
        """
        ...


class Deliveries:
    """Makes deliveries when they are due, in a thread of its own (a `Follower`, `services/following.py`).

    Args:
        company: Directory of the company.
        warehouse: Directory of the laptop's warehouse.
        deliveries: What is delivered.
        now: The wall clock.
    """

    def __init__(
        self,
        company: Path,
        warehouse: Path,
        deliveries: Sequence[Delivery],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._company = company
        self._warehouse = warehouse
        self._deliveries = deliveries
        self._now = now
        self._trouble: str | None = None
        self._stamps: dict[Path, tuple[tuple[int, int], Stamp]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End after the file that is being written.

        Args:
            timeout: Seconds after which it is left to die with the process, which does no harm.
        """
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def behind(self) -> str | None:
        """Why not everything is delivered that is due; None if it is.

        Raises:
            CompanyError: The company cannot be read.
        """
        if self._trouble is not None:
            return self._trouble
        clock = read_clock(self._company)
        for delivery in self._deliveries:
            stamp = self._stamp(database_file(self._warehouse, delivery.database))
            if stamp is None or not stamp.is_of(clock):
                return f"It is {clock.today} in the company; {delivery.database} is not delivered yet"
        return None

    def deliver_due(self) -> list[str]:
        """Make every delivery that is due; the databases that were delivered.

        Raises:
            CompanyError: The company cannot be read, or some files cannot be written; the others are, and each is named.
        """
        clock, made, failed = read_clock(self._company), list[str](), list[str]()
        for delivery in self._deliveries:
            if self._stopping.is_set():
                break
            path, now = database_file(self._warehouse, delivery.database), self._now()
            if not self._is_due(delivery, path, clock, now):
                continue
            try:
                write_database(path, delivery.schemas(clock, now), clock, now)
            except (OSError, duckdb.Error) as error:
                # A full disk, for example; the next look may find it mended.
                failed.append(f"{delivery.database}: {error}")
            else:
                made.append(delivery.database)
        if failed:
            raise CompanyError(f"Not delivered: {'; '.join(failed)}")
        return made

    def _is_due(self, delivery: Delivery, path: Path, clock: CompanyClock, now: datetime) -> bool:
        stamp = self._stamp(path)
        if stamp is None or not stamp.is_of(clock):
            return True
        return delivery.every is not None and now - stamp.written_at >= delivery.every

    def _stamp(self, path: Path) -> Stamp | None:
        """What a file was made from. It is opened once: a file that was written anew is another one."""
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        identity = (status.st_ino, status.st_mtime_ns)
        known = self._stamps.get(path)
        if known is not None and known[0] == identity:
            return known[1]
        stamp = read_stamp(path)
        if stamp is not None:
            self._stamps[path] = (identity, stamp)
        return stamp

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.deliver_due()
            except (OSError, CompanyError) as error:
                # A company that is being built, for example.
                self._trouble = f"Deliveries cannot be made at the moment: {error}"
            else:
                self._trouble = None
            self._stopping.wait(_POLL_SECONDS)
