"""The page that the demo ends with.

What belongs here: layout. What does not: any number's origin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from dagster_open_platform_local.demo.figures import Figure
from dagster_open_platform_local.demo.timing import TimeShares
from dagster_open_platform_local.demo.verdict import CheckCounts


@dataclass(frozen=True)
class Summary:
    """Everything that is shown.

    Args:
        as_of: The date in the company.
        assets_now: How many assets were materialized in this demo.
        partitions_now: How many materializations that were, partitions counted singly.
        assets_done: How many assets are materialized by now.
        assets: How many there are to materialize.
        runs: Dagster runs in this demo.
        checks: Latest results of all checks.
        rows: By table: how many now, how many more than before the demo.
        figures: Business figures.
        time: Where the time went.
        service_cpu: Processor seconds by service.
        complaints: Why it failed; empty if it did not.
    """

    as_of: str
    assets_now: int
    partitions_now: int
    assets_done: int
    assets: int
    runs: int
    checks: CheckCounts
    rows: Mapping[str, tuple[int, int]]
    figures: Sequence[Figure]
    time: TimeShares
    service_cpu: Mapping[str, float]
    complaints: Sequence[str]


def show(console: Console, summary: Summary) -> None:
    """Print the page; what went wrong comes last."""
    console.rule(f"As of {summary.as_of}")
    _print(console, "Assets", _assets(summary))
    _print(console, "Checks", _checks(summary.checks))
    console.print()
    console.print(_rows(summary.rows))
    console.print()
    for figure in summary.figures:
        _print(console, figure.name, figure.value, width=32)
    console.print()
    _print(console, "Time", _time(summary.time, summary.service_cpu))
    if summary.complaints:
        console.print("\n[bold red]The demo failed:[/bold red]")
        for complaint in summary.complaints:
            console.print(f"  {complaint}", highlight=False, markup=False, soft_wrap=True)
    else:
        console.print("\n[bold green]Everything is materialized and every check is evaluated.[/bold green]")
        console.print("`just dev` shows it in the Dagster UI.")


def _assets(summary: Summary) -> str:
    now = (
        f"{summary.assets_now} materialized now ({summary.partitions_now:,} materializations in"
        f" {summary.runs} runs)"
        if summary.runs
        else "nothing to do"
    )
    return f"{now}; {summary.assets_done} of {summary.assets} are materialized"


def _checks(checks: CheckCounts) -> str:
    never = f", {checks.never} never evaluated" if checks.never else ""
    return f"{checks.passed} passed, {checks.warned} warned, {checks.failed} failed{never}"


def _rows(rows: Mapping[str, tuple[int, int]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Table")
    table.add_column("Rows", justify="right")
    table.add_column("Landed now", justify="right")
    for name, (total, more) in rows.items():
        table.add_row(name, f"{total:,}", f"{more:+,}" if more else "")
    return table


def _time(time: TimeShares, service_cpu: Mapping[str, float]) -> str:
    shares = {
        "Dagster": time.dagster,
        "dbt": time.dbt,
        "fetching and loading": time.ingestion,
        "services' start": time.services,
        "data": time.data,
    }
    text = f"{time.total:.1f} s: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in shares.items())
    if service_cpu:
        used = ", ".join(f"{name} {seconds:.1f}" for name, seconds in service_cpu.items())
        text += f"\n{'':<10}CPU seconds of the services meanwhile: {used}"
    return text


def _print(console: Console, name: str, value: str, width: int = 10) -> None:
    console.print(f"[bold]{name:<{width}}[/bold]", end="")
    console.print(value, highlight=False, markup=False, soft_wrap=True)
