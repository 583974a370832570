"""One code location in a demo: loaded, materialized, judged.

What belongs here: all work that is due on it, in order. What does not: any of its parts, and what becomes of all code locations
together (`driver.py`).
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from dagster_open_platform.lib.dbt.freshness import CHECK as SOURCE_IS_FRESH
from dagster_open_platform_local.code_locations import CodeLocation
from dagster_open_platform_local.demo.due import complete_partitions, find_due
from dagster_open_platform_local.demo.execute import Execution, Outcome
from dagster_open_platform_local.demo.graph import Graph, read_graph
from dagster_open_platform_local.demo.observe import observe_sources
from dagster_open_platform_local.demo.plan import make_plan
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.records import read_records
from dagster_open_platform_local.demo.verdict import CheckCounts, complaints, count_checks
from dagster_open_platform_local.stack.dead_runs import close_dead_runs


@dataclass(frozen=True)
class Materialized:
    """What came of a code location.

    Args:
        graph: Its atoms.
        outcome: Of the runs in this demo.
        checks: Latest results of all checks.
        assets_done: How many assets are materialized by now.
        dbt_assets: Those that dbt makes.
        complaints: Why it is not whole and green.
    """

    graph: Graph
    outcome: Outcome
    checks: CheckCounts
    assets_done: int
    dbt_assets: frozenset[dg.AssetKey]
    complaints: Sequence[str]


def materialize_location(
    location: CodeLocation, instance: dg.DagsterInstance, as_of: str, progress: Progress
) -> Materialized:
    """Load a code location, do all work on it that is due, and judge what is there.

    Args:
        location: Which.
        instance: Where the runs are recorded.
        as_of: ISO 8601; its midnight (UTC) is the moment.
        progress: Told of everything.
    """
    with progress.phase(f"Loading the definitions of {location.name}"):
        # Costs seconds, and fails as an asset's code may.
        from dagster_open_platform.utils import garbage_collector

        defs: dg.Definitions = importlib.import_module(location.module).LOCATION.load()
        garbage_collector.keep_what_is_there()
    graph, outcome = materialize_all(defs, instance, as_of, progress)
    records = read_records(instance, graph)
    complete = complete_partitions(moment(as_of), instance)
    return Materialized(
        graph,
        outcome,
        count_checks(graph, records),
        len(records.latest),
        frozenset(spec.key for spec in defs.resolve_all_asset_specs() if "dbt" in spec.kinds),
        complaints(graph, records, outcome, complete),
    )


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
