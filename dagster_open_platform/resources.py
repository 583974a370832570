"""The platform's doors to the outside, by environment: the one place that says which real thing stands behind a key.

What belongs here: the keys that assets ask for and the resource that an environment puts there. What does not: how a
resource works (``lib/<integration>/resource.py``). Nothing is opened and no variable is read while definitions load;
each resource looks when a run uses it.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.anthropic.resource import AnthropicResource
from dagster_open_platform.lib.aws.buckets import own_prefix
from dagster_open_platform.lib.aws.resource import S3StoreResource
from dagster_open_platform.lib.bigquery.resource import BigQueryResource
from dagster_open_platform.lib.dbt.resource import dbt_resource
from dagster_open_platform.lib.fivetran.resource import FivetranResource
from dagster_open_platform.lib.github.resource import GitHubResource
from dagster_open_platform.lib.hightouch.resource import HightouchResource
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.segment.resource import SegmentResource
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.warehouse.duckdb.resource import duckdb_warehouse
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.resource import snowflake_warehouse
from dagster_open_platform.utils.databases import OUTBOUND, REGION_DATABASES, SHARED_DATABASES
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    get_database_for_environment,
    get_dbt_target,
    get_role_for_environment,
    get_warehouse_for_environment,
)
from dagster_open_platform.utils.outside import may_change_outside
from dagster_open_platform.utils.regions import EU, US, Region


def default_resources(environment: Environment, region: Region = US) -> Mapping[str, Any]:
    """Every resource key of a region's platform and what stands behind it in ``environment``.

    The product is replicated and modelled in every region; what the whole company has once is reached from the first. Each door to
    something that a pull request must leave as it is knows whether it may be changed (``utils/outside.py``).
    """
    changes_outside = may_change_outside(environment)
    in_every_region = {
        "warehouse": warehouse_resource(environment, region),
        "postgres": PostgresResource(changes_outside=changes_outside),
        "sling": SlingResource(),
        "dbt": dbt_resource(get_dbt_target(environment, region), region),
    }
    if not region.is_first:
        return in_every_region
    return {
        **in_every_region,
        "warehouse_eu": outbound_resource(environment, EU),
        # Credentials are read by the resource that needs them when it is used. An `EnvVar` that is unset would fail
        # every run of the code location, also those that need none.
        "anthropic": AnthropicResource(changes_outside=changes_outside),
        "bigquery": BigQueryResource(),
        "fivetran": FivetranResource(changes_outside=changes_outside),
        "github": GitHubResource(changes_outside=changes_outside),
        "hightouch": HightouchResource(changes_outside=changes_outside),
        "s3": S3StoreResource(writes_below=own_prefix(environment)),
        "segment": SegmentResource(changes_outside=changes_outside),
        "slack": SlackResource(changes_outside=changes_outside),
    }


def warehouse_resource(environment: Environment, region: Region = US) -> WarehouseResource:
    """A region's warehouse: Snowflake, or the DuckDB files that carry the same databases: on a laptop, and where the environment says so.

    Args:
        environment: Where the platform runs.
        region: Whose; each but the first has an account with variables of its own (`SNOWFLAKE_EU_ACCOUNT`,
            `WAREHOUSE_EU_DUCKDB_DIR`).
    """
    read_only = SHARED_DATABASES if region.is_first else ()
    databases = {
        name: get_database_for_environment(name, environment)
        for name in (*REGION_DATABASES[region.name], *read_only)
    }
    if environment.engine == "duckdb":
        return duckdb_warehouse(dg.EnvVar(region.variable("WAREHOUSE", "DUCKDB_DIR")), databases, read_only)
    return snowflake_warehouse(
        databases,
        variables=region.variable("SNOWFLAKE"),
        default_role=get_role_for_environment(environment),
        default_warehouse=get_warehouse_for_environment(environment),
        default_database=databases["purina"],
        read_only=read_only,
    )


def outbound_resource(environment: Environment, region: Region) -> WarehouseResource:
    """What another region lets out, for the first: one database of its warehouse, and nothing else of it.

    It is only read, so a branch deployment has no clone of it and reads the original.

    Args:
        environment: Where the platform runs.
        region: Whose.
    """
    databases = {OUTBOUND: OUTBOUND}
    if environment.engine == "duckdb":
        directory = dg.EnvVar(region.variable("WAREHOUSE", "DUCKDB_DIR"))
        return duckdb_warehouse(directory, databases, read_only=[OUTBOUND])
    # An account of its own, with roles and virtual warehouses of its own.
    return snowflake_warehouse(
        databases, variables=region.variable("SNOWFLAKE"), default_database=OUTBOUND, read_only=[OUTBOUND]
    )
