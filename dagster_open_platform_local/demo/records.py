"""What a Dagster instance knows about a graph, read in a few queries.

What belongs here: reading. What does not: what follows from it (`due.py`, `verdict.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import dagster as dg

from dagster_open_platform_local.demo.graph import Graph

AS_OF_TAG = "dagster_open_platform/as_of"
"""On each run of the demo: the date in the company up to which it read the sources."""

_CODE_VERSION_TAG = "dagster/code_version"
_HISTORY = 25
"""How many of a check's executions are searched for one that said something."""


@dataclass(frozen=True)
class Materialization:
    """The latest materialization of an asset.

    Args:
        id: Grows with every event of the instance.
        timestamp: Seconds since 1970, UTC.
        run_id: The run that did it; empty if it was reported without a run.
        code_version: Of the asset's code at that time.
    """

    id: int
    timestamp: float
    run_id: str
    code_version: str | None


@dataclass(frozen=True)
class CheckResult:
    """The latest evaluation of a check.

    Args:
        timestamp: Seconds since 1970, UTC.
        run_id: The run that did it.
        passed: Whether it passed.
        is_error: Whether it is an error if it failed; otherwise it is a warning.
        description: What the check said.
    """

    timestamp: float
    run_id: str
    passed: bool
    is_error: bool
    description: str | None = None

    @property
    def is_failure(self) -> bool:
        """Failed, and not merely warned."""
        return not self.passed and self.is_error


@dataclass(frozen=True)
class Records:
    """What is known.

    Args:
        latest: By asset; nothing for an asset that was never materialized.
        partitions: By partitioned asset: the id of each materialized partition's latest materialization.
        checks: By check; nothing for a check that was never evaluated.
        as_of: By run id: the value of `AS_OF_TAG`.
        last_run_partitions: By partitioned asset: what its latest run materialized.
        made_as_of: By asset whose partitions are offered before they have ended: the value of `AS_OF_TAG` on the run of each
            partition's latest materialization, or nothing.
    """

    latest: Mapping[dg.AssetKey, Materialization] = field(default_factory=dict)
    partitions: Mapping[dg.AssetKey, Mapping[str, int]] = field(default_factory=dict)
    checks: Mapping[dg.AssetCheckKey, CheckResult] = field(default_factory=dict)
    as_of: Mapping[str, str] = field(default_factory=dict)
    last_run_partitions: Mapping[dg.AssetKey, frozenset[str]] = field(default_factory=dict)
    made_as_of: Mapping[dg.AssetKey, Mapping[str, str]] = field(default_factory=dict)


def read_records(instance: dg.DagsterInstance, graph: Graph) -> Records:
    """Read everything about a graph that the instance knows."""
    latest = _latest(instance, graph.assets)
    checks = _checks(instance, graph.checks)
    partitioned = [key for key, atom in graph.maker.items() if atom.partitions_def]
    runs = {found.run_id for found in (*latest.values(), *checks.values()) if found.run_id}
    partitions = {
        key: instance.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION)
        for key in partitioned
    }
    judged = {key: latest[key].run_id for key in partitioned if key in latest and graph.maker[key].checks}
    made = {run_id: _partitions_of(instance, run_id) for run_id in set(judged.values())}
    return Records(
        latest=latest,
        partitions=partitions,
        checks=checks,
        as_of=_as_of(instance, runs),
        last_run_partitions={key: made[run_id].get(key, frozenset()) for key, run_id in judged.items()},
        made_as_of={
            key: _made_as_of(instance, key, partitions[key])
            for key in partitioned
            if _offers_what_has_not_ended(graph.maker[key].partitions_def) and partitions[key]
        },
    )


def _latest(instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey]) -> dict[dg.AssetKey, Materialization]:
    found: dict[dg.AssetKey, Materialization] = {}
    for record in instance.get_asset_records(list(keys)):
        entry = record.asset_entry
        event = entry.last_materialization_record
        if event is not None and event.asset_materialization is not None:
            found[entry.asset_key] = Materialization(
                id=event.storage_id,
                timestamp=event.timestamp,
                run_id=event.run_id,
                code_version=(event.asset_materialization.tags or {}).get(_CODE_VERSION_TAG),
            )
    return found


def _checks(
    instance: dg.DagsterInstance, keys: Iterable[dg.AssetCheckKey]
) -> dict[dg.AssetCheckKey, CheckResult]:
    storage = instance.event_log_storage
    found: dict[dg.AssetCheckKey, CheckResult] = {}
    for key, record in storage.get_latest_asset_check_execution_by_key(list(keys)).items():
        result = _result(record.event)
        if result is None:
            # Planned and not evaluated: that run died or failed, so what counts is what was said before.
            history = storage.get_asset_check_execution_history(key, limit=_HISTORY)
            result = next(filter(None, (_result(earlier.event) for earlier in history)), None)
        if result is not None:
            found[key] = result
    return found


def _result(entry: dg.EventLogEntry | None) -> CheckResult | None:
    """What a check said; None for an event that only plans it."""
    evaluation = entry.dagster_event.event_specific_data if entry and entry.dagster_event else None
    if entry is None or not isinstance(evaluation, dg.AssetCheckEvaluation):
        return None
    return CheckResult(
        timestamp=entry.timestamp,
        run_id=entry.run_id,
        passed=evaluation.passed,
        is_error=evaluation.severity is dg.AssetCheckSeverity.ERROR,
        description=evaluation.description,
    )


def _as_of(instance: dg.DagsterInstance, run_ids: Iterable[str]) -> dict[str, str]:
    wanted = sorted(run_ids)
    # The filter takes no empty list.
    runs = instance.get_runs(filters=dg.RunsFilter(run_ids=wanted)) if wanted else []
    return {run.run_id: run.tags[AS_OF_TAG] for run in runs if AS_OF_TAG in run.tags}


def _partitions_of(instance: dg.DagsterInstance, run_id: str) -> dict[dg.AssetKey, frozenset[str]]:
    """What a run materialized: the partitions of each partitioned asset."""
    found: dict[dg.AssetKey, set[str]] = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        event = entry.dagster_event
        if event and event.asset_key and event.partition:
            found.setdefault(event.asset_key, set()).add(event.partition)
    return {key: frozenset(partitions) for key, partitions in found.items()}


def _offers_what_has_not_ended(definition: dg.PartitionsDefinition | None) -> bool:
    return isinstance(definition, dg.TimeWindowPartitionsDefinition) and definition.end_offset > 0


def _made_as_of(
    instance: dg.DagsterInstance, key: dg.AssetKey, partitions: Mapping[str, int]
) -> dict[str, str]:
    wanted = dg.AssetRecordsFilter(asset_key=key, storage_ids=list(partitions.values()))
    events = instance.fetch_materializations(wanted, limit=len(partitions)).records
    as_of = _as_of(instance, {event.run_id for event in events})
    return {event.partition_key: as_of.get(event.run_id, "") for event in events if event.partition_key}
