"""What happens by itself: in production all of it, for a pull request none; and no table is shown to it that is not its own."""

import re

import dagster as dg
import pytest

from dagster_open_platform.utils.environment_helpers import EnvironmentName
from dagster_open_platform_tests.fixtures.definitions import ENVIRONMENTS, definitions_in

BY_NAME = {environment.name: environment for environment in ENVIRONMENTS}
NOT_IN_BRANCH = {"idle_clones_sensor", "workspace_organizations_sensor"}
"""Sensors that a pull request has not even switched off: it does not tidy up after others, and need not know every customer."""


def unattended(name: EnvironmentName) -> dict[str, bool]:
    """The schedules and sensors of an environment, and whether they run unless somebody switches them."""
    definitions = definitions_in(BY_NAME[name])
    found: dict[str, bool] = {}
    for schedule in definitions.schedules or ():
        assert isinstance(schedule, dg.ScheduleDefinition)
        found[schedule.name] = schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    for sensor in definitions.sensors or ():
        found[sensor.name] = sensor.default_status is dg.DefaultSensorStatus.RUNNING
    return found


@pytest.mark.parametrize("name", EnvironmentName)
def test_all_of_it_is_on_in_production_and_off_elsewhere(name: EnvironmentName) -> None:
    is_on = name in (EnvironmentName.PROD, EnvironmentName.DOGFOOD)
    found = unattended(name)
    assert {each: status for each, status in found.items() if status is not is_on} == {}
    assert len(found) > 10


def test_a_pull_request_can_switch_on_what_production_does_and_nothing_else() -> None:
    """Schedules that an instance declares for other environments only are none of a pull request's."""
    production, branch = unattended(EnvironmentName.PROD), unattended(EnvironmentName.BRANCH)
    assert branch.keys() <= production.keys()
    sensors = {each.name for each in definitions_in(BY_NAME[EnvironmentName.PROD]).sensors or ()}
    assert (production.keys() - branch.keys()) & sensors == NOT_IN_BRANCH


def test_no_evaluation_of_automation_is_left_to_dagster_s_own_sensor() -> None:
    """Dagster adds one, whose state an environment does not say, for assets that no sensor of ours takes."""
    repository = definitions_in(BY_NAME[EnvironmentName.BRANCH]).get_repository_def()
    assert {sensor.name for sensor in repository.sensor_defs} == {
        sensor.name for sensor in definitions_in(BY_NAME[EnvironmentName.BRANCH]).sensors or ()
    }


def test_a_pull_request_is_shown_its_own_tables() -> None:
    shown = {
        spec.key.to_user_string(): str(spec.metadata.get("dagster/table_name", ""))
        for spec in definitions_in(BY_NAME[EnvironmentName.BRANCH]).resolve_all_asset_specs()
    }
    assert (
        sum(table.startswith(("purina_clone_42.", "dwh_reporting_clone_42.")) for table in shown.values())
        > 400
    )
    originals = {key for key, table in shown.items() if re.match(r"(purina|dwh_reporting)\.", table)}
    # What the other region's warehouse has, which is only read.
    assert {key for key in originals if not key.startswith("snowflake_eu/")} == set()
