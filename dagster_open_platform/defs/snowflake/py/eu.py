"""What the EU's platform lets out, taken over each hour: the only way on which anything of the region comes here.

What belongs here: the assets and their checks. What does not: the two steps (``lib/snowflake/region_replica.py``), and what may leave
the region, which the EU's own definitions say.
"""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron, on_inputs_updated
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.snowflake.region_replica import clone, refresh
from dagster_open_platform.lib.warehouse import WarehouseResource
from dagster_open_platform.lib.warehouse.replicas import SchemaRef
from dagster_open_platform.utils.databases import OUTBOUND, REPLICAS
from dagster_open_platform.utils.environment_helpers import get_environment

(REPLICA,) = REPLICAS
SCHEMA, CLONE, GROUP = "cloud_product", "cloud_product_eu", "cloud_product_eu"
REPLICA_KEY = dg.AssetKey(["snowflake", "replicas", REPLICA])
SOURCE_PREFIX = ("snowflake_eu", SCHEMA)
"""Begins the keys of the tables in the EU's warehouse, which are observed (``../components/observations``)."""
OWNERS = ["team:data-platform", "team:product"]
TABLES = {
    "organizations": "One row per organization whose data is in the EU.",
    "users": "One row per person with an account in the EU.",
    "users_organizations": "One row per membership of such a person in an organization.",
    "deployments": "One row per deployment in the EU.",
}
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=24))
ROW_COUNT, NOTHING_ELSE = "row_count_equals_replica", "nothing_else_came"


def key_of(table: str) -> dg.AssetKey:
    """The asset of a cloned table."""
    return dg.AssetKey(["sling", CLONE, table])


@dg.asset(
    key=REPLICA_KEY,
    deps=[dg.AssetKey([*SOURCE_PREFIX, table]) for table in TABLES],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"snowflake"},
    description="The replica of what the EU's warehouse lets out, refreshed each hour.",
    automation_condition=ingest_on_cron("5 * * * *"),
    freshness_policy=FRESHNESS,
    retry_policy=RETRIES,
    pool="warehouse",
)
def outbound_eu(warehouse: WarehouseResource, warehouse_eu: WarehouseResource) -> dg.MaterializeResult:
    """Refreshes it."""
    with warehouse.connect() as connection:
        refresh(connection, REPLICA, warehouse_eu.origin(OUTBOUND), get_environment())
    return dg.MaterializeResult()


@dg.multi_asset(
    name=f"{CLONE}_from_{REPLICA}",
    specs=[
        dg.AssetSpec(
            key=key_of(table),
            deps=[REPLICA_KEY],
            group_name=GROUP,
            owners=OWNERS,
            kinds={"snowflake"},
            description=f"{description} Cloned out of the replica {REPLICA}.",
            automation_condition=on_inputs_updated(),
            freshness_policy=FRESHNESS,
        )
        for table, description in TABLES.items()
    ],
    check_specs=[
        *(
            dg.AssetCheckSpec(
                ROW_COUNT, asset=key_of(table), description="The clone has as many rows as the replica."
            )
            for table in TABLES
        ),
        dg.AssetCheckSpec(
            NOTHING_ELSE,
            asset=key_of("organizations"),
            description="The EU let out the declared tables and no other: the rest of its data stays there.",
        ),
    ],
    pool="warehouse",
    retry_policy=RETRIES,
    description=f"Clones the schema {SCHEMA} of {REPLICA}, all tables at once.",
)
def cloned(warehouse: WarehouseResource) -> Iterator[dg.MaterializeResult]:
    """Clones the schema; a materialization for each declared table."""
    target = SchemaRef(warehouse.physical("purina"), CLONE)
    with warehouse.connect() as connection:
        found = clone(connection, SchemaRef(warehouse.physical(REPLICA), SCHEMA), target, TABLES)
    others = dg.AssetCheckResult(
        asset_key=key_of("organizations"),
        check_name=NOTHING_ELSE,
        passed=not found.unexpected,
        metadata={"unexpected": list(found.unexpected)},
        description=f"Besides the declared tables came: {', '.join(found.unexpected) or 'none'}.",
    )
    for table in TABLES:
        rows, expected = found.rows[table], found.source_rows[table]
        counted = dg.AssetCheckResult(
            asset_key=key_of(table),
            check_name=ROW_COUNT,
            passed=rows == expected,
            metadata={"rows": rows, "replica_rows": expected},
            description=f"{target}.{table} has {rows:,} rows and the replica has {expected:,}.",
        )
        yield dg.MaterializeResult(
            asset_key=key_of(table),
            metadata={
                "dagster/row_count": rows,
                "dagster/table_name": f"{target}.{table}",
            },
            check_results=[counted, *([others] if table == "organizations" else [])],
        )


@dg.definitions
def defs() -> dg.Definitions:
    """The replica and what is cloned out of it."""
    return dg.Definitions(assets=[outbound_eu, cloned])
