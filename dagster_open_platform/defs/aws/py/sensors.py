"""New organizations among those that send snapshots.

What belongs here: telling Dagster. What does not: looking (``lib/aws/workspace/discovery.py``).
"""

from collections.abc import Sequence

import dagster as dg

from dagster_open_platform.defs.aws.py.sources import RAW_SNAPSHOTS, WORKSPACE_ORGANIZATIONS
from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.aws.buckets import WORKSPACE
from dagster_open_platform.lib.aws.protocol import ObjectStores
from dagster_open_platform.lib.aws.resource import WORKSPACE_ROLE_VARIABLE
from dagster_open_platform.lib.aws.workspace.discovery import discover
from dagster_open_platform.utils.environment_helpers import EnvironmentName, get_environment

ENVIRONMENTS: Sequence[EnvironmentName] = (
    EnvironmentName.LOCAL,
    EnvironmentName.DOGFOOD,
    EnvironmentName.PROD,
)
"""Where it is registered: a pull request has no need to know every customer."""


def workspace_organizations_sensor(status: dg.DefaultSensorStatus) -> dg.SensorDefinition:
    """Adds a partition for each organization when its first snapshot is seen, and reports it as materialized.

    Args:
        status: Whether it is on where it was never switched.
    """

    @dg.sensor(
        name="workspace_organizations_sensor",
        minimum_interval_seconds=300,
        default_status=status,
        description="Adds organizations whose first workspace snapshot has come to the partitions of the snapshots.",
    )
    def sensor(context: dg.SensorEvaluationContext, s3: dg.ResourceParam[ObjectStores]) -> dg.SensorResult:
        known = set(WORKSPACE_ORGANIZATIONS.get_partition_keys(dynamic_partitions_store=context.instance))
        with s3.connect(WORKSPACE_ROLE_VARIABLE) as store:
            found = discover(store, WORKSPACE, context.cursor, known)
        if not found.organizations:
            return dg.SensorResult(
                cursor=found.cursor,
                skip_reason=f"No new organization in the folders of {len(found.days)} days.",
            )
        return dg.SensorResult(
            cursor=found.cursor,
            dynamic_partitions_requests=[
                WORKSPACE_ORGANIZATIONS.build_add_request(list(found.organizations))
            ],
            asset_events=[
                dg.AssetMaterialization(
                    asset_key=RAW_SNAPSHOTS,
                    partition=organization,
                    description="Its first snapshot was seen.",
                    metadata={"first_day": day},
                )
                for organization, day in found.organizations.items()
            ],
        )

    return sensor


@dg.definitions
def defs() -> dg.Definitions:
    """The sensor, in the environments that have it."""
    environment = get_environment().name
    if environment not in ENVIRONMENTS:
        return dg.Definitions()
    return dg.Definitions(sensors=[workspace_organizations_sensor(RUNNING_BY_DEFAULT[environment])])
