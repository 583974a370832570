"""The job that asks dbt how old its sources are, and its schedule.

What belongs here: the op, its job and its schedule. What does not: how dbt is asked (``freshness.py``), and at what time (``defs/``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.dbt.freshness import check_freshness, freshness_specs
from dagster_open_platform.lib.dbt.ops import POOL, RETRIES
from dagster_open_platform.lib.dbt.resource import PlatformDbtResource
from dagster_open_platform.lib.schedule.component import STATUS_BY_ENVIRONMENT
from dagster_open_platform.utils.environment_helpers import get_environment

JOB = "source_freshness"


def freshness_job(manifest: Mapping[str, Any], cron_schedule: str) -> dg.Definitions:
    """The checks, and the job that makes them.

    A schedule and not automation, which does not evaluate the checks of assets that Dagster cannot make. It runs in every environment, as
    those in YAML do, and is on where they are.

    Args:
        manifest: The region's.
        cron_schedule: When it runs (UTC), after the night's loads.
    """

    @dg.multi_asset_check(
        name="dbt_source_freshness",
        specs=freshness_specs(manifest),
        can_subset=True,
        pool=POOL,
        retry_policy=RETRIES,
    )
    def dbt_source_freshness(
        context: dg.AssetCheckExecutionContext, dbt: PlatformDbtResource
    ) -> Iterator[dg.AssetCheckResult]:
        yield from check_freshness(context, dbt, manifest)

    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.checks(dbt_source_freshness),
        tags={"team": "data-platform"},
        description="Asks how old the newest row of each table is that dbt reads.",
    )
    schedule = dg.ScheduleDefinition(
        job=job,
        cron_schedule=cron_schedule,
        default_status=STATUS_BY_ENVIRONMENT[get_environment().name],
        description="Whether the night's loads brought anything, once a day.",
    )
    return dg.Definitions(asset_checks=[dbt_source_freshness], jobs=[job], schedules=[schedule])
