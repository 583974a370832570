"""The platform's own graph: Dagster builds each run of a plan, whatever is due.

What belongs here: that runs can be built. What does not: what plans are for, on small graphs (`test_plan.py`).
"""

from collections.abc import Callable

import dagster as dg
import pytest

from dagster_open_platform.utils.environment_helpers import Environment
from dagster_open_platform_local.demo.due import Due
from dagster_open_platform_local.demo.graph import Graph, read_graph
from dagster_open_platform_local.demo.plan import make_plan
from dagster_open_platform_tests.fixtures.definitions import LOCAL, definitions_in, eu_definitions_in


def first(definition: dg.PartitionsDefinition) -> tuple[str, ...]:
    return tuple(definition.get_partition_keys()[:1])


def all_of(graph: Graph) -> dict[str, Due]:
    return {
        atom.id: Due(first(atom.partitions_def) if atom.partitions_def else (), "because")
        for atom in graph.atoms.values()
    }


def what_has_no_partitions(graph: Graph) -> dict[str, Due]:
    """As on a day that is loaded once more: its days are there, and all that is checked of them is checked again."""
    return {name: due for name, due in all_of(graph).items() if not due.partitions}


@pytest.mark.parametrize("due", [all_of, what_has_no_partitions])
@pytest.mark.parametrize("definitions", [definitions_in, eu_definitions_in])
def test_each_run_can_be_built(
    definitions: Callable[[Environment], dg.Definitions], due: Callable[[Graph], dict[str, Due]]
) -> None:
    defs = definitions(LOCAL)
    graph = read_graph(defs)
    job = defs.resolve_implicit_global_asset_job_def()
    for batch in make_plan(graph, due(graph), first):
        subset = job.get_subset(asset_selection=batch.assets, asset_check_selection=batch.checks)
        assert set(subset.asset_layer.executable_asset_keys) >= batch.assets
