"""What has to run, so that the graph is complete and current as of a moment.

What belongs here: the rules. What does not: reading the instance (`records.py`), and the order of work (`plan.py`).

The rules, for each atom after those it needs:

1. A partition is due if its definition offers it as of the moment (which is when its window has ended, or with an end offset
   before that, once it has begun) and it was never materialized, or was materialized as of another date on which it had
   not ended, or if a partition that it reads is due or was materialized after it. (Read through a mapping that ties
   partitions to partitions; "all" or "the last" partition of a parent makes nothing due, as in Dagster's own automation.)
2. An unpartitioned asset is due if it was never materialized, if its code version changed, if an asset that it reads is
   due or was materialized after it, or if it reads a source outside the graph and was last materialized as of another
   moment: nobody says when such a source changes.
3. A check is due if it has no evaluation since its assets were materialized (a run that was killed leaves such), if it
   failed, or if it checks something outside the graph and was last evaluated as of another moment. If it can only run with its
   asset, that is due: the partitions of its last run, or the whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from dagster_open_platform_local.demo.graph import Atom, Dependency, Graph
from dagster_open_platform_local.demo.records import CheckResult, Records

_PARTITION_TO_PARTITION = (
    dg.IdentityPartitionMapping,
    dg.TimeWindowPartitionMapping,
    dg.StaticPartitionMapping,
    dg.MultiPartitionMapping,
    dg.MultiToSingleDimensionPartitionMapping,
)

CompletePartitions = Callable[[dg.PartitionsDefinition], tuple[str, ...]]
"""The partitions that can be made as of the moment, in order."""


@dataclass(frozen=True)
class Due:
    """Work on an atom.

    Args:
        partitions: In order; empty for an atom without partitions.
        reason: Why, for a person.
    """

    partitions: tuple[str, ...]
    reason: str


def complete_partitions(as_of: datetime, instance: dg.DagsterInstance) -> CompletePartitions:
    """The partitions that their definition offers as of a moment and that have begun; all where there is no time.

    Args:
        as_of: Aware.
        instance: Where dynamic partitions are looked up.
    """

    def complete(definition: dg.PartitionsDefinition) -> tuple[str, ...]:
        keys = definition.get_partition_keys(current_time=as_of, dynamic_partitions_store=instance)
        return tuple(key for key in keys if _has_begun(definition, key, as_of))

    return complete


def _has_begun(definition: dg.PartitionsDefinition, key: str, as_of: datetime) -> bool:
    """Whether there can be anything in a partition: at its very start, there is not."""
    if isinstance(definition, dg.TimeWindowPartitionsDefinition):
        return definition.time_window_for_partition_key(key).start < as_of
    if isinstance(definition, dg.MultiPartitionsDefinition) and isinstance(key, dg.MultiPartitionKey):
        return all(
            _has_begun(part.partitions_def, key.keys_by_dimension[part.name], as_of)
            for part in definition.partitions_defs
        )
    return True


def find_due(graph: Graph, records: Records, as_of: str, complete: CompletePartitions) -> dict[str, Due]:
    """Apply the rules.

    Args:
        graph: What there is.
        records: What was done.
        as_of: The moment, as runs are tagged with it.
        complete: Which partitions can be made as of it.

    Returns:
        By atom id; atoms on which there is nothing to do are not in it.
    """
    due: dict[str, Due] = {}
    for atom in graph.order:
        found = _partitions_due if atom.partitions_def and not atom.is_check else _whole_due
        work = found(graph, records, as_of, complete, atom, due)
        if work is not None:
            due[atom.id] = work
    return due


def _whole_due(
    graph: Graph,
    records: Records,
    as_of: str,
    complete: CompletePartitions,
    atom: Atom,
    due: Mapping[str, Due],
) -> Due | None:
    reason = _check_reason(graph, records, as_of, atom, due) if atom.is_check else None
    reason = reason or (None if atom.is_check else _asset_reason(graph, records, as_of, atom, due))
    if reason is None:
        return None
    if atom.partitions_def is None:
        return Due((), reason)
    # A partitioned check goes with its asset's partitions; alone it takes the latest.
    asset = graph.maker.get(min(atom.checks).asset_key)
    keys = due[asset.id].partitions if asset and asset.id in due else complete(atom.partitions_def)[-1:]
    return Due(keys, reason) if keys else None


def _asset_reason(
    graph: Graph, records: Records, as_of: str, atom: Atom, due: Mapping[str, Due]
) -> str | None:
    done = [records.latest.get(key) for key in atom.assets]
    if not all(done):
        return "never materialized"
    latest = [found for found in done if found]
    if any(records.latest[key].code_version != version for key, version in atom.code_versions):
        return "code changed"
    oldest = min(found.id for found in latest)
    if _is_upstream_due(graph, atom, due) or any(
        records.latest[key].id > oldest for key in atom.needs if key in records.latest
    ):
        return "inputs changed"
    if graph.has_source(atom) and any(records.as_of.get(found.run_id) != as_of for found in latest):
        return "sources may have changed"
    return _unsettled(records, atom)


def _check_reason(
    graph: Graph, records: Records, as_of: str, atom: Atom, due: Mapping[str, Due]
) -> str | None:
    results = [records.checks.get(check) for check in atom.checks]
    if not all(results):
        return "never evaluated"
    evaluated = [found for found in results if found]
    if any(found.is_failure for found in evaluated):
        return "failed before"
    if _is_upstream_due(graph, atom, due) or any(
        not _covers(found, records, key) for found in evaluated for key in atom.needs
    ):
        return "inputs changed"
    if graph.has_source(atom) and any(records.as_of.get(found.run_id) != as_of for found in evaluated):
        return "sources may have changed"
    return None


def _unsettled(records: Records, atom: Atom) -> str | None:
    """Why the checks that run with an atom's assets have to run again."""
    for check in atom.checks:
        found = records.checks.get(check)
        if found is None or not _covers(found, records, check.asset_key):
            return "checks were not evaluated"
        if found.is_failure:
            return "checks failed before"
    return None


def _covers(check: CheckResult, records: Records, key: dg.AssetKey) -> bool:
    """Whether a check was evaluated after an asset's latest materialization."""
    latest = records.latest.get(key)
    # In one run an asset's check may be recorded an instant before its materialization.
    return latest is None or check.run_id == latest.run_id or check.timestamp >= latest.timestamp


def _is_upstream_due(graph: Graph, atom: Atom, due: Mapping[str, Due]) -> bool:
    return any(name in due for name in graph.upstream[atom.id] if not graph.atoms[name].is_check)


def _partitions_due(
    graph: Graph,
    records: Records,
    as_of: str,
    complete: CompletePartitions,
    atom: Atom,
    due: Mapping[str, Due],
) -> Due | None:
    keys = complete(atom.partitions_def) if atom.partitions_def else ()
    done = [records.partitions.get(key, {}) for key in atom.assets]
    missing = {key for key in keys if not all(key in partitions for partitions in done)}
    outdated: set[str] = set()
    for asset in atom.assets:
        for dependency in graph.dependencies.get(asset, ()):
            outdated |= _outdated(graph, records, dependency, due)
    unsettled = _unsettled(records, atom) if set(keys) - missing else None
    again = {key for asset in atom.assets for key in records.last_run_partitions.get(asset, ())}
    unfinished = _unfinished(records, as_of, atom)
    wanted = missing | outdated | unfinished | (again if unsettled else set())
    chosen = tuple(key for key in keys if key in wanted)
    if not chosen:
        return None
    reason = _partition_reason(missing, outdated & set(keys), unfinished & set(keys))
    return Due(chosen, reason or unsettled or "")


def _partition_reason(missing: set[str], outdated: set[str], unfinished: set[str]) -> str:
    reasons = [
        f"{len(missing)} missing" if missing else "",
        f"inputs of {len(outdated - missing)} changed" if outdated - missing else "",
        f"{len(unfinished)} had not ended" if unfinished else "",
    ]
    return ", ".join(filter(None, reasons))


def _unfinished(records: Records, as_of: str, atom: Atom) -> set[str]:
    """The partitions that were last materialized as of another date, on which they had not ended."""
    definition = atom.partitions_def
    if not isinstance(definition, dg.TimeWindowPartitionsDefinition):
        return set()
    return {
        key
        for asset in atom.assets
        for key, then in records.made_as_of.get(asset, {}).items()
        # Who materialized it without a date may have done so at any time; it is current only once it has ended.
        if then != as_of and not _had_ended(definition, key, then or as_of)
    }


def _had_ended(definition: dg.TimeWindowPartitionsDefinition, key: str, as_of: str) -> bool:
    midnight = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    return definition.time_window_for_partition_key(key).end <= midnight


def _outdated(graph: Graph, records: Records, dependency: Dependency, due: Mapping[str, Due]) -> set[str]:
    """The child's partitions of which something that they read is due or newer than they are."""
    if not isinstance(dependency.mapping, _PARTITION_TO_PARTITION):
        return set()
    child, parent = graph.maker[dependency.child], graph.maker[dependency.parent]
    mine = records.partitions.get(dependency.child, {})
    theirs = records.partitions.get(dependency.parent, {})
    outdated = (
        _downstream(child, parent, dependency, due[parent.id].partitions) if parent.id in due else set()
    )
    oldest = min(mine.values(), default=0)
    for key, newer in theirs.items():
        if newer > oldest:
            reached = _downstream(child, parent, dependency, (key,))
            outdated |= {other for other in reached if mine.get(other, newer) < newer}
    return outdated


def _downstream(child: Atom, parent: Atom, dependency: Dependency, keys: Iterable[str]) -> set[str]:
    keys = list(keys)
    upstream, downstream, mapping = parent.partitions_def, child.partitions_def, dependency.mapping
    if upstream is None or downstream is None:
        return set()
    is_identity = isinstance(mapping, dg.IdentityPartitionMapping) or (
        isinstance(mapping, dg.TimeWindowPartitionMapping) and mapping.start_offset == mapping.end_offset == 0
    )
    if is_identity and upstream == downstream:
        # Asking the mapping takes milliseconds a key; an hourly asset has thousands.
        return set(keys)
    found = mapping.get_downstream_partitions_for_partitions(
        upstream.empty_subset().with_partition_keys(keys), upstream, downstream_partitions_def=downstream
    )
    return set(found.get_partition_keys())
