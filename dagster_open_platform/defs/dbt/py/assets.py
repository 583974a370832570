"""The dbt project's assets.

What belongs here: from which day on there are any. What does not: which op builds which nodes (``lib/dbt/ops.py``).

The manifest is read when the definitions load, not when this module is imported; if it is missing or stale, loading
fails and says so.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.ops import RETRIES, SELECTIONS, op_of
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform_dbt import PROJECT_DIR

DAILY_PARTITIONS = dg.DailyPartitionsDefinition(start_date="2026-06-01")
"""The days from the first for which the sources hold data (UTC)."""


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
