"""The dbt project as assets, in three ops: what has no partitions, what is partitioned by day, and the snapshots.

What belongs here: which op builds which nodes. What does not: how a build goes (``lib/dbt/runner.py``) and what an asset
looks like (``lib/dbt/translator.py``).

The manifest is read when the definitions load, not when this module is imported; if it is missing or stale, loading
fails and says so.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject

from dagster_open_platform.lib.dbt.events import DbtEvent
from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.nodes import Selection, specs_of
from dagster_open_platform.lib.dbt.properties import DAILY_TAG, is_daily
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource
from dagster_open_platform.lib.dbt.runner import DbtRunConfig, build
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform_dbt import PROJECT_DIR

DAILY_PARTITIONS = dg.DailyPartitionsDefinition(start_date="2026-06-01")
"""The days from the first for which the sources hold data (UTC)."""

POOL = "warehouse"
# Only what may pass by itself is retried: a lock, a network. What a retry can't mend says so itself.
RETRIES = dg.RetryPolicy(max_retries=3, delay=15, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

DAILY = Selection("dbt_daily", is_daily, select=f"tag:{DAILY_TAG}", is_daily=True)
SNAPSHOTS = Selection(
    "dbt_snapshots", lambda node: node["resource_type"] == "snapshot", select="resource_type:snapshot"
)
SELECTIONS = (
    Selection(
        "dbt_non_partitioned",
        lambda node: not (DAILY.has(node) or SNAPSHOTS.has(node)),
        exclude=f"tag:{DAILY_TAG} resource_type:snapshot",
    ),
    DAILY,
    SNAPSHOTS,
)


@dg.definitions
def dbt_definitions() -> dg.Definitions:
    """The dbt assets and their checks, from the manifest that was built ahead."""
    return definitions_of(load_manifest())


def definitions_of(manifest: Mapping[str, Any], *, retries: dg.RetryPolicy = RETRIES) -> dg.Definitions:
    """The dbt assets and their checks, from a manifest."""
    translator = PlatformDbtTranslator(
        relations=Relations(get_environment()), daily_partitions=DAILY_PARTITIONS
    )
    project = DbtProject(PROJECT_DIR)
    return dg.Definitions(
        assets=[op_of(selection, manifest, translator, project, retries) for selection in SELECTIONS],
    )


def op_of(
    selection: Selection,
    manifest: Mapping[str, Any],
    translator: PlatformDbtTranslator,
    project: DbtProject,
    retries: dg.RetryPolicy,
) -> dg.AssetsDefinition:
    """The op that builds a selection, and its assets and checks."""
    specs, check_specs = specs_of(manifest, translator, project, selection)

    @dg.multi_asset(
        name=selection.op,
        specs=specs,
        check_specs=check_specs,
        # Tests of sources are checks of assets that others make.
        allow_arbitrary_check_specs=True,
        can_subset=True,
        # A range of days is one run of dbt, with one window.
        backfill_policy=dg.BackfillPolicy.single_run() if selection.is_daily else None,
        partitions_def=DAILY_PARTITIONS if selection.is_daily else None,
        pool=POOL,
        retry_policy=retries,
        op_tags=selection.tags,
    )
    def build_selected(
        context: dg.AssetExecutionContext,
        dbt: PlatformDbtResource,
        warehouse: WarehouseResource,
        config: DbtRunConfig,
    ) -> Iterator[DbtEvent]:
        yield from build(context, dbt, warehouse, config, manifest)

    return build_selected
