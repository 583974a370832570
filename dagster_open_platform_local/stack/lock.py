"""Locks between processes: one stack per state directory, one writer per company.

What belongs here: flock, and who holds it. The kernel releases such a lock however its holder ends, so a lock file that
was left behind blocks nobody. What does not: locks on the warehouse.
"""

import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from dagster_open_platform_local.stack.errors import StackLockedError

_PATIENCE_SECONDS = 1.0
"""How long a start waits: somebody who only looks whether the lock is held holds it for an instant."""

_LEFTOVERS_SECONDS = 60.0
"""How long a start waits for what a killed stack left behind: its guards are ending its processes."""


@dataclass(frozen=True)
class LockHolder:
    """Who holds a lock.

    Args:
        pid: Process id.
        command: What it was started for, such as ``demo``.
        started: ISO 8601, UTC.
    """

    pid: int
    command: str
    started: str


@contextmanager
def stack_lock(path: Path, command: str) -> Iterator[int]:
    """Hold the stack's lock.

    Args:
        path: The lock file; stays on disk, because a file that is removed could be locked twice.
        command: What this process does with the stack.

    Yields:
        The lock's descriptor. Whoever inherits it holds the lock as well, even after this process is gone.

    Raises:
        StackLockedError: Somebody else holds it; the message says who and how to stop them.
    """
    with path.open("a+", encoding="utf-8") as file:
        _acquire(file.fileno(), path)
        holder = LockHolder(os.getpid(), command, datetime.now(UTC).isoformat(timespec="seconds"))
        file.truncate(0)
        file.write(json.dumps(asdict(holder)))
        file.flush()
        try:
            yield file.fileno()
        finally:
            file.truncate(0)


def _acquire(descriptor: int, path: Path) -> None:
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _written(path)
            is_orphaned = holder is not None and not _is_alive(holder.pid)
            if time.monotonic() - began >= (_LEFTOVERS_SECONDS if is_orphaned else _PATIENCE_SECONDS):
                raise StackLockedError(describe(path, holder)) from None
            time.sleep(0.05)
        else:
            return


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for a lock and hold it."""
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        yield


def is_held(path: Path) -> bool:
    """Whether any process holds the lock."""
    try:
        file = path.open(encoding="utf-8")
    except FileNotFoundError:
        return False
    with file:
        try:
            # A shared lock does not disturb others who only look.
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def current_holder(path: Path) -> LockHolder | None:
    """Who holds the lock; None if nobody does, or only what a dead stack left behind."""
    holder = _written(path) if is_held(path) else None
    return holder if holder and _is_alive(holder.pid) else None


def _written(path: Path) -> LockHolder | None:
    try:
        return LockHolder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        # Between taking the lock and writing its name the holder is anonymous.
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def describe(path: Path, holder: LockHolder | None) -> str:
    """One line for a person: who holds the lock and how to stop them."""
    if holder is None:
        return f"Another process holds {path}; wait for it or end it (`fuser {path}` shows its pid)."
    if not _is_alive(holder.pid):
        return (
            f"The stack of `{holder.command}` on {path.parent} was killed (pid {holder.pid}), and something that it"
            f" started does not end (`fuser {path}` shows its pid)."
        )
    return (
        f"A stack is already running on {path.parent}: `{holder.command}`, pid {holder.pid}, since"
        f" {holder.started}. Stop it with Ctrl-C in its terminal or `kill {holder.pid}`."
    )


def command_line(command: str) -> str:
    """The command as a person types it."""
    return f"{Path(sys.executable).name} -m dagster_open_platform_local {command}"
