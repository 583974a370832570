"""The definitions as they are, so that a change to them is seen and meant (``pytest --snapshot-update``).

What else needs all jobs belongs here too: making them from the graph takes longer than everything else that is made of it.
"""

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from dagster_open_platform.conformance.graph import described
from dagster_open_platform.utils.environment_helpers import Environment
from dagster_open_platform_tests.fixtures.definitions import ENVIRONMENTS, LOCAL, definitions_in


def test_asset_specs(snapshot: SnapshotAssertion) -> None:
    """Each policy of automation is written out once; the assets have its name."""
    defs = definitions_in(LOCAL)
    assets = described(defs)
    policies: dict[str, str] = {}
    for spec in defs.resolve_all_asset_specs():
        condition = spec.automation_condition
        if condition is not None and (label := condition.get_label()):
            asset = assets[spec.key.to_user_string()]
            assert policies.setdefault(label, asset["automation"]) == asset["automation"]
            asset["automation"] = label
    assert {"assets": assets, "policies": dict(sorted(policies.items()))} == snapshot


def targets(sensor: dg.SensorDefinition, defs: dg.Definitions) -> str | list[str]:
    """A selection as it is written, or the checks by name: Dagster keeps those in a set."""
    if isinstance(sensor, dg.AutomationConditionSensorDefinition) or sensor.asset_selection is None:
        return str(sensor.asset_selection)
    checks = sensor.asset_selection.resolve_checks(defs.resolve_asset_graph())
    return sorted(f"{check.asset_key.to_user_string()}:{check.name}" for check in checks)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda environment: environment.name.value)
def test_jobs_schedules_and_sensors(environment: Environment, snapshot: SnapshotAssertion) -> None:
    defs = definitions_in(environment)
    jobs = {
        job.name: sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys)
        # Without Dagster's own, which hold every asset.
        for name in defs.get_repository_def().job_names
        if not name.startswith("__")
        for job in [defs.resolve_job_def(name)]
    }
    schedules = {
        schedule.name: {
            "cron": schedule.cron_schedule,
            "timezone": schedule.execution_timezone,
            "job": schedule.job_name,
            "status": schedule.default_status.value,
        }
        for schedule in map(defs.resolve_schedule_def, sorted(s.name for s in defs.schedules or ()))
    }
    sensors = {
        sensor.name: {
            "type": sensor.sensor_type.value,
            "targets": targets(sensor, defs),
            "status": sensor.default_status.value,
        }
        for sensor in sorted(defs.sensors or (), key=lambda sensor: sensor.name)
        if isinstance(sensor, dg.SensorDefinition)
    }
    assert {"jobs": jobs, "schedules": schedules, "sensors": sensors} == snapshot


def test_every_asset_is_run_by_somebody() -> None:
    defs = definitions_in(LOCAL)
    targeted = {
        key
        for schedule in defs.schedules or ()
        if isinstance(schedule, dg.ScheduleDefinition)
        for key in defs.resolve_job_def(schedule.job_name).asset_layer.executable_asset_keys
    }
    automated = {s.key for s in defs.resolve_all_asset_specs() if s.automation_condition}
    assert defs.resolve_asset_graph().materializable_asset_keys - automated - targeted == set()


def test_definitions_are_valid() -> None:
    dg.Definitions.validate_loadable(definitions_in(LOCAL))
