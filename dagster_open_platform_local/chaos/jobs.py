"""What a round asks of the worker, and what it hears.

What belongs here: the messages, and the orchestrator's side of the connection, which does without Dagster. What does not: the worker
(`worker.py`).
"""

import enum
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from dagster_open_platform_local.chaos.errors import ChaosError
from dagster_open_platform_local.chaos.remains import Remains
from dagster_open_platform_local.stack.process import GuardedProcess, log_tail

POLL_SECONDS = 0.02
_LOADING_SECONDS = 300.0
_JOB_SECONDS = 1800.0


class Task(enum.Enum):
    """What a job does."""

    TICK = "all that is due"
    BACKFILL = "some days of some assets, once more"
    AWAIT = "wait for a run that was asked for"
    CLOSE = "close runs of processes that are gone"
    REMAINS = "look at what the instance is left with"


@dataclass(frozen=True)
class Job:
    """What one forked process does.

    Args:
        task: It.
        environment: All variables of the stack on which it works.
        as_of: The date in the company, ISO 8601.
        file_limit: Bytes beyond which no file of the process may grow; None: as the system says.
        days: Of a backfill: the first and the last.
        request: Of the run that is awaited.
        seconds: For how long.
    """

    task: Task
    environment: Mapping[str, str] = field(repr=False)
    as_of: str = ""
    file_limit: int | None = None
    days: tuple[str, str] = ("", "")
    request: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Result:
    """What came of a job that was not killed.

    Args:
        runs: How many runs there were.
        undone: What failed or was skipped, by name, and why.
        error: What ended it before it was through; None: nothing did.
        is_typed: Whether that is a failure that says what to do.
        remains: Of a look at the instance.
    """

    runs: int = 0
    undone: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    is_typed: bool = True
    remains: Remains | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything was done."""
        return self.error is None and not self.undone


@dataclass
class Doing:
    """A job that was begun.

    Args:
        number: Its.
        pid: Of its process; 0 until that is there.
        advanced: How many materializations and checks there were until now.
        planned: How many of them there will be in what was begun until now; 0: nothing was.
        waits_until: Until when something waits to be tried again (`time.monotonic`); meanwhile other things may be done.
        heard_at: When it last told something.
        result: What came of it; None until then, and of one that was killed.
        code: How its process ended, as of `subprocess`; None until then.
    """

    number: int
    pid: int = 0
    advanced: int = 0
    planned: int = 0
    waits_until: float = 0.0
    heard_at: float = 0.0
    result: Result | None = None
    code: int | None = None

    def has_done(self, part: float) -> bool:
        """Whether a part of what was begun is done."""
        return self.planned > 0 and self.advanced >= int(part * self.planned)

    def waits(self, seconds: float) -> bool:
        """Whether for some seconds it has done nothing but wait to try something again."""
        now = time.monotonic()
        return now < self.waits_until and now - self.heard_at > seconds


@dataclass(frozen=True)
class Heard:
    """What a job or the worker tells.

    Args:
        number: Of the job.
        pid: Of its process, when that is there.
        advanced: Something more is done.
        planned: It begins with so many more.
        waits: So many seconds it waits to try something again.
        result: What came of it.
        code: How its process ended.
    """

    number: int
    pid: int | None = None
    advanced: bool = False
    planned: int = 0
    waits: float = 0.0
    result: Result | None = None
    code: int | None = None


class Worker:
    """The process that forks a process for each job, as a context manager.

    Args:
        environment: Of that process.
        log: Where it says what it does.
        part: How much of the graph there is (`part.py`).
    """

    def __init__(self, environment: Mapping[str, str], log: Path, part: str) -> None:
        self._exit = ExitStack()
        # A short path: a socket's may have a hundred characters.
        self._address = f"{self._exit.enter_context(tempfile.TemporaryDirectory(prefix='chaos-'))}/worker"
        command = [sys.executable, "-m", "dagster_open_platform_local.chaos.worker", self._address, part]
        self._process = GuardedProcess("worker", command, environment, log, 5.0)
        self._doing: dict[int, Doing] = {}
        self._count = 0

    def __enter__(self) -> Self:
        """Start it and wait until it has loaded the definitions.

        Raises:
            ChaosError: It has not.
        """
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self._address)
            listener.listen(1)
            self._process.start()
            self._exit.callback(self._process.stop)
            try:
                self._connection = Connection(self._accepted(listener).detach())
            except BaseException:
                self._exit.close()
                raise
        return self

    def _accepted(self, listener: socket.socket) -> socket.socket:
        listener.settimeout(0.5)
        deadline = time.monotonic() + _LOADING_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(TimeoutError):
                return listener.accept()[0]
        raise ChaosError(
            f"The definitions were not loaded. The log ends with:\n{log_tail(self._process.log)}"
        )

    def __exit__(self, *_: object) -> None:
        """End it with all of its processes."""
        self._connection.close()
        self._exit.close()

    def start(self, job: Job) -> Doing:
        """Begin a job."""
        self._count += 1
        doing = self._doing[self._count] = Doing(self._count)
        self._connection.send((self._count, job))
        return doing

    def do(self, job: Job) -> Doing:
        """Begin a job and wait for its end."""
        doing = self.start(job)
        self.finish(doing)
        return doing

    def finish(self, *doings: Doing, look: Callable[[], None] = lambda: None) -> None:
        """Wait for the end of jobs.

        Args:
            doings: The jobs.
            look: Called every moment.

        Raises:
            ChaosError: They do not end.
        """
        deadline = time.monotonic() + _JOB_SECONDS
        while any(doing.code is None for doing in doings):
            self.listen()
            look()
            if time.monotonic() >= deadline:
                tail = log_tail(self._process.log)
                raise ChaosError(f"A job does not end within {_JOB_SECONDS:g} s. The log ends with:\n{tail}")

    def listen(self, seconds: float = POLL_SECONDS) -> None:
        """Take in what is told, and wait a moment if nothing is.

        Raises:
            ChaosError: The worker has ended.
        """
        deadline = time.monotonic() + seconds
        try:
            while self._connection.poll(max(0.0, deadline - time.monotonic())):
                self._take(self._connection.recv())
        except (EOFError, ConnectionResetError) as ended:
            raise ChaosError(
                f"The worker has ended. Its log ends with:\n{log_tail(self._process.log)}"
            ) from ended

    def _take(self, heard: Heard) -> None:
        doing = self._doing.get(heard.number)
        if doing is None:
            return
        doing.pid = heard.pid or doing.pid
        doing.advanced += heard.advanced
        doing.planned += heard.planned
        doing.heard_at = time.monotonic()
        doing.waits_until = max(doing.waits_until, doing.heard_at + heard.waits)
        doing.result = heard.result or doing.result
        doing.code = heard.code if heard.code is not None else doing.code
