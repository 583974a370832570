"""Which nodes of the manifest an op stands for, and what Dagster knows of them.

What belongs here: that, without dbt. What does not: what a spec looks like (``translator.py``).

``dagster_dbt.dbt_assets`` does the same by dbt's own selection engine, whose import (networkx) and work are a fifth of what
loading the whole code location costs, in every process of every run. The three selections that the platform has need no
engine: a test compares this with what dbt selects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject

from dagster_open_platform.lib.dbt.properties import Properties
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator

ASSETS = ("model", "seed", "snapshot")


@dataclass(frozen=True)
class Selection:
    """What an op builds, once for Dagster and once for dbt.

    Args:
        op: Its name.
        has: Of a model, seed or snapshot: whether the op builds it.
        select: The same in dbt's words; empty: all.
        exclude: What of it is not. dbt leaves out with a node all tests that look at it.
        is_daily: Whether its assets are partitioned by day.
    """

    op: str
    has: Callable[[Properties], bool]
    select: str = ""
    exclude: str = ""
    is_daily: bool = False

    def tags(self, excluded: Sequence[str] = ()) -> Mapping[str, str]:
        """Tags of the op, in which dagster-dbt's resource looks for what dbt is told.

        Args:
            excluded: What is not built besides, in dbt's words, and not in the manifest either.
        """
        exclude = " ".join([*filter(None, [self.exclude]), *excluded])
        return {
            "dagster_dbt/select": self.select or "fqn:*",
            **({"dagster_dbt/exclude": exclude} if exclude else {}),
        }


def specs_of(
    manifest: Mapping[str, Any], translator: PlatformDbtTranslator, project: DbtProject, selection: Selection
) -> tuple[Sequence[dg.AssetSpec], Sequence[dg.AssetCheckSpec]]:
    """The specs of the assets of an op, and of the tests that are its checks.

    A test belongs to every op that builds a node which it looks at, unless the op's selection excludes one of them; tests of
    sources to every op that reads the source.
    """
    nodes, sources = manifest["nodes"], manifest["sources"]
    assets = {name: node for name, node in nodes.items() if node["resource_type"] in ASSETS}
    wanted = {name for name, node in assets.items() if selection.has(node)}
    specs = [translator.get_asset_spec(manifest, name, project) for name in wanted]
    # A seed depends on nothing, not even on an empty list of nodes.
    read = {
        parent
        for name in wanted
        for parent in nodes[name]["depends_on"].get("nodes", ())
        if parent in sources
    }
    others = assets.keys() - wanted if selection.exclude else frozenset()
    checks = []
    for node in nodes.values():
        if node["resource_type"] != "test":
            continue
        parents = node["depends_on"]["nodes"]
        attached = translator.attached_to(manifest, node)
        # A test is its asset's only if it reads it: dbt runs it with what it reads.
        if attached is None or attached["unique_id"] not in parents:
            continue
        is_of_source = attached["resource_type"] == "source"
        if attached["unique_id"] in (read if is_of_source else wanted) and (
            is_of_source or others.isdisjoint(parents)
        ):
            checks.append(translator.check_spec(manifest, node, attached))
    return specs, checks
