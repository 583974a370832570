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
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import dagster as dg
from rich.console import Console

from dagster_open_platform.lib.dbt.freshness import CHECK as SOURCE_IS_FRESH
from dagster_open_platform_local.demo.driver_context import DemoContext
from dagster_open_platform_local.demo.due import complete_partitions, find_due
from dagster_open_platform_local.demo.execute import Execution, Outcome
from dagster_open_platform_local.demo.figures import business_figures, count_rows
from dagster_open_platform_local.demo.graph import Graph, read_graph
from dagster_open_platform_local.demo.observe import observe_sources
from dagster_open_platform_local.demo.plan import make_plan
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.records import read_records
from dagster_open_platform_local.demo.storage import quick_events
from dagster_open_platform_local.demo.summary import Summary, show
from dagster_open_platform_local.demo.timing import share_time
from dagster_open_platform_local.demo.verdict import complaints, count_checks
from dagster_open_platform_local.stack.dead_runs import close_dead_runs
from dagster_open_platform_local.stack.prepare import build_manifest_if_needed
from dagster_open_platform_local.stack.signals import Interrupted
from dagster_open_platform_local.stack.usage import cpu_seconds
from dagster_open_platform_local.state import LocalState


def materialize_all(
    defs: dg.Definitions, instance: dg.DagsterInstance, as_of: str, progress: Progress
) -> tuple[Graph, Outcome]:
    """Do all work on a graph that is due as of a date.

    Args:
        defs: The code location.
        instance: Where the runs are recorded; nobody else runs anything on it.
        as_of: ISO 8601; its midnight (UTC) is the moment.
        progress: Told of everything.

    Raises:
        PlanError: The graph cannot be run.
    """
    graph = read_graph(defs, without=_of_the_present(as_of))
    dead = close_dead_runs(instance)
    if dead:
        progress.say(f"Unfinished runs of a process that is gone: {dead}. What they left undone is done now.")
    unobserved = observe_sources(defs, instance, as_of, progress)
    if unobserved:
        names = ", ".join(sorted(key.to_user_string() for key in unobserved))
        progress.say(f"Nobody knows when these changed; they have no rows, or their run failed: {names}.")
    complete = complete_partitions(moment(as_of), instance)
    due = find_due(graph, read_records(instance, graph), as_of, complete)
    batches = make_plan(graph, due, complete)
    if not batches:
        progress.say("Nothing is due.")
    return graph, Execution(defs, graph, instance, as_of, progress).run(batches)


def _of_the_present(as_of: str) -> tuple[str, ...]:
    """The checks that compare with the clock, which say nothing of a company whose date is past."""
    is_past = datetime.fromisoformat(as_of).date() < datetime.now(UTC).date()
    return (SOURCE_IS_FRESH,) if is_past else ()


def moment(as_of: str) -> datetime:
    """The midnight (UTC) with which a date begins, or now if the company is ahead of that: Dagster has no later day."""
    return min(datetime.fromisoformat(as_of).replace(tzinfo=UTC), datetime.now(UTC))


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
    before = count_rows(state.warehouse)
    phases = dict(context.phases)
    with progress.phase("Building the dbt manifest, if it is not current"):
        began = time.monotonic()
        build_manifest_if_needed()
        phases["manifest"] = time.monotonic() - began
    with progress.phase("Loading the definitions"):
        # Costs seconds, and fails as an asset's code may.
        from dagster_open_platform.definitions import build_definitions
        from dagster_open_platform.utils import garbage_collector

        defs = build_definitions()
        garbage_collector.keep_what_is_there()
        kinds = {spec.key: spec.kinds for spec in defs.resolve_all_asset_specs()}
    with quick_events(), dg.DagsterInstance.get() as instance:
        graph, outcome = materialize_all(defs, instance, context.as_of, progress)
        records = read_records(instance, graph)
        complete = complete_partitions(moment(context.as_of), instance)
        after = count_rows(state.warehouse)
        return Summary(
            as_of=context.as_of,
            assets_now=len(outcome.materialized),
            partitions_now=sum(outcome.materialized.values()),
            assets_done=len(records.latest),
            assets=len(graph.assets),
            runs=outcome.runs,
            checks=count_checks(graph, records),
            rows={name: (rows, rows - before.get(name, 0)) for name, rows in after.items()},
            figures=business_figures(state.warehouse),
            time=share_time(
                time.time() - context.began,
                phases,
                outcome.steps,
                frozenset(key for key, found in kinds.items() if "dbt" in found),
            ),
            service_cpu={
                name: used for name, pid in context.services.items() if (used := cpu_seconds(pid)) is not None
            },
            complaints=complaints(graph, records, outcome, complete),
        )


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
