"""What came of it, in figures.

What belongs here: the verdict, and showing it. What does not: finding out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console

from dagster_open_platform_local.chaos.compare import Comparison, differing
from dagster_open_platform_local.chaos.week import Tally

_SHOWN = 20


@dataclass(frozen=True)
class Report:
    """Both weeks.

    Args:
        quiet: What the quiet one went through.
        noisy: What the other one went through.
        comparison: Of their warehouses.
        locks: Locks that somebody still holds.
        seconds: How long it took: by part.
        title: What was asked for.
    """

    quiet: Tally
    noisy: Tally
    comparison: Comparison
    locks: tuple[str, ...]
    seconds: Mapping[str, float]
    title: str

    @property
    def complaints(self) -> list[str]:
        """Why it did not go well; empty if it did."""
        return list(self._complaints())

    def _complaints(self) -> Iterator[str]:
        yield from differing(self.comparison)
        for name, tally in (("quiet", self.quiet), ("noisy", self.noisy)):
            yield from (
                f"stuck in the {name} week: {each}" for each in (*tally.remains.stuck, *tally.remains.slots)
            )
            yield from (f"undone in the {name} week on {day}: {what}" for day, what in tally.undone.items())
            yield from (f"a failure without a type: {each}" for each in tally.remains.untyped)
            yield from (f"it should not have ended so: {each}" for each in tally.errors)
        yield from (f"a lock is held: {each}" for each in self.locks)


def show(console: Console, report: Report) -> None:
    """Write the figures, and then what is wrong."""
    for name, value in figures(report):
        console.print(f"{name:<28}{value}", markup=False, highlight=False, soft_wrap=True)
    complaints = report.complaints
    if not complaints:
        console.print(
            "\nThe warehouse is the one that a quiet week leaves, row for row, and no run is stuck."
        )
        return
    console.print(f"\nNot as it should be ({len(complaints)}):")
    for each in complaints[:_SHOWN]:
        console.print(f"  {each}", markup=False, highlight=False, soft_wrap=True)


def figures(report: Report) -> Iterator[tuple[str, str]]:
    """Names and values."""
    noisy, compared = report.noisy, report.comparison
    kinds: Counter[str] = Counter()
    for (kind, _), number in noisy.happened.items():
        kinds[kind] += number
    stuck = sum(len(each.remains.stuck) + len(each.remains.slots) for each in (report.quiet, noisy))
    yield "", report.title
    yield "Faults that took effect", f"{kinds.total():,} of {noisy.planned.total():,} that were tried"
    for kind, number in kinds.most_common():
        targets = ", ".join(
            f"{name} {count}" for (of, name), count in sorted(noisy.happened.items()) if of == kind
        )
        yield f"  {kind}", f"{number:,}: {targets}"
    yield "Rounds", f"{noisy.rounds:,}, of which {noisy.spoilt:,} were cut short or left something undone"
    yield "Recoveries", f"{noisy.recoveries:,}"
    for name, tally in (("quiet", report.quiet), ("noisy", noisy)):
        runs = tally.remains.runs
        yield (
            f"Runs, {name} week",
            f"{sum(runs.values()):,}: " + ", ".join(f"{n} {s}" for s, n in runs.items()),
        )
    failed = noisy.remains.failures
    yield "Failures by type", ", ".join(f"{name} {n}" for name, n in sorted(failed.items())) or "none"
    yield (
        "Tables compared",
        f"{compared.tables:,} ({len(compared.left_out)} tell only when something was done)",
    )
    yield "Rows compared", f"{compared.rows:,}"
    yield "Rows lost", f"{compared.lost:,}"
    yield "Rows too many", f"{compared.more:,}"
    yield "Stuck runs and slots", f"{stuck:,}"
    yield "Locks held", f"{len(report.locks):,}"
    yield "Seconds", ", ".join(f"{name} {value:,.0f}" for name, value in report.seconds.items())
