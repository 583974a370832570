"""The asset graph, cut into what can only run together.

What belongs here: reading `dagster.Definitions` into atoms. What does not: what has to run (`due.py`) and in which order
(`plan.py`).

An atom is what Dagster can't run less of: an asset, all assets of a multi-asset that can't be subset, a check of its own.
External and observable assets are no atoms: nothing here can make them.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import dagster as dg

from dagster_open_platform.lib.dbt.freshness import CHECK as SOURCE_IS_FRESH
from dagster_open_platform.lib.health import PLATFORM_REPORT


class PlanError(Exception):
    """The graph cannot be run in the way that is asked for."""


@dataclass(frozen=True)
class Atom:
    """The least that Dagster can run.

    Args:
        id: Unique; stable between processes.
        assets: What it materializes; empty for a check of its own.
        checks: What it checks; always run with the assets.
        needs: Assets outside the atom that it reads or checks, external ones included.
        partitions_def: None: unpartitioned.
        partitions_per_run: How many partitions one run takes; None: any number of them.
        code_versions: Of those assets that declare one.
        op: Names what computes it; atoms of one op run in one step if they are in one run.
        is_report: Whether it looks at what all the others did.
    """

    id: str
    assets: frozenset[dg.AssetKey]
    checks: frozenset[dg.AssetCheckKey] = frozenset()
    needs: frozenset[dg.AssetKey] = frozenset()
    partitions_def: dg.PartitionsDefinition | None = None
    partitions_per_run: int | None = None
    code_versions: tuple[tuple[dg.AssetKey, str], ...] = ()
    op: str = ""
    is_report: bool = False

    @property
    def is_check(self) -> bool:
        """Whether it only checks."""
        return not self.assets


@dataclass(frozen=True)
class Dependency:
    """An asset reads another: which partitions, is the mapping's business."""

    child: dg.AssetKey
    parent: dg.AssetKey
    mapping: dg.PartitionMapping


@dataclass(frozen=True)
class Graph:
    """All atoms of a code location.

    Args:
        atoms: By id.
        dependencies: Between assets that are both partitioned and both made here, by the child.
        blocking: The checks whose failure keeps downstream assets from running.
    """

    atoms: Mapping[str, Atom]
    dependencies: Mapping[dg.AssetKey, tuple[Dependency, ...]]
    blocking: frozenset[dg.AssetCheckKey] = frozenset()

    @cached_property
    def maker(self) -> Mapping[dg.AssetKey, Atom]:
        """Who materializes an asset; an external asset has no maker."""
        return {key: atom for atom in self.atoms.values() for key in atom.assets}

    @cached_property
    def upstream(self) -> Mapping[str, frozenset[str]]:
        """The ids of the atoms that an atom directly needs."""
        return {
            atom.id: frozenset(self.maker[key].id for key in atom.needs if key in self.maker)
            for atom in self.atoms.values()
        }

    @cached_property
    def order(self) -> tuple[Atom, ...]:
        """All atoms, each after what it needs; ties by id.

        Raises:
            PlanError: There is a cycle; it is named.
        """
        sorter = TopologicalSorter({name: sorted(self.upstream[name]) for name in sorted(self.atoms)})
        try:
            return tuple(self.atoms[name] for name in sorter.static_order())
        except CycleError as error:
            raise PlanError(f"Assets need each other in a circle: {' -> '.join(error.args[1])}.") from error

    def has_source(self, atom: Atom) -> bool:
        """Whether an atom gets something from outside the graph, which may have changed without anybody saying so."""
        return not atom.needs or any(key not in self.maker for key in atom.needs)

    @property
    def assets(self) -> frozenset[dg.AssetKey]:
        """Every asset that can be materialized."""
        return frozenset(self.maker)

    @property
    def checks(self) -> frozenset[dg.AssetCheckKey]:
        """Every check."""
        return frozenset(check for atom in self.atoms.values() for check in atom.checks)


def read_graph(defs: dg.Definitions, without: Container[str] = ()) -> Graph:
    """Cut the graph of a code location into atoms.

    Args:
        defs: The code location.
        without: Names of checks that are left out.

    Raises:
        PlanError: The assets of a multi-asset that must run together are partitioned differently.
    """
    graph = defs.resolve_asset_graph()
    definitions = [found for found in graph.assets_defs if found.is_executable and not found.is_observable]
    atoms: dict[str, Atom] = {}
    for definition in definitions:
        for assets, found in _cut(definition):
            checks = frozenset(check for check in found if check.name not in without)
            if not assets and not checks:
                continue
            atom = _atom(defs, definition, assets, checks)
            atoms[atom.id] = atom
    made = {key: atom for atom in atoms.values() for key in atom.assets}
    dependencies = {
        key: tuple(
            Dependency(key, parent, graph.get_partition_mapping(key, parent))
            for parent in sorted(graph.get(key).parent_keys - atom.assets)
            if atom.partitions_def and parent in made and made[parent].partitions_def
        )
        for key, atom in made.items()
    }
    blocking = frozenset(key for key in graph.asset_check_keys if graph.get(key).blocking)
    return Graph(atoms, dependencies, blocking)


def _cut(
    definition: dg.AssetsDefinition,
) -> Iterator[tuple[frozenset[dg.AssetKey], frozenset[dg.AssetCheckKey]]]:
    """The parts of a definition that can run without one another."""
    checks = frozenset(definition.check_keys)
    if not definition.can_subset:
        yield frozenset(definition.keys), checks
        return
    alone = {spec.key for spec in definition.check_specs if spec.additional_deps}
    for key in definition.keys:
        yield frozenset({key}), frozenset(c for c in checks - alone if c.asset_key == key)
    # A check that reads further assets (a dbt relationships test) may have to wait for them longer than its asset.
    for check in checks:
        if check in alone or check.asset_key not in definition.keys:
            yield frozenset(), frozenset({check})


def _atom(
    defs: dg.Definitions,
    definition: dg.AssetsDefinition,
    assets: frozenset[dg.AssetKey],
    checks: frozenset[dg.AssetCheckKey],
) -> Atom:
    graph = defs.resolve_asset_graph()
    specs = [definition.specs_by_key[key] for key in sorted(assets)]
    name = specs[0].key.to_user_string() if specs else _check_name(min(checks))
    needs = {parent for key in assets for parent in graph.get(key).parent_keys}
    partitions = {spec.partitions_def for spec in specs}
    if not assets:
        needs = {parent for check in checks for parent in graph.get(check).parent_entity_keys}
        partitions = {graph.get(check).partitions_def for check in checks}
    if len(partitions) > 1:
        raise PlanError(f"{name} and the assets that run with it are partitioned differently.")
    # A partitioned check goes with its asset.
    policy = definition.backfill_policy if assets else graph.get(min(checks).asset_key).backfill_policy
    return Atom(
        id=name,
        assets=assets,
        checks=checks,
        needs=frozenset(key for key in needs if isinstance(key, dg.AssetKey)) - assets,
        partitions_def=partitions.pop(),
        # Without a policy Dagster's own backfills, too, take a run for each partition.
        partitions_per_run=policy.max_partitions_per_run if policy else 1,
        code_versions=tuple((spec.key, spec.code_version) for spec in specs if spec.code_version),
        op=_op_name(definition),
        is_report=any(PLATFORM_REPORT.items() <= spec.tags.items() for spec in specs)
        # All in one question to dbt, when everything is loaded.
        or (not assets and all(check.name == SOURCE_IS_FRESH for check in checks)),
    )


def _op_name(definition: dg.AssetsDefinition) -> str:
    """A name for what computes a definition: its first asset, or else its first check."""
    if definition.keys:
        return min(definition.keys).to_user_string()
    return _check_name(min(definition.check_keys))


def _check_name(check: dg.AssetCheckKey) -> str:
    return f"{check.asset_key.to_user_string()}:{check.name}"
