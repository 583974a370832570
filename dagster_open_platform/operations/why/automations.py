"""Sensors and schedules that may request an asset, and whether they are on.

What belongs here: finding them in definitions, and their state in the instance. What does not: what a sensor found (`evaluation.py`).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.health.failures import first_lines
from dagster_open_platform.operations.why.facts import Automation
from dagster_open_platform.operations.why.inputs import family_of


class Automations:
    """What requests assets by itself.

    Args:
        definitions: Complete ones.
        instance: Where it is kept what is on.
    """

    def __init__(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        self._definitions = definitions
        self._instance = instance
        self._graph: Any = definitions.resolve_asset_graph()
        self._states: Mapping[str, Any] = {
            state.instigator_name: state
            # An instance in memory keeps none.
            for state in (instance.all_instigator_state() if instance.schedule_storage else ())
        }

    def sensor_of(self, key: dg.AssetKey) -> Automation | None:
        """The sensor that evaluates an asset's condition."""
        node = self._graph.get(key)
        if node.automation_condition is None:
            return None
        name = f"{family_of(node)}_automation_condition_sensor"
        found = [sensor for sensor in self._definitions.sensors or () if sensor.name == name]
        begins_on = any(sensor.default_status is dg.DefaultSensorStatus.RUNNING for sensor in found)
        return self._state_of(name, "sensor", begins_on)

    def others_of(self, key: dg.AssetKey) -> Iterator[Automation]:
        """Schedules and other sensors that request an asset."""
        for schedule in self._definitions.schedules or ():
            if key in self._keys_of(getattr(schedule, "job", None)):
                begins_on = schedule.default_status is dg.DefaultScheduleStatus.RUNNING
                yield self._state_of(schedule.name, "schedule", begins_on)
        observer = self._observer_of(key)
        for sensor in self._definitions.sensors or ():
            if isinstance(sensor, dg.AutomationConditionSensorDefinition):
                continue
            selection = getattr(sensor, "asset_selection", None)
            if sensor.name == observer or (selection is not None and key in selection.resolve(self._graph)):
                begins_on = sensor.default_status is dg.DefaultSensorStatus.RUNNING
                yield self._state_of(sensor.name, "sensor", begins_on)

    def _observer_of(self, key: dg.AssetKey) -> str | None:
        """The sensor that reports an observed asset without runs: its op has the sensor's name (`lib/observation/watch.py`)."""
        node = self._graph.get(key)
        if not node.is_observable:
            return None
        name = node.assets_def.op.name
        return name.removeprefix("observe_") if name.startswith("observe_") else None

    def assets_of_job(self, name: str) -> frozenset[dg.AssetKey]:
        """The assets of a job that is declared."""
        jobs = [job for job in self._definitions.jobs or () if job.name == name]
        return frozenset().union(*(self._keys_of(job) for job in jobs))

    def _keys_of(self, job: Any) -> frozenset[dg.AssetKey]:
        selection = getattr(job, "selection", None)
        return (
            frozenset(selection.resolve(self._graph))
            if isinstance(selection, dg.AssetSelection)
            else frozenset()
        )

    def _state_of(self, name: str, what: str, begins_on: bool) -> Automation:
        state = self._states.get(name)
        if state is None:
            return Automation(name, what, begins_on, was_switched=False)
        switched = state.status.value != "DECLARED_IN_CODE" and state.status.value != "AUTOMATICALLY_RUNNING"
        is_on = state.status.value == "RUNNING" or (not switched and begins_on)
        ticks = self._instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        at = dt.datetime.fromtimestamp(ticks[0].timestamp, dt.UTC) if ticks else None
        return Automation(name, what, is_on, switched, at, _said(ticks[0]) if ticks else "")


def _said(tick: Any) -> str:
    if tick.error is not None:
        return f"it failed: {first_lines(tick.error.message)}"
    if tick.run_ids:
        return f"it requested {len(tick.run_ids)} run{'' if len(tick.run_ids) == 1 else 's'}"
    return tick.skip_reason or "it requested nothing"
