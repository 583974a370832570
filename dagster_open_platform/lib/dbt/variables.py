"""The dbt variables of a run.

What belongs here: what a run tells dbt about itself: its days, its region, the warehouse that pays for it. What does not: the
variables' defaults (`dbt_project.yml`). A variable is given only if it differs from its default, since dbt reads the whole project anew
if one does.
"""

import os
from collections.abc import Mapping

import dagster as dg

from dagster_open_platform.lib.dbt.targets import BACKFILL_WAREHOUSES
from dagster_open_platform.utils.regions import Region

BACKFILL_TAGS = ("dagster/backfill", "platform/backfill")
"""Tags of runs that make anew what was there: Dagster's own, and that of schedules (`lib/schedule`)."""


def window_variables(window: dg.TimeWindow) -> Mapping[str, str]:
    """Return the variables that stand for a range of days: ISO dates, the end exclusive."""
    return {"min_date": window.start.date().isoformat(), "max_date": window.end.date().isoformat()}


def region_variables(region: Region) -> Mapping[str, str]:
    """Return the variable that says whose data the project is about; the first region's is its default."""
    return {} if region.is_first else {"region": region.name}


def backfill_variables(tags: Mapping[str, str], target: str) -> Mapping[str, str]:
    """Return the variable that has models built on a warehouse of their own in a backfill, so that it does not slow anybody else.

    Args:
        tags: Of the run.
        target: Of `profiles.yml`. `SNOWFLAKE_BACKFILL_WAREHOUSE` replaces the warehouse of one that has any.
    """
    warehouse = BACKFILL_WAREHOUSES[target]
    if warehouse is None or not any(tag in tags for tag in BACKFILL_TAGS):
        return {}
    return {"backfill_warehouse": os.environ.get("SNOWFLAKE_BACKFILL_WAREHOUSE") or warehouse}
