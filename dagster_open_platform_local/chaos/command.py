"""`chaos`: a quiet week, a week with faults, and whether they leave the same.

What belongs here: the order of the parts, the time that they may take, and the verdict's exit code. What does not: any of the parts.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console

from dagster_open_platform_local.chaos.compare import Comparison, compare
from dagster_open_platform_local.chaos.daemon import write_impatient_instance
from dagster_open_platform_local.chaos.errors import ChaosOverdueError
from dagster_open_platform_local.chaos.jobs import Worker
from dagster_open_platform_local.chaos.report import Report, show
from dagster_open_platform_local.chaos.schedule import VENDORS
from dagster_open_platform_local.chaos.week import Tally, Week, pass_week
from dagster_open_platform_local.chaos.world import World
from dagster_open_platform_local.company.clock import read_clock
from dagster_open_platform_local.stack.commands import build_company, open_stack
from dagster_open_platform_local.stack.environment import base_environment, exported_variables
from dagster_open_platform_local.stack.lock import is_held
from dagster_open_platform_local.stack.services import company_services
from dagster_open_platform_local.stack.vendors import write_shared_databases
from dagster_open_platform_local.state import LocalState


@dataclass(frozen=True)
class Form:
    """What is asked for.

    Args:
        seed: Of the faults.
        days: How many the weeks have.
        faults: How many shall take effect, about.
        scale: Of the company.
        part: How much of the graph there is: `whole`, `part` or `few`.
        minutes: After which it is given up.
        first: The date in the company on the first day.
        on_one_stack: Whether the quiet world is the other one's stack after its last day, with nothing in its warehouse. All is then
            loaded at once, which leaves the same where no model keeps a history, and saves the start of a stack.
    """

    seed: int = 7
    days: int = 7
    faults: int = 580
    scale: float = 0.02
    part: str = "whole"
    minutes: float = 240.0
    first: date = date(2026, 6, 10)
    on_one_stack: bool = False

    @property
    def title(self) -> str:
        """In words."""
        graph = {"whole": "the whole graph", "part": "a part of the graph", "few": "a small part of it"}
        return (
            f"{self.days} days from {self.first}, seed {self.seed}, a company of scale {self.scale:g},"
            f" {graph[self.part]}"
        )

    @property
    def vendors(self) -> tuple[str, ...]:
        """Whose APIs that part asks."""
        return tuple(each for each in VENDORS if self.part == WHOLE or each != "hightouch")

    @property
    def days_to_take_in(self) -> int:
        """How many days must follow one of which something comes late: it comes with the next load, and in models of a day on the day after."""
        return 1 if self.part == FEW else 2


WHOLE, FEW = "whole", "few"
SHORT = Form(days=2, faults=14, scale=0.01, part=FEW, minutes=5.0, first=date(2026, 6, 4), on_one_stack=True)
"""Every kind of fault at least once."""


def form_of(short: bool, **asked: float | str | None) -> Form:
    """The short form or the long one, with what is asked for besides.

    Args:
        short: Whether it is the short one.
        asked: Fields of the form; None: as the form has it.
    """
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    return replace(SHORT if short else Form(), **given)


def run_chaos(console: Console, form: Form, directory: Path | None = None) -> int:
    """Let both weeks pass, and compare.

    Args:
        console: Where progress and the report are shown.
        form: What is asked for.
        directory: Of both states, which are kept; None: a temporary one.

    Returns:
        0 if the warehouses are the same and nothing is stuck, or else 1.

    Raises:
        ChaosError: A week could not be brought to its end, or the time is up.
        StackError: A stack cannot start.
        CompanyError: The company cannot be built.
    """
    os.environ["COMPANY_SCALE"] = str(form.scale)
    with ExitStack() as cleanup:
        cleanup.enter_context(_deadline(form.minutes * 60))
        if directory is None:
            directory = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        report = _Weeks(console, form, directory.resolve()).report()
    show(console, report)
    return 1 if report.complaints else 0


class _Weeks:
    """Both of them.

    Args:
        console: Where progress is shown.
        form: What is asked for.
        directory: Of both states.
    """

    def __init__(self, console: Console, form: Form, directory: Path) -> None:
        self._console = console
        self._form = form
        self._quiet, self._noisy = (LocalState(directory / name) for name in ("quiet", "noisy"))
        self._log = directory / "worker.log"
        self._took: dict[str, float] = {}

    def report(self) -> Report:
        """Let them pass, and compare what they leave."""
        states = (self._quiet, self._noisy)
        for state in states:
            shutil.rmtree(state.root, ignore_errors=True)
            state.create()
        environment = {**base_environment(self._noisy), **exported_variables(self._noisy)}
        with self._timed("the weeks"), Worker(environment, self._log, self._form.part) as worker:
            quiet, noisy = self._on_one_stack(worker) if self._form.on_one_stack else self._on_two(worker)
        comparison = Comparison()
        with self._timed("comparing"):
            compare(self._quiet.warehouse, self._noisy.warehouse, comparison)
            compare(self._quiet.warehouse_eu, self._noisy.warehouse_eu, comparison)
        locks = [each for state in states for each in (state.lock, state.company_lock) if is_held(each)]
        return Report(quiet, noisy, comparison, tuple(map(str, locks)), self._took, self._form.title)

    def _on_two(self, worker: Worker) -> tuple[Tally, Tally]:
        with self._world(self._quiet) as world:
            quiet = self._week("quiet", world, worker, Week(self._form.days))
        with self._world(self._noisy) as world:
            noisy = self._noisy_week(world, worker)
        return quiet, noisy

    def _on_one_stack(self, worker: Worker) -> tuple[Tally, Tally]:
        with self._world(self._noisy) as world:
            noisy = self._noisy_week(world, worker)
            with self._swapped():
                quiet = self._week("quiet", world, worker, Week(1))
        return quiet, noisy

    @contextmanager
    def _swapped(self) -> Iterator[None]:
        """Within the block the stack has an empty warehouse and a new instance, which are the quiet world's afterwards."""
        places = [
            (getattr(self._quiet, name), getattr(self._noisy, name))
            for name in ("warehouse", "warehouse_eu", "dagster_home")
        ]
        self._swap(places)
        write_shared_databases(self._noisy, read_clock(self._noisy.company))
        write_impatient_instance(self._noisy)
        yield
        self._swap(places)

    def _swap(self, places: Sequence[tuple[Path, Path]]) -> None:
        for first, second in places:
            aside = first.with_name(f"{first.name}.aside")
            for old, new in ((first, aside), (second, first), (aside, second)):
                old.rename(new)

    @contextmanager
    def _world(self, state: LocalState) -> Iterator[World]:
        write_impatient_instance(state)
        with open_stack(state, "chaos") as supervisor:
            build_company(state, self._console, self._form.first)
            supervisor.start(company_services(state))
            yield World(state, supervisor, self._form.part)

    def _noisy_week(self, world: World, worker: Worker) -> Tally:
        form = self._form
        week = Week(form.days, form.seed, form.faults, form.vendors, form.days_to_take_in)
        return self._week("noisy", world, worker, week)

    def _week(self, name: str, world: World, worker: Worker, week: Week) -> Tally:
        def say(what: str) -> None:
            self._console.print(f"  {name}: {what}", highlight=False, soft_wrap=True)

        with self._timed(name):
            return pass_week(world, worker, week, say)

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._took[part] = time.monotonic() - began


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """End the block after some time, whatever it waits for; all that it has started ends with it."""

    def overdue(_number: int, _frame: FrameType | None) -> None:
        raise ChaosOverdueError(f"It is not done in {seconds / 60:g} minutes, and given up.")

    before = signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
