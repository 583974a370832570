"""In which runs the work that is due is done.

What belongs here: batching and ordering. What does not: what is due, and executing it.

A run takes assets of one partitioning. So atoms are gathered into batches: as many as can run together, none before what
it needs. Partitioned atoms go first and unpartitioned ones when nothing else can go on, so that one dbt command makes all
models rather than several some; blocking checks go before them where these would otherwise wait for their own command. Reports on the
platform go last, whatever became of the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform_local.demo.due import CompletePartitions, Due
from dagster_open_platform_local.demo.graph import Atom, Graph, PlanError


@dataclass(frozen=True)
class PartitionRange:
    """Neighbouring partitions that one run makes, in order."""

    keys: tuple[str, ...]

    @property
    def tags(self) -> dict[str, str]:
        """The run tags by which Dagster is told."""
        if len(self.keys) == 1:
            return {"dagster/partition": self.keys[0]}
        return {
            "dagster/asset_partition_range_start": self.keys[0],
            "dagster/asset_partition_range_end": self.keys[-1],
        }


@dataclass(frozen=True)
class Batch:
    """Atoms that run together.

    Args:
        atoms: Each after what it needs.
        ranges: One run each, in order; a single None for unpartitioned atoms.
    """

    atoms: tuple[Atom, ...]
    ranges: tuple[PartitionRange | None, ...]

    @property
    def assets(self) -> frozenset[dg.AssetKey]:
        """All assets of the atoms."""
        return frozenset(key for atom in self.atoms for key in atom.assets)

    @property
    def checks(self) -> frozenset[dg.AssetCheckKey]:
        """All checks of the atoms."""
        return frozenset(key for atom in self.atoms for key in atom.checks)

    @property
    def partitions(self) -> int:
        """How many partitions of each asset; 0 for unpartitioned atoms."""
        return sum(len(found.keys) for found in self.ranges if found)


@dataclass(frozen=True)
class _Kind:
    """What atoms must have in common to share a run."""

    partitions_def: dg.PartitionsDefinition | None
    partitions_per_run: int | None
    partitions: tuple[str, ...]


def make_plan(graph: Graph, due: Mapping[str, Due], complete: CompletePartitions) -> list[Batch]:
    """Order the work that is due.

    Args:
        graph: What there is.
        due: What to do, by atom id.
        complete: The order of partitions.

    Raises:
        PlanError: Atoms need each other in a circle.
    """
    atoms = {atom.id: atom for atom in graph.order if atom.id in due}
    kinds = _kinds(atoms, due)
    batches: list[Batch] = []
    for is_report in (False, True):
        remaining = {name: atom for name, atom in atoms.items() if atom.is_report == is_report}
        while remaining:
            chosen, kind = _next(graph, remaining, kinds)
            batches.append(Batch(tuple(remaining[name] for name in chosen), _ranges(kind, complete)))
            for name in chosen:
                del remaining[name]
    return batches


def _kinds(atoms: Mapping[str, Atom], due: Mapping[str, Due]) -> dict[str, _Kind | None]:
    """The kind of each atom; None: a check that goes with anything."""
    kinds: dict[str, _Kind | None] = {
        name: _Kind(atom.partitions_def, atom.partitions_per_run, due[name].partitions)
        if atom.partitions_def
        else _Kind(None, None, ())
        for name, atom in atoms.items()
        if not (atom.is_check and atom.partitions_def is None)
    }
    of_op = {atom.op: kinds[name] for name, atom in atoms.items() if not atom.is_check}
    # A check that its op makes beside assets which are due goes with those, and is no reason for a step of its own.
    return {name: kinds.get(name, of_op.get(atom.op)) for name, atom in atoms.items()}


def _next(
    graph: Graph, remaining: Mapping[str, Atom], kinds: Mapping[str, _Kind | None]
) -> tuple[list[str], _Kind | None]:
    """The atoms of the next batch, in order, and what they have in common."""
    ready = [name for name in remaining if not graph.upstream[name] & remaining.keys()]
    candidates = list(dict.fromkeys(kinds[name] for name in ready))
    if not candidates:
        raise PlanError(f"Assets need each other in a circle, among {', '.join(sorted(remaining)[:10])}.")
    best: tuple[list[str], _Kind | None] = ([], None)
    best_rank = (-1, -1)
    for kind in candidates:
        group = _closure(graph, remaining, kinds, kind)
        rank = (2 if kind and kind.partitions_def else 1 if kind else 0, len(group))
        # On a tie the kind of the atom that comes first in the graph's order stays.
        if rank > best_rank:
            best, best_rank = (group, kind), rank
    return best


def _closure(
    graph: Graph, remaining: Iterable[str], kinds: Mapping[str, _Kind | None], kind: _Kind | None
) -> list[str]:
    """All remaining atoms that can run together with one kind: the order of `remaining` is topological."""
    group: dict[str, None] = {}
    waiting = set(remaining)
    for name in remaining:
        if kinds[name] in (kind, None) and not (graph.upstream[name] & waiting) - group.keys():
            group[name] = None
    found = _without_circles(graph, list(group))
    return _gates(graph, found) or found


def _without_circles(graph: Graph, group: list[str]) -> list[str]:
    """A group without the checks of elsewhere that would come both before and after a second op.

    Such an op makes nothing in this run, and checks what is made in another one. If what the second op makes waits for one of its checks, and
    another of them reads what the second op makes, Dagster may put both checks into one step, and can't build the run for its circle.
    Those that read something go with a later run, and block nothing in this one: what they check is not made anew in it.
    """
    atoms = [graph.atoms[name] for name in group]
    makers = [atom for atom in atoms if not atom.is_check]
    found = list(group)
    for op in sorted({atom.op for atom in atoms} - {atom.op for atom in makers}):
        checks = [atom for atom in atoms if atom.op == op]
        blocked = {check.asset_key for atom in checks for check in atom.checks & graph.blocking}
        below = {atom.op for atom in makers if atom.needs & blocked}
        reading = {atom.id: graph.upstream[atom.id] & set(group) for atom in checks}
        above = {graph.atoms[name].op for names in reading.values() for name in names}
        if len(checks) > 1 and below & above:
            found = [name for name in found if not reading.get(name)]
    return found


def _gates(graph: Graph, group: list[str]) -> list[str]:
    """The checks of a group that go first, in a run of their own, since they would cut their op into pieces.

    Whatever reads an asset waits for its blocking checks, those of an op that checks an asset of another run among them. Such an op, with
    assets below what a second op makes of the checked one, would come before and after the second, and be run in many pieces:
    each a dbt command of its own.
    """
    atoms = [graph.atoms[name] for name in group]
    makers = [atom for atom in atoms if not atom.is_check]
    makes = {atom.op for atom in makers}
    readers: dict[dg.AssetKey, set[str]] = {}
    for atom in makers:
        for key in atom.needs:
            readers.setdefault(key, set()).add(atom.op)
    return [
        atom.id
        for atom in atoms
        if atom.is_check
        and atom.op in makes
        and not graph.upstream[atom.id] & set(group)
        and any(readers.get(check.asset_key, set()) - {atom.op} for check in atom.checks & graph.blocking)
    ]


def _ranges(kind: _Kind | None, complete: CompletePartitions) -> tuple[PartitionRange | None, ...]:
    if kind is None or kind.partitions_def is None:
        return (None,)
    # A range of a grid of partitions is not a row of them, so each goes alone.
    size = 1 if isinstance(kind.partitions_def, dg.MultiPartitionsDefinition) else kind.partitions_per_run
    position = {key: index for index, key in enumerate(complete(kind.partitions_def))}
    ranges: list[list[str]] = []
    for key in kind.partitions:
        last = ranges[-1] if ranges else []
        is_neighbour = bool(last) and position[key] == position[last[-1]] + 1
        if is_neighbour and (size is None or len(last) < size):
            last.append(key)
        else:
            ranges.append([key])
    return tuple(PartitionRange(tuple(keys)) for keys in ranges)
