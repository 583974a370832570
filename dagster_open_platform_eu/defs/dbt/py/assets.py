"""The EU's part of the dbt project as assets.

What belongs here: from which day on there are any. What does not: which op builds which nodes (``lib/dbt/ops.py``).
"""

import dagster as dg
from dagster_dbt import DbtProject

from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.ops import SELECTIONS, op_of
from dagster_open_platform.lib.dbt.regions import excluded_of
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform.utils.regions import EU
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_eu.defs.dbt.py.project import SOURCES, manifest

DAILY_PARTITIONS = dg.DailyPartitionsDefinition(start_date="2026-06-01")
"""The days from the first for which the sources hold data (UTC)."""


@dg.definitions
def dbt_definitions() -> dg.Definitions:
    """The dbt assets and their checks, from the manifest that was built ahead."""
    translator = PlatformDbtTranslator(
        relations=Relations(get_environment(), EU), daily_partitions=DAILY_PARTITIONS
    )
    own, project = manifest(), DbtProject(PROJECT_DIR)
    excluded = excluded_of(load_manifest(), EU, SOURCES)
    return dg.Definitions(
        assets=[op_of(selection, own, translator, project, excluded=excluded) for selection in SELECTIONS]
    )
