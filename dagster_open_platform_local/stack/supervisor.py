"""Starts services in order, watches them, stops them in reverse.

What belongs here: the life of a stack, whatever its services are. What does not: which services there are
(`services.py`), and what the caller does while they run.
"""

import contextlib
import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from dagster_open_platform_local.stack.errors import ServiceFailedError
from dagster_open_platform_local.stack.health import HealthCheck, http_health
from dagster_open_platform_local.stack.lock import stack_lock
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.process import GuardedProcess, log_tail
from dagster_open_platform_local.state import LocalState, write_environment

STACK_PID = "DOP_STACK_PID"
"""Names, in the environment file, the process that wrote it."""

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Service:
    """A process of the stack.

    Args:
        name: Also the name of its log.
        command: Program and arguments, given the port.
        health: Whether it is ready.
        provides: Variables with which others reach it, given the port; go into the environment file.
        secrets: Variables that only this service gets.
        port: A fixed port; None: a free one.
        startup_seconds: How long it may take to become healthy.
        grace_seconds: How long it may take to end after TERM.
        url: Where a person or client finds it, given the port; None: nothing to show.
        pages: Paths below it that a person may want to look at, by what is there.
    """

    name: str
    command: Callable[[int], Sequence[str]]
    health: HealthCheck = field(default_factory=http_health)
    provides: Callable[[int], Mapping[str, str]] = lambda _port: {}
    secrets: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    startup_seconds: float = 60.0
    grace_seconds: float = 10.0
    url: Callable[[int], str] | None = lambda port: f"http://127.0.0.1:{port}"
    pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunningService:
    """A service that has become healthy: its process, its port, and how long that took (seconds)."""

    service: Service
    process: GuardedProcess
    port: int
    startup_seconds: float


class Supervisor:
    """A running stack, as a context manager: holds the lock, the services, and the environment file.

    The services run until the block ends or this process does, however it ends.

    Args:
        state: Where; its directories must exist.
        command: What this process does with the stack, for those who find it locked.
        environment: The environment that every process of the stack starts from.
        exported: Variables for the environment file that do not depend on a service.
    """

    def __init__(
        self,
        state: LocalState,
        command: str,
        environment: Mapping[str, str],
        exported: Mapping[str, str] | None = None,
    ) -> None:
        self.state = state
        self.running: list[RunningService] = []
        self._command = command
        self._environment = dict(environment)
        self._exported = dict(exported or {})
        self._exit = ExitStack()
        self._lock = -1

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            StackLockedError: A stack runs already on this state.
        """
        self._lock = self._exit.enter_context(stack_lock(self.state.lock, self._command))
        # Whoever left one behind is dead: we hold its lock.
        self.state.environment.unlink(missing_ok=True)
        self._exit.callback(self.state.environment.unlink, missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the services, the last one first, then remove the environment file and release the lock."""
        self._exit.close()

    @property
    def environment(self) -> dict[str, str]:
        """What a process gets that works with the services that run by now."""
        return {**self._environment, **self._exported}

    def start(self, services: Sequence[Service]) -> None:
        """Start services one after the other, each when its predecessor is healthy; then write the environment file.

        Raises:
            ServiceFailedError: One died or did not become healthy in time; its log's last lines are in the message.
            StackError: One could not be started.
        """
        for service in services:
            running = self._start(service)
            self.running.append(running)
            self._exported.update(service.provides(running.port))
        self._write_environment()

    def replace(self, over: Callable[[Mapping[str, str]], Mapping[str, str]]) -> None:
        """Change what processes get that are started from now on, and the environment file. What runs already keeps what it has.

        Args:
            over: Makes new exported variables of the old ones.
        """
        self._exported = dict(over(self._exported))
        self._write_environment()

    def _write_environment(self) -> None:
        write_environment(self.state.environment, {**self._exported, STACK_PID: str(os.getpid())})

    def process(
        self,
        name: str,
        command: Sequence[str],
        log: Path | None = None,
        variables: Mapping[str, str] | None = None,
        grace: float = 20.0,
    ) -> GuardedProcess:
        """A command for this stack, not started yet. It shares the stack's lock: as long as it runs, the stack is.

        Args:
            name: For messages.
            command: Program and arguments.
            log: Where its output goes; None: where this process's goes.
            variables: What it gets beside the stack's environment.
            grace: Seconds between TERM and KILL.
        """
        environment = {**self.environment, **(variables or {})}
        return GuardedProcess(name, command, environment, log, grace, held=(self._lock,))

    def _start(self, service: Service) -> RunningService:
        began = time.monotonic()
        port = free_port() if service.port is None else service.port
        process = self.process(
            service.name,
            service.command(port),
            log=self.state.logs / f"{service.name}.log",
            variables=service.secrets,
            grace=service.grace_seconds,
        )
        self._exit.callback(process.stop)
        process.start()
        wait_until_healthy(process, service, port)
        return RunningService(service, process, port, time.monotonic() - began)

    def restart(self, name: str) -> None:
        """Start a service anew where it was: at the same port, with the same credentials.

        For whoever has ended it on purpose. One that dies by itself is told (`check`).

        Args:
            name: Of a service that was started.

        Raises:
            ServiceFailedError: As `start`.
        """
        [place] = [index for index, found in enumerate(self.running) if found.service.name == name]
        before = self.running[place]
        before.process.stop()
        self.running[place] = self._start(replace(before.service, port=before.port))

    def check(self) -> None:
        """See whether all services still run.

        Raises:
            ServiceFailedError: One has ended. Nothing is restarted: a service that dies is a defect to be seen.
        """
        for running in self.running:
            code = running.process.poll()
            if code is not None:
                raise ServiceFailedError(
                    f"The service {running.service.name} died (exit code {code}) while the stack ran. Its log ends"
                    f" with:\n{log_tail(running.process.log)}"
                )

    def run(self, process: GuardedProcess) -> int:
        """Run a command to its end while the services run.

        Args:
            process: Not started yet. It is stopped with the stack.

        Returns:
            Its exit code.

        Raises:
            ServiceFailedError: A service died meanwhile; the command is stopped before the error leaves.
        """
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(process.stop)
            process.start()
            while (code := process.wait(0.2)) is None:
                self.check()
        return code

    def watch(self, seconds: float) -> None:
        """Wait, and look after the services meanwhile.

        Raises:
            ServiceFailedError: As `check`.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.check()
            select.select([], [], [], min(left, 0.5))


def wait_until_healthy(process: GuardedProcess, service: Service, port: int) -> None:
    """Wait until a started service says that it is ready.

    Raises:
        ServiceFailedError: It ended, or its time is up; with the last lines of its log.
    """
    deadline = time.monotonic() + service.startup_seconds
    # Asked in this order: if somebody else snatched the port, our service is dead and the answer is not its own.
    while not (service.health(port) and process.poll() is None):
        code = process.poll()
        if code is not None:
            raise ServiceFailedError(
                f"The service {service.name} died at its start (exit code {code}). Its log ends with:"
                f"\n{log_tail(process.log)}"
            )
        if time.monotonic() >= deadline:
            raise ServiceFailedError(
                f"The service {service.name} did not become healthy on port {port} within"
                f" {service.startup_seconds:g} s. Its log ends with:\n{log_tail(process.log)}"
            )
        time.sleep(_POLL_SECONDS)
