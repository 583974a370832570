"""The dbt project as assets, in three ops: what has no partitions, what is partitioned by day, and the snapshots.

What belongs here: which op builds which nodes. What does not: how a build goes (``runner.py``), what an asset looks like
(``translator.py``), and the days and sources of a region (its ``defs/``).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject

from dagster_open_platform.lib.dbt.events import DbtEvent
from dagster_open_platform.lib.dbt.nodes import Selection, specs_of
from dagster_open_platform.lib.dbt.properties import DAILY_TAG, is_daily
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource
from dagster_open_platform.lib.dbt.runner import DbtRunConfig, build
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

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


def op_of(
    selection: Selection,
    manifest: Mapping[str, Any],
    translator: PlatformDbtTranslator,
    project: DbtProject,
    retries: dg.RetryPolicy = RETRIES,
    excluded: Sequence[str] = (),
) -> dg.AssetsDefinition:
    """The op that builds a selection, and its assets and checks.

    Args:
        selection: What it builds.
        manifest: The region's.
        translator: From nodes to specs.
        project: Where the project's files are.
        retries: When a build is tried again.
        excluded: What no build in the region builds, in dbt's words.
    """
    specs, check_specs = specs_of(manifest, translator, project, selection)
    days = translator.daily_partitions if selection.is_daily else None

    @dg.multi_asset(
        name=selection.op,
        specs=specs,
        check_specs=check_specs,
        # Tests of sources are checks of assets that others make.
        allow_arbitrary_check_specs=True,
        can_subset=True,
        # A range of days is one run of dbt, with one window.
        backfill_policy=dg.BackfillPolicy.single_run() if selection.is_daily else None,
        partitions_def=days,
        pool=POOL,
        retry_policy=retries,
        op_tags=selection.tags(excluded),
    )
    def build_selected(
        context: dg.AssetExecutionContext,
        dbt: PlatformDbtResource,
        warehouse: WarehouseResource,
        config: DbtRunConfig,
    ) -> Iterator[DbtEvent]:
        yield from build(context, dbt, warehouse, config, manifest)

    return build_selected
