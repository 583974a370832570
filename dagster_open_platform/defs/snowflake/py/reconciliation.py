"""Whether the product's tables are everywhere what they are at the source: how many rows each place has, and why they differ.

What belongs here: which tables, where they are, and the asset. What does not: reading and explaining (``lib/reconciliation``).
"""

import datetime as dt

import dagster as dg

from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.columns import table_schema
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.reconciliation.explain import compare
from dagster_open_platform.lib.reconciliation.holders import Held, Holder, ReconciledTable
from dagster_open_platform.lib.reconciliation.reading import (
    key_facts,
    put_together,
    read_source,
    read_warehouse,
    with_stream_position,
)
from dagster_open_platform.lib.reconciliation.report import (
    CHECK,
    COLUMNS,
    every_difference_is_explained,
    rows_of,
    shown_counts,
    shown_differences,
)
from dagster_open_platform.lib.warehouse import SchemaDrift, WarehouseConnection, WarehouseResource, Window

CONNECTION = "CLOUD_PRODUCT_MAIN"
DATABASE, SCHEMA, TABLE = "purina", "reconciliation", "cloud_product_counts"
KEY = dg.AssetKey([DATABASE, SCHEMA, TABLE])

TABLES = (
    ReconciledTable(
        "organizations", False, "stg_cloud_product__organizations", "organization_id", "directory_shard"
    ),
    # Replicated by updated_at, so a row that was deleted stays in the copy.
    ReconciledTable("users", True, "stg_cloud_product__users", "user_id", "directory_shard"),
    ReconciledTable(
        "users_organizations",
        False,
        "stg_cloud_product__users_organizations",
        "membership_id",
        "directory_shard",
    ),
    ReconciledTable("deployments", False, "stg_cloud_product__deployments", "deployment_id", "shard"),
)


def dependencies(table: ReconciledTable) -> list[dg.AssetKey]:
    """The assets of a table in its four places."""
    return [
        dg.AssetKey(["postgres", "main", table.name]),
        dg.AssetKey(["sling", "cloud_product", table.name]),
        dg.AssetKey(["dms", table.name]),
        dg.AssetKey(["dwh_reporting", "staging", table.model]),
    ]


def reconcile(
    postgres: PostgresResource, warehouse: WarehouseResource, connection: WarehouseConnection
) -> list[Held]:
    """What the places hold of every table, the source read after the others.

    Args:
        postgres: Opens the source.
        warehouse: Names tables.
        connection: The open warehouse.

    Raises:
        HolderMissing: A place has no such table.
        PermanentFailure, RetryableFailure: One of the source's or the warehouse's.
    """
    found = []
    for table in TABLES:
        places = {
            Holder.COPY: warehouse.table("purina", "cloud_product", table.name),
            Holder.CHANGES: warehouse.table("purina", "dms", table.name),
            Holder.MODEL: warehouse.table("dwh_reporting", "staging", table.model),
        }
        held = read_warehouse(connection, table, places)
        with postgres.connect(CONNECTION) as source:
            source.read_only = True
            found.append(put_together(table, {**held, Holder.SOURCE: read_source(source, table)}))
    return with_stream_position(found)


@dg.asset(
    key=KEY,
    deps=[key for table in TABLES for key in dependencies(table)],
    description=(
        "Rows of the product's main tables in Postgres, in Sling's copy, in DMS's change table and in the staging model, one row a"
        " table and pair of places, with the reasons for every difference. One result a day."
    ),
    group_name="reconciliation",
    owners=["team:data-platform"],
    kinds={"postgres", "snowflake", "python"},
    metadata={"dagster/column_schema": table_schema(COLUMNS)},
    # After the night's loads.
    automation_condition=ingest_on_cron("50 6 * * *"),
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=KEY,
            description="For every key that one place has and another has not there is evidence why. Otherwise a row was lost or made up.",
        )
    ],
    retry_policy=RETRIES,
    pool="warehouse",
)
def cloud_product_counts(postgres: PostgresResource, warehouse: WarehouseResource) -> dg.MaterializeResult:
    """Compares keys, not contents."""
    observed_at = dt.datetime.now(dt.UTC)
    table = warehouse.table(DATABASE, SCHEMA, TABLE)
    with warehouse.connect() as connection:
        results = [
            (held, compare(held, key_facts(held))) for held in reconcile(postgres, warehouse, connection)
        ]
        rows = rows_of(results, observed_at)
        today = observed_at.date()
        window = Window("observed_date", today, today + dt.timedelta(days=1))
        connection.replace_window(table, rows, window, SchemaDrift.FOLLOW)
        total = connection.query(f"SELECT count(*) AS n FROM {connection.quoted(table)}")["n"][0].as_py()  # noqa: S608 - quoted
    return dg.MaterializeResult(
        metadata={
            "dagster/table_name": str(table),
            "dagster/row_count": total,
            "counts": shown_counts(results),
            "differences": shown_differences(results),
            "unexplained": sum(each.unexplained for _, comparisons in results for each in comparisons),
        },
        check_results=[every_difference_is_explained(results)],
    )
