"""The saved queries as assets: metrics by the dimensions that people ask for, in tables that any tool can read.

What belongs here: what the assets look like and when they are made. What does not: which there are (``models/semantic`` of the dbt
project), and how they are made (``lib/semantic_layer``).
"""

from datetime import timedelta

import dagster as dg

from dagster_open_platform.lib.automation import on_inputs_settled
from dagster_open_platform.lib.dbt.manifest import load_semantic_manifest
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.semantic_layer.declarations import Declarations, SavedQuery
from dagster_open_platform.lib.semantic_layer.tables import DATABASE, SCHEMA, refresh
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.environment_helpers import get_environment

FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2), warn_window=timedelta(hours=30))
"""All of them read something that has news every day."""


@dg.definitions
def semantic_layer_definitions() -> dg.Definitions:
    """An asset for each saved query, from the semantic manifest that was built ahead."""
    return definitions_of(load_semantic_manifest())


def definitions_of(manifest: str, retry_policy: dg.RetryPolicy | None = RETRIES) -> dg.Definitions:
    """An asset for each saved query of a semantic manifest."""
    relations = Relations(get_environment())
    queries = Declarations.parse(manifest).saved_queries
    return dg.Definitions(assets=[_asset(query, manifest, relations, retry_policy) for query in queries])


def _asset(
    query: SavedQuery, manifest: str, relations: Relations, retry_policy: dg.RetryPolicy | None
) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey([SCHEMA, query.name]),
        deps=[model.key for model in query.models],
        description=query.description,
        group_name="metrics",
        owners=list(query.owners),
        kinds={"metricflow", "table"},
        metadata={"dagster/table_name": relations.name(DATABASE, SCHEMA, query.name)},
        automation_condition=on_inputs_settled(),
        freshness_policy=FRESHNESS,
        retry_policy=retry_policy,
        pool="warehouse",
    )
    def saved_query(warehouse: WarehouseResource) -> dg.MaterializeResult:
        """Runs the saved query and replaces its table."""
        return refresh(query, manifest, warehouse)

    return saved_query
