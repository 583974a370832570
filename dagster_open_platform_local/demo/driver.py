"""The process that materializes everything; `command.py` starts it on a running stack.

    python -m dagster_open_platform_local.demo.driver CONTEXT

It is a process of its own so that it ends with the stack, dbt and all, however the stack ends. Whatever Dagster and dbt
print goes to ``logs/demo.log``; what is meant for a person goes to the standard output.

What belongs here: the order of the demo's parts. What does not: any of the parts.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import dagster as dg
from rich.console import Console

from dagster_open_platform.utils.regions import EU
from dagster_open_platform_local.code_locations import CODE_LOCATIONS
from dagster_open_platform_local.demo.driver_context import DemoContext
from dagster_open_platform_local.demo.figures import business_figures, count_rows
from dagster_open_platform_local.demo.location import materialize_location
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.storage import quick_events
from dagster_open_platform_local.demo.summary import Summary, show
from dagster_open_platform_local.demo.timing import share_time
from dagster_open_platform_local.demo.verdict import CheckCounts
from dagster_open_platform_local.stack.prepare import build_manifest_if_needed
from dagster_open_platform_local.stack.signals import Interrupted
from dagster_open_platform_local.stack.usage import cpu_seconds
from dagster_open_platform_local.state import LocalState


def main(argument: str) -> int:
    """Run the demo on the stack whose variables are in the environment; 0 if the graph is whole and green."""
    context = DemoContext.from_json(argument)
    state = LocalState(Path(context.root))
    console = _own_console(state.logs / "demo.log")
    sys.excepthook = _tell_on(console, state.logs / "demo.log")
    try:
        summary = _demo(context, state, Progress(console, context.began))
    except Interrupted as interrupted:
        return interrupted.exit_code
    show(console, summary)
    return 1 if summary.complaints else 0


def _demo(context: DemoContext, state: LocalState, progress: Progress) -> Summary:
    before = _rows(state)
    phases = dict(context.phases)
    with progress.phase("Building the dbt manifest, if it is not current"):
        began = time.monotonic()
        build_manifest_if_needed()
        phases["manifest"] = time.monotonic() - began
    with quick_events(), dg.DagsterInstance.get() as instance:
        found = [
            materialize_location(location, instance, context.as_of, progress) for location in CODE_LOCATIONS
        ]
    materialized = {key: times for each in found for key, times in each.outcome.materialized.items()}
    return Summary(
        as_of=context.as_of,
        assets_now=len(materialized),
        partitions_now=sum(materialized.values()),
        assets_done=sum(each.assets_done for each in found),
        assets=sum(len(each.graph.assets) for each in found),
        runs=sum(each.outcome.runs for each in found),
        checks=sum((each.checks for each in found), CheckCounts()),
        rows={name: (rows, rows - before.get(name, 0)) for name, rows in _rows(state).items()},
        figures=business_figures(state.warehouse),
        time=share_time(
            time.time() - context.began,
            phases,
            [step for each in found for step in each.outcome.steps],
            frozenset().union(*(each.dbt_assets for each in found)),
        ),
        service_cpu={
            name: used for name, pid in context.services.items() if (used := cpu_seconds(pid)) is not None
        },
        complaints=[complaint for each in found for complaint in each.complaints],
    )


def _rows(state: LocalState) -> dict[str, int]:
    return {**count_rows(state.warehouse), **count_rows(state.warehouse_eu, EU)}


def _tell_on(console: Console, log: Path) -> Callable[..., None]:
    """What to do with an exception that ends the driver: the traceback to the log, one line to the person."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        said = (getattr(error, "description", None) or str(error)).strip()
        console.print("\n[bold red]The demo failed:[/bold red]")
        console.print(f"  {kind.__name__}: {said}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"  The traceback is in {log}", markup=False, highlight=False, soft_wrap=True)

    return tell


def _own_console(log: Path) -> Console:
    """A console on the standard output as it was; from now on everybody else's output goes to the log."""
    sys.stdout.flush()
    # Under the C locale an ellipsis must not end the demo.
    file = os.fdopen(os.dup(1), "w", encoding=sys.stdout.encoding, errors="replace")
    with log.open("wb") as target:
        os.dup2(target.fileno(), 1)
        os.dup2(target.fileno(), 2)
    return Console(file=file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
