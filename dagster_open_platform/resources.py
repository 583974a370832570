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
from dagster_open_platform.utils.environment_helpers import (
    LOGICAL_DATABASES,
    SHARED_DATABASES,
    Environment,
    get_database_for_environment,
    get_dbt_target,
    get_role_for_environment,
    get_warehouse_for_environment,
)
from dagster_open_platform.utils.outside import may_change_outside


def default_resources(environment: Environment) -> Mapping[str, Any]:
    """Every resource key of the platform and what stands behind it in ``environment``.

    Each door to something that a pull request must leave as it is knows whether it may be changed (``utils/outside.py``).
    """
    changes_outside = may_change_outside(environment)
    return {
        "warehouse": warehouse_resource(environment),
        "warehouse_eu": warehouse_resource(environment, region="EU"),
        # Credentials are read by the resource that needs them when it is used. An `EnvVar` that is unset would fail
        # every run of the code location, also those that need none.
        "anthropic": AnthropicResource(changes_outside=changes_outside),
        "bigquery": BigQueryResource(),
        "fivetran": FivetranResource(changes_outside=changes_outside),
        "github": GitHubResource(changes_outside=changes_outside),
        "hightouch": HightouchResource(changes_outside=changes_outside),
        "postgres": PostgresResource(changes_outside=changes_outside),
        "s3": S3StoreResource(writes_below=own_prefix(environment)),
        "segment": SegmentResource(changes_outside=changes_outside),
        "slack": SlackResource(changes_outside=changes_outside),
        "sling": SlingResource(),
        "dbt": dbt_resource(get_dbt_target(environment)),
    }


def warehouse_resource(environment: Environment, region: str | None = None) -> WarehouseResource:
    """Snowflake, or the DuckDB files that carry the same databases: on a laptop, and where the environment says so.

    Args:
        environment: Where the platform runs.
        region: Another region, such as `EU`, with an account and variables of its own (`SNOWFLAKE_EU_ACCOUNT`,
            `WAREHOUSE_EU_DUCKDB_DIR`). The platform only reads there, so a branch deployment has no clones of its databases
            and reads the originals. None: the platform's own.
    """
    infix = f"_{region}" if region else ""
    read_only = () if region else SHARED_DATABASES
    databases = {
        name: name if region else get_database_for_environment(name, environment)
        for name in (*LOGICAL_DATABASES, *read_only)
    }
    if environment.engine == "duckdb":
        return duckdb_warehouse(dg.EnvVar(f"WAREHOUSE{infix}_DUCKDB_DIR"), databases, read_only)
    if region:  # an account of its own, with roles and virtual warehouses of its own
        return snowflake_warehouse(databases, variables=f"SNOWFLAKE_{region}")
    return snowflake_warehouse(
        databases,
        default_role=get_role_for_environment(environment),
        default_warehouse=get_warehouse_for_environment(environment),
        default_database=databases["purina"],
        read_only=read_only,
    )
