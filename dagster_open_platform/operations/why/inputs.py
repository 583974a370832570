"""What an asset reads, and whether any of it is newer than the asset, missing, or being made.

What belongs here: comparing events. What does not: what a policy makes of it (`reasons.py`).

Events are compared by Dagster's numbers of them, which no clock can confuse. Of a partitioned asset the latest partition counts, which is
what policies make, and of its inputs the partitions that this one reads.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.automation_sensors import FAMILIES
from dagster_open_platform.lib.automation_words import policies_in
from dagster_open_platform.operations.why.facts import Event, Input, Kind

_MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
_OBSERVATIONS = 50
"""Observations of an input that are read at most, to find the one with which its data changed."""
_VERSION = "dagster/data_version"
INPUT_POLICIES = ("on_inputs_updated", "on_inputs_settled")


def kind_of(node: Any) -> Kind:
    """How an asset comes to be.

    Args:
        node: Of an asset graph.
    """
    if node.is_materializable:
        return Kind.MADE
    return Kind.OBSERVED if node.is_observable else Kind.EXTERNAL


def family_of(node: Any) -> str:
    """The family of assets whose sensor evaluates an asset's condition.

    Args:
        node: Of an asset graph.
    """
    return next((family for family in FAMILIES if family in node.kinds), "default")


def event_of(instance: dg.DagsterInstance, key: dg.AssetKey) -> Event | None:
    """The last materialization of an asset, or observation if it has none.

    Args:
        instance: Where they are recorded.
        key: The asset.
    """
    [*records] = instance.get_asset_records([key])
    record = records[0].asset_entry.last_materialization_record if records else None
    if record is None:
        observed = instance.fetch_observations(key, limit=1).records
        record = observed[0] if observed else None
    if record is None:
        return None
    entry = record.event_log_entry
    partition = entry.dagster_event.partition if entry.dagster_event else None
    at = dt.datetime.fromtimestamp(record.timestamp, dt.UTC)
    return Event(at, entry.run_id or "", partition, record.storage_id)


class Inputs:
    """Looks at the inputs of assets.

    Args:
        graph: An asset graph.
        instance: Where events are recorded.
        running: Runs under way, and what each is to make.
        now: Aware.
    """

    def __init__(
        self,
        graph: Any,
        instance: dg.DagsterInstance,
        running: Mapping[str, frozenset[dg.AssetKey]],
        now: dt.datetime,
    ) -> None:
        self._graph = graph
        self._instance = instance
        self._running = frozenset[dg.AssetKey]().union(*running.values())
        self._now = now
        # Asked once for all: whether an input is due follows from its own inputs, and so on.
        self._made = {
            record.asset_entry.asset_key: record.asset_entry.last_materialization_record
            for record in instance.get_asset_records(list(graph.get_all_asset_keys()))
        }
        self._due: dict[dg.AssetKey, bool] = {}

    def of(self, key: dg.AssetKey) -> list[Input]:
        """The inputs of an asset, in the order of their keys.

        Args:
            key: The asset.
        """
        node = self._graph.get(key)
        latest = self._latest_partition(node)
        own = self._order(key, {latest} if latest else None)
        return [self._input(key, parent, latest, own) for parent in sorted(node.parent_keys - {key})]

    def code_changed(self, key: dg.AssetKey) -> bool:
        """Whether the version of an asset's code is another than that of its last materialization."""
        version = self._graph.get(key).code_version
        before = self._instance.get_latest_materialization_code_versions([key]).get(key)
        return before is not None and version is not None and before != version

    def _input(self, key: dg.AssetKey, parent: dg.AssetKey, latest: str | None, own: int) -> Input:
        node = self._graph.get(parent)
        kind, event = kind_of(node), event_of(self._instance, parent)
        read = self._read_by(key, parent, latest)
        order = self._order(parent, read) if kind is Kind.MADE else self._changed(parent)
        newest = self._latest_partition(node)
        is_due = self._is_requested_with(key, parent)
        is_missing = kind is Kind.MADE and self._order(parent, {newest} if newest else None) == 0
        return Input(
            parent,
            kind,
            event.at if event else None,
            # What was never made itself is behind all that is there.
            is_newer=order > own,
            is_due=is_due,
            is_missing=is_missing and not is_due,
            is_running=parent in self._running,
        )

    def _is_requested_with(self, key: dg.AssetKey, parent: dg.AssetKey) -> bool:
        """Whether the tick that evaluates an asset requests its input as well, so that one run makes both."""
        child, node = self._graph.get(key), self._graph.get(parent)
        return (
            family_of(child) == family_of(node)
            and child.partitions_def == node.partitions_def
            and self._is_due(parent)
        )

    def _is_due(self, key: dg.AssetKey) -> bool:
        """Whether the next tick requests an asset, for its inputs or its code; what a clock requests, nobody knows ahead."""
        if key not in self._due:
            condition = self._graph.get(key).automation_condition
            names = [name for name, _ in policies_in(condition)] if condition is not None else []
            self._due[key] = key not in self._running and any(self._requests(name, key) for name in names)
        return self._due[key]

    def _requests(self, policy: str, key: dg.AssetKey) -> bool:
        if policy == "on_code_changed":
            return self._order(key, None) == 0 or self.code_changed(key)
        if policy not in INPUT_POLICIES:
            return False
        inputs = self.of(key)
        settled = policy != "on_inputs_settled" or not any(is_being_made(each) for each in inputs)
        return (
            settled
            and any(each.is_newer or each.is_due for each in inputs)
            and not any(each.is_missing for each in inputs)
        )

    def _latest_partition(self, node: Any) -> str | None:
        definition = node.partitions_def
        if not isinstance(definition, dg.TimeWindowPartitionsDefinition):
            return None
        keys = definition.get_partition_keys(current_time=self._now)
        return keys[-1] if keys else None

    def _read_by(self, key: dg.AssetKey, parent: dg.AssetKey, partition: str | None) -> set[str] | None:
        """The partitions of an input that a partition reads. None: all that there are."""
        definition = self._graph.get(parent).partitions_def
        # Of dynamic partitions there is no latest one: all count.
        if partition is None or definition is None or isinstance(definition, dg.DynamicPartitionsDefinition):
            return None
        found = self._graph.get_parent_partition_keys_for_child(partition, parent, key)
        return set(found.partitions_subset.get_partition_keys())

    def _order(self, key: dg.AssetKey, partitions: set[str] | None) -> int:
        """The number of an asset's last materialization, of some of its partitions; 0: there is none."""
        if partitions is None:
            record = self._made.get(key)
            return record.storage_id if record else 0
        if not partitions:
            return 0
        found = self._instance.get_latest_storage_id_by_partition(key, _MADE, partitions)
        return max(found.values(), default=0)

    def _changed(self, key: dg.AssetKey) -> int:
        """The number of the event with which the data of an asset that others make was last new; 0: nobody has told."""
        observed = self._instance.fetch_observations(key, limit=_OBSERVATIONS).records
        made = self._order(key, None)
        if not observed:
            return made
        version, order = _version_of(observed[0]), observed[0].storage_id
        for record in observed[1:]:
            if version is None or _version_of(record) != version:
                break
            order = record.storage_id
        return max(order, made)


def is_being_made(found: Input) -> bool:
    """Whether a run is making an input; what others make has no runs."""
    return found.is_running and found.kind is Kind.MADE


def _version_of(record: Any) -> str | None:
    observation = record.event_log_entry.asset_observation
    return observation.tags.get(_VERSION) if observation else None
