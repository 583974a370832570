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

    @property
    def tags(self) -> Mapping[str, str]:
        """Tags of the op, in which dagster-dbt's resource looks for what dbt is told."""
        return {
            "dagster_dbt/select": self.select or "fqn:*",
            **({"dagster_dbt/exclude": self.exclude} if self.exclude else {}),
        }


def specs_of(
    manifest: Mapping[str, Any], translator: PlatformDbtTranslator, project: DbtProject, selection: Selection
) -> tuple[Sequence[dg.AssetSpec], Sequence[dg.AssetCheckSpec]]:
    """The specs of the assets of an op, and of the tests that are its checks.

    A test belongs to every op that builds a node which it looks at, unless the op's selection excludes one of them; tests of
    sources to every op that reads the source.
    """
    nodes = manifest["nodes"]
    assets = {name: node for name, node in nodes.items() if node["resource_type"] in ASSETS}
    wanted = {name for name, node in assets.items() if selection.has(node)}
    specs = {name: translator.get_asset_spec(manifest, name, project) for name in wanted}
    checks: dict[dg.AssetCheckKey, dg.AssetCheckSpec] = {}

    def add(asset: dg.AssetSpec, test: str) -> None:
        spec = translator.get_asset_check_spec(asset, manifest, test, project)
        if spec is not None:
            checks[spec.key] = spec

    others = assets.keys() - wanted
    # A seed depends on nothing, not even on an empty list of nodes.
    read = {parent for name in wanted for parent in nodes[name]["depends_on"].get("nodes", ())}
    for name, node in nodes.items():
        if node["resource_type"] != "test":
            continue
        parents = node["depends_on"]["nodes"]
        if not (selection.exclude and others.intersection(parents)):
            for parent in wanted.intersection(parents):
                add(specs[parent], name)
        for source in read.intersection(manifest["sources"]).intersection(parents):
            add(translator.get_asset_spec(manifest, source, project), name)
    return list(specs.values()), list(checks.values())
