"""A week of a world: day after day, in rounds of normal operation.

What belongs here: the order of days and rounds, and what is counted. What does not: what a fault is (`strikes.py`, `apart.py`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from dagster_open_platform_local.chaos.apart import happens
from dagster_open_platform_local.chaos.errors import BrokenPromiseError
from dagster_open_platform_local.chaos.jobs import Doing, Job, Task, Worker
from dagster_open_platform_local.chaos.remains import Remains
from dagster_open_platform_local.chaos.schedule import (
    APART,
    QUIET,
    VENDORS,
    Fault,
    Kind,
    Round,
    faults_of_day,
)
from dagster_open_platform_local.chaos.strikes import strikes_of
from dagster_open_platform_local.chaos.world import World

_WAVES = 4
"""How often a day makes up for faults that did not take effect."""
_QUIET_ROUNDS = 3
"""How many rounds without faults a day may need until everything is done."""


@dataclass
class Tally:
    """What a world has gone through.

    Args:
        planned: Faults that were to happen, by kind.
        happened: Faults that took effect, by kind and target.
        rounds: How many there were.
        spoilt: How many of them were cut short or left something undone.
        recoveries: How many of those a later round has made up for.
        errors: Ends of jobs that say no type, which nobody killed, and what a fault has left undone for good.
        undone: What was undone at the end of a day, by day.
        remains: Of the instance, in the end.
    """

    planned: Counter[str] = field(default_factory=Counter)
    happened: Counter[tuple[str, str]] = field(default_factory=Counter)
    rounds: int = 0
    spoilt: int = 0
    recoveries: int = 0
    errors: list[str] = field(default_factory=list)
    undone: dict[str, str] = field(default_factory=dict)
    remains: Remains = field(default_factory=Remains)

    def count(self, faults: Sequence[Fault]) -> None:
        """Note faults that took effect."""
        self.happened.update((fault.kind.value, fault.target) for fault in faults)


@dataclass(frozen=True)
class Week:
    """How a world's days go.

    Args:
        days: How many.
        seed: Of the faults.
        faults: How many shall take effect; none in a quiet week.
        vendors: Whose APIs are asked.
        days_to_take_in: How many must follow a day of which something comes late.
    """

    days: int
    seed: int = 0
    faults: int = 0
    vendors: tuple[str, ...] = VENDORS
    days_to_take_in: int = 1


def pass_week(world: World, worker: Worker, week: Week, say: Callable[[str], None]) -> Tally:
    """Let the days pass.

    Args:
        world: At the date of the first day.
        worker: Does what is due.
        week: How they go.
        say: Told of each day.

    Raises:
        ChaosError: A service does not come up again, or the time is up.
    """
    tally, late, pending = Tally(), False, list[Fault]()
    for day in range(week.days):
        if day:
            if late:
                world.kill_service("product")
            world.advance(without="product" if late else None)
        today = _Day(world, worker, week, day, tally, pending)
        today.pass_by(late)
        late = today.is_followed_by_a_late_one
        say(
            f"{world.today}: {sum(tally.happened.values())} faults, {tally.rounds} rounds, {tally.recoveries} recoveries"
        )
    look = worker.do(Job(Task.REMAINS, world.environment))
    if look.result and look.result.remains:
        tally.remains = look.result.remains
    else:
        tally.errors.append(f"The instance could not be looked at: {look.result and look.result.error}")
    return tally


@dataclass
class _Day:
    """The rounds of one day."""

    world: World
    worker: Worker
    week: Week
    day: int
    tally: Tally
    pending: list[Fault]
    is_followed_by_a_late_one: bool = False
    left: str = ""

    def pass_by(self, is_late: bool) -> None:
        """Rounds with faults, and then without, until everything is done."""
        spoilt = 0
        if is_late:
            spoilt += self._without_product()
        for wave in range(_WAVES):
            rounds = self._faults(wave)
            for round_ in rounds:
                self.tally.planned.update(fault.kind.value for fault in round_.faults)
                spoilt += self._round(round_)
            if not rounds:
                break
        self.world.settle()
        if is_late and self._is_last:
            # What was late comes with the next load, and no day follows with one: everything is due again after a round as of yesterday.
            spoilt += self._round(QUIET, self.world.yesterday)
        for _ in range(_QUIET_ROUNDS):
            left = self._round(QUIET)
            if not left:
                self.tally.recoveries += spoilt
                return
            spoilt += left
        self.tally.undone[self.world.today.isoformat()] = self.left

    @property
    def _is_last(self) -> bool:
        return self.day + 1 == self.week.days

    def _faults(self, wave: int) -> list[Round]:
        """What still has to happen on this day."""
        week = self.week
        is_last = self.day + week.days_to_take_in >= week.days
        wanted = week.faults * (self.day + 1) // week.days
        # What waits for something to meet is not asked for anew.
        missing = wanted - sum(self.tally.happened.values()) - (len(self.pending) if wave else 0)
        seen = {kind for kind, _ in self.tally.happened}
        unseen = {kind for kind in Kind if kind.value not in seen}
        if is_last or wave:
            unseen.discard(Kind.LATE)
        if not week.faults or (missing <= 0 and not unseen):
            return []
        waiting = unseen & {fault.kind for fault in self.pending}
        if wave and waiting:
            # They need no second one, but work to meet.
            unseen = unseen - waiting | {Kind.CLOCK}
        return faults_of_day(week.seed, self.day, wave, max(missing, 0), week.vendors, is_last, unseen)

    def _without_product(self) -> int:
        """The round of a day whose rows the product's databases get only afterwards."""
        left = self._round(QUIET)
        if self.world.is_behind("product"):
            self.tally.count([Fault(Kind.LATE, "product", 0.0)])
        self.world.restart_service("product")
        return left

    def _round(self, round_: Round, as_of: date | None = None) -> int:
        """Everything that is due as of a day, by default today, with faults; 1 if it was cut short or left something undone."""
        for fault in round_.faults:
            if fault.kind in APART:
                self._happens(fault)
        if round_.of(Kind.LATE):
            self.is_followed_by_a_late_one = True
        strikes = strikes_of(round_, self.world, self.pending)
        job = Job(Task.TICK, self.world.environment, as_of=(as_of or self.world.today).isoformat())
        for strike in strikes:
            job = strike.prepare(job)
        doing = self.worker.start(job)

        def look() -> None:
            for strike in strikes:
                strike.look(doing)

        self.worker.finish(doing, look=look)
        for strike in strikes:
            struck = strike.took_effect(doing)
            self.tally.count(struck)
            for fault in struck:
                if fault in self.pending:
                    self.pending.remove(fault)
        self.tally.rounds += 1
        self._note_errors([doing])
        is_whole = doing.result is not None and doing.result.is_whole and doing.code == 0
        self.left = (
            "it was killed" if doing.result is None else f"{doing.result.error or dict(doing.result.undone)}"
        )
        self.tally.spoilt += not is_whole
        return int(not is_whole)

    def _happens(self, fault: Fault) -> None:
        try:
            struck, doings = happens(fault, self.world, self.worker)
        except BrokenPromiseError as error:
            self.tally.errors.append(str(error))
            return
        self._note_errors(doings)
        self.tally.count([fault] if struck else [])

    def _note_errors(self, doings: Sequence[Doing]) -> None:
        for doing in doings:
            if doing.result and doing.result.error and not doing.result.is_typed:
                self.tally.errors.append(doing.result.error)
