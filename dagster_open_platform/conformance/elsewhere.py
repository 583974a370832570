"""Runs of an instance's ops in another process, which may be killed.

What belongs here: that process. What does not: what it runs (`runs.py`), what must hold of it (`run_clauses.py`).
"""

import functools
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from dagster_open_platform.conformance.runs import Op, ops_of, run
from dagster_open_platform.conformance.subject import NotConformingError, Subject
from dagster_open_platform.conformance.world import OpenWorld

_SECONDS = 120.0
_BEGINS = "begins"
_WORTH_IT = re.compile(
    r"(dagster(?!_open_platform_)|sqlalchemy|alembic|duckdb|pyarrow|jinja2|httpx|boto|starlette|uvicorn|psycopg|sqlglot|pydantic|numpy)"
)
"""What begins the names of packages that take long to import, and that nothing but need makes somebody import. Packages beside the platform's
own are left out: they may be tests, which import who runs them."""


@dataclass(frozen=True)
class Timing:
    """When an op began and ended in another process, in seconds since that process began to run it."""

    began: float
    ended: float

    def moment(self, part: float) -> float:
        """When it had done a part of its work."""
        return self.began + part * (self.ended - self.began)


def time_elsewhere(
    subject: Subject, op: Op, open_world: OpenWorld, directory: Path, *partitions: str
) -> Timing:
    """Run an op in another process, and tell how long that took there.

    Args:
        subject: Whose op it is; another process can load it.
        op: It.
        open_world: Opens the world.
        directory: Where it is.
        *partitions: As for `run`.

    Raises:
        NotConformingError: It failed there.
    """
    with _elsewhere(subject, op, open_world, directory, partitions, 0.0) as (process, heard):
        told = heard.recv() if heard.poll(_SECONDS) else None
        process.join(_SECONDS)
        if not isinstance(told, Timing) or process.exitcode != 0:
            raise NotConformingError(f"{op.name} failed in another process.")
        return told


def run_and_kill(
    subject: Subject, op: Op, open_world: OpenWorld, directory: Path, after: float, *partitions: str
) -> bool:
    """Run an op in another process, which the kernel ends at a moment, as `kill -9` does: no code of it runs any more.

    Its own timer ends it, for to tell somebody else takes as long as a quick op.

    Args:
        subject: Whose op it is; another process can load it.
        op: It.
        open_world: Opens the world.
        directory: Where it is.
        after: Seconds after that process has begun to run it.
        *partitions: As for `run`.

    Returns:
        Whether it was killed before it had ended.

    Raises:
        NotConformingError: It did not begin there.
    """
    with _elsewhere(subject, op, open_world, directory, partitions, after) as (process, _):
        process.join(_SECONDS)
        return process.exitcode == -signal.SIGALRM


@contextmanager
def _elsewhere(
    subject: Subject,
    op: Op,
    open_world: OpenWorld,
    directory: Path,
    partitions: tuple[str, ...],
    after: float,
) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process that has just begun to run an op."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_preloaded(open_world))
    heard, says = context.Pipe(duplex=False)
    given = (subject, op.name, open_world, directory, partitions, after, says)
    process = context.Process(target=_child, args=given, daemon=True)
    process.start()
    says.close()
    try:
        if not heard.poll(_SECONDS) or heard.recv() != _BEGINS:
            raise NotConformingError(f"{op.name} could not be begun in another process.")
        yield process, heard
    except EOFError as ended:
        raise NotConformingError(f"{op.name} could not be run in another process.") from ended
    finally:
        process.kill()
        process.join()
        heard.close()


def _preloaded(open_world: OpenWorld) -> list[str]:
    """Modules that the process imports from which others are forked: what was needed here until now will be needed there.

    Most are imported when something is loaded or run for the first time, which takes as long as all else in a process.
    """
    function = open_world.func if isinstance(open_world, functools.partial) else open_world
    needed = [name for name in list(sys.modules) if _WORTH_IT.match(name)]
    return [*needed, *filter(None, [getattr(function, "__module__", None)]), "__main__"]


def _child(
    subject: Subject,
    name: str,
    open_world: OpenWorld,
    directory: Path,
    partitions: tuple[str, ...],
    after: float,
    says: Connection,
) -> None:
    """The other process."""
    with open_world(directory) as world:
        [op] = [each for each in ops_of(subject.load()) if each.name == name]
        says.send(_BEGINS)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        began = time.time()
        signal.setitimer(signal.ITIMER_REAL, after)  # zero: never
        outcome = run(op, world, *partitions)
        says.send(Timing(outcome.began - began, outcome.ended - began))
    os._exit(0 if outcome.succeeded else 1)
