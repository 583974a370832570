"""A world: a state directory with a company and a stack that runs.

What belongs here: what is done to the stack: its services, its date. What does not: rounds (`week.py`).
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from dagster_open_platform_local.chaos.errors import ChaosError
from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.stack.company import advance_company
from dagster_open_platform_local.stack.supervisor import RunningService, Supervisor
from dagster_open_platform_local.state import LocalState

_HEALTHY_SECONDS = 180.0
_GONE_SECONDS = 30.0


@dataclass
class World:
    """A stack that runs.

    Args:
        state: Its directories.
        supervisor: Of its services.
        part: How much of the graph there is (`part.py`).
    """

    state: LocalState
    supervisor: Supervisor
    part: str

    @property
    def today(self) -> date:
        """The date in the company."""
        return read_clock(self.state.company).today

    @property
    def yesterday(self) -> date:
        """The last day that is over."""
        return self.today - timedelta(days=1)

    @property
    def environment(self) -> Mapping[str, str]:
        """All variables of a process on the stack."""
        return self.supervisor.environment

    def service(self, name: str) -> RunningService:
        """A service of the stack."""
        [found] = [each for each in self.supervisor.running if each.service.name == name]
        return found

    def url(self, name: str) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.service(name).port}"

    def kill_service(self, name: str) -> bool:
        """Kill all of its processes; whether it was alive, and ended by that."""
        process = self.service(name).process
        pid = process.pid
        if pid is None or process.poll() is not None:
            return False
        # Its group has the process's number (`stack/guard.py`).
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        return process.wait(_GONE_SECONDS) == 128 + signal.SIGKILL

    def is_behind(self, name: str) -> bool:
        """Whether a service is not what it shall be: it does not answer, or not everything is at the company's date."""
        running = self.service(name)
        return not running.service.health(running.port)

    def remove_service(self, name: str) -> None:
        """End it for good."""
        found = self.service(name)
        found.process.stop()
        self.supervisor.running.remove(found)

    def restart_service(self, name: str) -> None:
        """Start it again, and wait until it is healthy."""
        self.supervisor.restart(name)

    def advance(self, without: str | None = None) -> None:
        """Move the company one day on; the services follow.

        Args:
            without: A service that does not run.
        """
        advance_company(self.state)
        self.settle(without)

    def settle(self, without: str | None = None) -> None:
        """Wait until all services are healthy: those that keep something at the company's date have it there.

        Raises:
            ChaosError: One is not.
        """
        for running in self.supervisor.running:
            if running.service.name != without:
                name, port = running.service.name, running.port
                wait_until(lambda check=running.service.health, port=port: check(port), f"{name} is healthy")


def wait_until(holds: Callable[[], bool], what: str, seconds: float = _HEALTHY_SECONDS) -> None:
    """Wait until something is so.

    Raises:
        ChaosError: It is not so in time.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= deadline:
            raise ChaosError(f"It was waited {seconds:g} s in vain until {what}.")
        time.sleep(0.1)
