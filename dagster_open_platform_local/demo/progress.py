"""Shows how far the demo is: bars on a terminal, plain lines anywhere else.

What belongs here: showing. What does not: knowing anything about assets beyond names and numbers.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as RichProgress

from dagster_open_platform_local.demo.plan import Batch


class Progress:
    """Tells a person what happens.

    Args:
        console: Where to.
        began: From when time is counted, seconds since 1970; None: from now.
    """

    def __init__(self, console: Console, began: float | None = None) -> None:
        self._console = console
        self._began = time.time() if began is None else began
        self._bars: RichProgress | None = None

    def say(self, message: str) -> None:
        """One line."""
        self._console.print(f"[dim]{self._elapsed()}[/dim] {message}", highlight=False, soft_wrap=True)

    @contextmanager
    def phase(self, message: str) -> Iterator[None]:
        """A line before something that takes a while; on a terminal it spins meanwhile."""
        if not self._console.is_terminal:
            self.say(message)
            yield
            return
        with self._live(SpinnerColumn(), TextColumn("{task.description}", markup=False)) as live:
            live.add_task(message, total=None)
            yield
        self.say(message)

    @contextmanager
    def batch(self, number: int, count: int, batch: Batch) -> Iterator[None]:
        """Shows one batch of the plan while it runs."""
        title = f"[{number}/{count}] {describe(batch)}"
        total = max(1, batch.partitions) * len(batch.assets) + len(batch.checks)
        if not self._console.is_terminal:
            # The square brackets are no markup.
            self.say(title.replace("[", r"\[", 1))
            yield
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with self._live(*columns) as self._bars:
            # Shorter, so that there is room for the bar.
            self._bars.add_task(f"[{number}/{count}] {describe(batch, names_shown=1)}", total=total)
            yield
        self._bars = None
        self.say(title.replace("[", r"\[", 1))

    def retried(self, message: str, seconds: float) -> None:
        """A step failed, and is tried again after some seconds."""
        self.say(escape(f"{message.splitlines()[0]} It is tried again in {seconds:.0f} s."))

    def advance(self) -> None:
        """Something more of the current batch is done."""
        if self._bars is not None:
            task = self._bars.tasks[0]
            # A retried asset counts once more than was planned.
            self._bars.update(task.id, completed=min(task.completed + 1, task.total or 0))

    def _live(self, *columns: ProgressColumn) -> RichProgress:
        # Others' output goes where this process sends it, which is not the terminal; rich would bring it back.
        return RichProgress(
            *columns, console=self._console, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    def _elapsed(self) -> str:
        return f"{time.time() - self._began:6.1f} s"


def describe(batch: Batch, names_shown: int = 3) -> str:
    """A batch in a few words, such as ``4 assets in 176 partitions: github/issues, github/comments, …``."""
    names = [key.to_user_string() for atom in batch.atoms for key in sorted(atom.assets)]
    if not names:
        return _counted(len(batch.checks), "check")
    shown = ", ".join(names[:names_shown]) + (", …" if len(names) > names_shown else "")
    partitions = f" in {_counted(batch.partitions, 'partition')}" if batch.partitions else ""
    return f"{_counted(len(names), 'asset')}{partitions}: {shown}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
