"""The parts of the graph that shorter forms have.

What belongs here: which ops they are. What does not: what is done with them.

The small part has something of each way by which data come (Sling, Fivetran, HTTP APIs, BigQuery, object storage), days and weeks, and no
dbt, one command of which costs as much as all of it. The other one has dbt's models of it besides, daily ones among them.
"""

import enum
import importlib
from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DbtProject
from dagster_shared.record import replace

from dagster_open_platform.defs.dbt.py.assets import DAILY_PARTITIONS
from dagster_open_platform.lib.dbt.manifest import load_manifest
from dagster_open_platform.lib.dbt.nodes import Selection
from dagster_open_platform.lib.dbt.ops import DAILY, RETRIES, op_of
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_local.chaos.errors import ChaosError
from dagster_open_platform_local.code_locations import AMERICAN, CODE_LOCATIONS, CodeLocation


class Part(enum.StrEnum):
    """How much of the graph there is."""

    WHOLE = "whole"
    PART = "part"
    FEW = "few"


OPS = frozenset(
    {
        "claude__usage",
        "claude__users",
        "cloud_product_directory",
        "cloud_product_xregion_directory",
        "dagster_pypi_downloads",
        "dms_change_tables",
        "external_table_oss_telemetry_events",
        "fivetran_google_sheets_arr_targets",
        "fivetran_youtube_analytics",
        "github_activity",
        "pypi_daily_file_downloads",
        "check_segment_docs_loads",
        "slack_member_analytics",
        "slack_users",
        "stage_oss_telemetry_telemetry_exports",
        "view_oss_telemetry_daily_events",
    }
)
MODELS = {
    False: (
        "stg_pypi__daily_file_downloads",
        "stg_oss_analytics__dagster_pypi_downloads",
        "stg_slack__member_analytics",
        "stg_slack__users",
        "stg_github__issues",
        "stg_github__discussions",
        "stg_github__comments",
        "pypi_downloads_weekly",
        "github_issue_labels",
        "dim_github_repositories",
        "github_contributors_monthly",
        "int_community__github_contributions",
    ),
    True: ("pypi_downloads_daily", "slack_activity_daily", "github_activity_daily"),
}
"""Of dbt: by whether they are partitioned by day."""


def all_definitions(part: Part) -> list[dg.Definitions]:
    """The code locations in the order in which their work is done; of a part, the one that it is of."""
    if part is Part.WHOLE:
        return [_loaded(each) for each in CODE_LOCATIONS]
    return [definitions_of(part)]


def _loaded(location: CodeLocation) -> dg.Definitions:
    return importlib.import_module(location.module).LOCATION.load()


def definitions_of(part: Part) -> dg.Definitions:
    """The American code location, or that part of it.

    Raises:
        ChaosError: The part names an op that does not exist.
    """
    whole = _loaded(AMERICAN)
    if part is Part.WHOLE:
        return whole
    kept = [
        each
        for each in [*(whole.assets or ()), *(whole.asset_checks or ())]
        if isinstance(each, dg.AssetsDefinition) and each.node_def.name in OPS
    ]
    if missing := OPS - {each.node_def.name for each in kept}:
        raise ChaosError(f"The part of the graph names ops that do not exist: {', '.join(sorted(missing))}.")
    return replace(
        whole,
        assets=[*(each for each in kept if each.keys), *(_dbt() if part is Part.PART else ())],
        asset_checks=[each for each in kept if not each.keys],
        jobs=[],
        schedules=[],
        sensors=[],
    )


def _dbt() -> list[dg.AssetsDefinition]:
    manifest = load_manifest()
    translator = PlatformDbtTranslator(
        relations=Relations(get_environment()), daily_partitions=DAILY_PARTITIONS
    )
    return [
        op_of(_selection(is_daily), manifest, translator, DbtProject(PROJECT_DIR), RETRIES)
        for is_daily in MODELS
    ]


def _selection(is_daily: bool) -> Selection:
    names = MODELS[is_daily]

    def has(node: Mapping[str, Any]) -> bool:
        return node["resource_type"] == "model" and node["name"] in names

    return Selection(
        f"{DAILY.op}_of_a_part" if is_daily else "dbt_of_a_part",
        has,
        select=" ".join(names),
        # Tests that look at models which are not there.
        exclude=f"resource_type:snapshot {' '.join(MODELS[not is_daily])}",
        is_daily=is_daily,
    )
