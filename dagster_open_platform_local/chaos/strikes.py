"""What happens to a round: processes are killed, answers are spoilt, the disk is full.

What belongs here: each such fault: how it is prepared, when it strikes, and how it is seen to have taken effect. What does not: which
faults there are (`schedule.py`), and the round (`week.py`).
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import httpx

from dagster_open_platform_local.chaos import processes
from dagster_open_platform_local.chaos.jobs import Doing, Job
from dagster_open_platform_local.chaos.schedule import ALL, STORES, VENDORS, Fault, Kind, Round, asked_of
from dagster_open_platform_local.chaos.world import World

_SECONDS = 10.0
_PATIENCE = 30.0
"""How long a killed service may take to be gone, with all of its processes."""
_LOOK_SECONDS = 0.05
"""How often all processes are looked through."""
_WAITS_SECONDS = 4.0
WAITING_FOR = (Kind.API, Kind.SLING, Kind.SERVICE)
WAITING = "while it waited to try again"
_OF_A_VENDOR = 4
"""How many answers of one are spoilt in a round at most: who is patient gets the fifth."""
_LEAST = 64 * 1024
"""Bytes that can be written at least."""


class Strike(Protocol):
    """A fault of a round."""

    def prepare(self, job: Job) -> Job:
        """Do what must be done before the round; the round's job, as it is then."""
        ...

    def look(self, doing: Doing) -> None:
        """Strike if the moment has come; asked every few hundredths of a second."""
        ...

    def took_effect(self, doing: Doing) -> list[Fault]:
        """Those that took effect, of a round that has ended."""
        ...


def strikes_of(round_: Round, world: World, pending: list[Fault]) -> list[Strike]:
    """The strikes of a round.

    Args:
        round_: The round.
        world: In which it is.
        pending: Faults that need something to meet (an answer, a run of Sling, work), and have not met it yet; those of the round are
            added, and those that took effect taken out.
    """
    if round_.is_quiet:
        return []
    pending += [fault for fault in round_.faults if fault.kind in WAITING_FOR]
    made: list[Strike] = [Killed(fault) for fault in round_.of(Kind.RUN)]
    made += [DiskFull(fault, world) for fault in round_.of(Kind.DISK)]
    made += [Yesterday(fault, world) for fault in round_.of(Kind.CLOCK)]
    if not round_.of(Kind.CLOCK):
        # These cut a round short where its work begins. One for which everything is due shall come to all vendors.
        made += [SlingKilled(fault) for fault in _first(pending, Kind.SLING)]
        made += [ServiceKilled(fault, world) for fault in _first(pending, Kind.SERVICE)]
    return [*made, Spoilt([each for each in pending if each.kind is Kind.API], world), Impatient()]


def _first(pending: Sequence[Fault], kind: Kind) -> list[Fault]:
    return [fault for fault in pending if fault.kind is kind][:1]


@dataclass
class Killed:
    """The process that executes runs is killed."""

    fault: Fault
    struck: bool = False
    _since: float | None = None

    def prepare(self, job: Job) -> Job:
        """Nothing to do."""
        return job

    def look(self, doing: Doing) -> None:
        """Some runs are short: it comes when a part of the work is done, mostly a small one, and then a moment later."""
        if self.struck or not doing.has_done(self.fault.moment**2):
            return
        self._since = self._since or time.monotonic()
        if time.monotonic() - self._since < self.fault.moment * 10 % 1:
            return
        end = processes.kill_tree if self.fault.target == ALL else lambda pid: bool(processes.kill([pid]))
        self.struck = doing.code is None and end(doing.pid)

    def took_effect(self, doing: Doing) -> list[Fault]:
        """It ended by that signal."""
        return [self.fault] if self.struck and doing.code == -9 else []


@dataclass
class Impatient:
    """Whoever waits half a minute to try something again is killed, as a deployment would do: the next round tries it."""

    struck: bool = False

    def prepare(self, job: Job) -> Job:
        """Nothing to do."""
        return job

    def look(self, doing: Doing) -> None:
        """After some seconds, for what is tried again soon shall be."""
        if not self.struck and doing.waits(_WAITS_SECONDS):
            self.struck = doing.code is None and processes.kill_tree(doing.pid)

    def took_effect(self, doing: Doing) -> list[Fault]:
        """It ended by that signal."""
        return [Fault(Kind.RUN, WAITING, 0.0)] if self.struck and doing.code == -9 else []


@dataclass
class SlingKilled:
    """A run of Sling is killed."""

    fault: Fault
    struck: bool = False
    _since: float | None = None
    _looked: float = 0.0

    def prepare(self, job: Job) -> Job:
        """Nothing to do."""
        return job

    def look(self, doing: Doing) -> None:
        """Strike a moment after Sling was seen; one that has ended by then was too quick."""
        if self.struck or not doing.planned or time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        found = processes.descendants(doing.pid, "sling")
        if not found:
            self._since = None
            return
        self._since = self._since or time.monotonic()
        if time.monotonic() - self._since >= self.fault.moment * 0.1:
            self.struck = bool(processes.kill(found))

    def took_effect(self, doing: Doing) -> list[Fault]:
        """It was alive."""
        del doing
        return [self.fault] if self.struck else []


@dataclass
class ServiceKilled:
    """A service is killed, with all of its processes, and started again."""

    fault: Fault
    world: World
    struck: bool = False

    def prepare(self, job: Job) -> Job:
        """Nothing to do."""
        return job

    def look(self, doing: Doing) -> None:
        """While work is done."""
        if not self.struck and doing.has_done(self.fault.moment / 2):
            self.struck = self.world.kill_service(self.fault.target)
            self.world.restart_service(self.fault.target)

    def took_effect(self, doing: Doing) -> list[Fault]:
        """Its process ended by that signal."""
        del doing
        return [self.fault] if self.struck else []


@dataclass
class DiskFull:
    """The process can write nowhere beyond the first three quarters of the warehouse's file, or less far."""

    fault: Fault
    world: World

    def prepare(self, job: Job) -> Job:
        """Set the limit."""
        file = self.world.state.warehouse / f"{self.fault.target}.duckdb"
        size = file.stat().st_size if file.exists() else 0
        return replace(job, file_limit=max(_LEAST, int(size * (0.5 + self.fault.moment / 4))))

    def look(self, doing: Doing) -> None:
        """The kernel does."""

    def took_effect(self, doing: Doing) -> list[Fault]:
        """Something says that it met the limit."""
        result = doing.result
        said = [*result.undone.values(), result.error or ""] if result else []
        words = ("disk was full", "File too large", "records cannot be written")
        return [self.fault] if any(word in text for text in said for word in words) else []


@dataclass
class Yesterday:
    """The round is one as of the day before: somebody's clock was set back."""

    fault: Fault
    world: World

    def prepare(self, job: Job) -> Job:
        """Set it back."""
        return replace(job, as_of=self.world.yesterday.isoformat())

    def look(self, doing: Doing) -> None:
        """Nothing to do."""

    def took_effect(self, doing: Doing) -> list[Fault]:
        """It did something as of that day."""
        return [self.fault] if doing.planned else []


@dataclass
class Spoilt:
    """Some answers of APIs are spoilt; each service counts those that it served so."""

    pending: list[Fault]
    world: World
    _faults: list[tuple[Fault, int]] = field(default_factory=list)

    def prepare(self, job: Job) -> Job:
        """Give each service its plan."""
        self._faults = self._now()
        for service, faults in self._by_service():
            plan = [rule(fault, place) for fault, place in faults]
            url = self.world.url(service)
            httpx.put(f"{url}/_faults", json=plan, timeout=_SECONDS).raise_for_status()
        return job

    def look(self, doing: Doing) -> None:
        """The services do."""

    def took_effect(self, doing: Doing) -> list[Fault]:
        """Those that were served; the plans are taken back. One that was killed meanwhile has forgotten what it served."""
        del doing
        served: list[Fault] = []
        for service, faults in self._by_service():
            url = f"{self.world.url(service)}/_faults"
            counted = httpx.get(url, timeout=_SECONDS).json()
            served += [fault for (fault, _), each in zip(faults, counted, strict=False) if each["fired"]]
            httpx.delete(url, timeout=_SECONDS).raise_for_status()
        return served

    def _now(self) -> list[tuple[Fault, int]]:
        """Those whose turn it is, and the how many-th of its vendor each is."""
        chosen: list[tuple[Fault, int]] = []
        count: Counter[str] = Counter()
        for fault in self.pending:
            name = asked_of(fault.target)
            if count[name] < _OF_A_VENDOR:
                chosen.append((fault, count[name]))
                count[name] += 1
        return chosen

    def _by_service(self) -> Iterator[tuple[str, list[tuple[Fault, int]]]]:
        for service in ("saas", *STORES):
            found = [each for each in self._faults if _service(each[0]) == service]
            if found:
                yield service, found


def _service(fault: Fault) -> str:
    name = asked_of(fault.target)
    return "saas" if name in VENDORS else name


def rule(fault: Fault, place: int) -> dict[str, Any]:
    """A fault of an API as a rule of the service's plan (`services/faults.py`): one call.

    Args:
        fault: It.
        place: The how many-th of its vendor it is: who tries again may meet the next.
    """
    name, _, answer = fault.target.partition(": ")
    what: dict[str, dict[str, Any]] = {
        "429": {"status": 429, "headers": {"retry-after": "1"}},
        "500": {"status": 500},
        "cut": {"drop": True},
        "half": {"malformed": True},
        "no JSON": {"payload": "<html>Bad gateway</html>"},
        "slow": {"delay_seconds": 1.0},
    }
    path = f"^/{name}/" if name in VENDORS else "^/"
    return {"path": path, "calls": [place + 1], **what[answer]}
