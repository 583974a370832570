"""The sensors that evaluate automation conditions, one per family of assets.

A family has a sensor of its own so that a slow or broken one (four hundred Fivetran tables) does not hold up the others.
The families are disjoint by construction and cover every asset: a family takes what its kind says, less what an earlier
family took, and the default family takes the rest.
"""

from collections.abc import Mapping, Sequence

import dagster as dg

from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

FAMILIES = ("dbt", "sling", "fivetran")
"""Asset kinds that have a sensor of their own, in the order in which they claim assets."""

RUNNING_BY_DEFAULT: Mapping[EnvironmentName, dg.DefaultSensorStatus] = {
    # A laptop's user and a pull request switch on what they want to see.
    EnvironmentName.LOCAL: dg.DefaultSensorStatus.STOPPED,
    EnvironmentName.BRANCH: dg.DefaultSensorStatus.STOPPED,
    EnvironmentName.DOGFOOD: dg.DefaultSensorStatus.RUNNING,
    EnvironmentName.PROD: dg.DefaultSensorStatus.RUNNING,
}


def family_selections() -> Mapping[str, dg.AssetSelection]:
    """Family name → the assets that it evaluates; disjoint, and together all."""
    rest = dg.AssetSelection.all()
    selections: dict[str, dg.AssetSelection] = {}
    for family in FAMILIES:
        selections[family] = rest & dg.AssetSelection.kind(family)
        rest = rest - dg.AssetSelection.kind(family)
    return {"default": rest, **selections}


def automation_sensors(environment: Environment) -> Sequence[dg.AutomationConditionSensorDefinition]:
    """One sensor per family; on from the start where work is unattended."""
    return [
        dg.AutomationConditionSensorDefinition(
            name=f"{family}_automation_condition_sensor",
            target=selection,
            default_status=RUNNING_BY_DEFAULT[environment.name],
            run_tags={"automation_family": family},
        )
        for family, selection in family_selections().items()
    ]
