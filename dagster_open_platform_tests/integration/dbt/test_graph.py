"""The asset graph that comes of the real project: the same in every environment, whatever the manifest was parsed with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.defs.dbt.py.assets import definitions_of
from dagster_open_platform.lib.dbt.properties import folder_of, key_of
from dagster_open_platform.lib.dbt.selection import foreign_tests
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName, environment_scope
from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.dbt import DELIVERED
from dagster_open_platform_tests.fixtures.dbt_product import PRODUCT_TABLES
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt

ENVIRONMENTS = (
    Environment(EnvironmentName.LOCAL),
    Environment(EnvironmentName.BRANCH, pull_request_id="42"),
    Environment(EnvironmentName.DOGFOOD),
    Environment(EnvironmentName.PROD),
)
SEGMENT = {
    "docs": (
        "calls/pages",
        "calls/tracks",
        "feedback/feedback_submitted",
        "people/identifies",
        "reading/code_copied",
        "reading/search_performed",
        "reading/version_switched",
    ),
    "product": (
        "calls/pages",
        "calls/tracks",
        "people/identifies",
    ),
    "university": (
        "calls/pages",
        "calls/tracks",
        "learning/certificate_issued",
        "learning/course_completed",
        "learning/course_started",
        "learning/lesson_completed",
        "learning/quiz_submitted",
        "people/identifies",
    ),
    "website": (
        "acquisition/cta_clicked",
        "acquisition/newsletter_subscribed",
        "acquisition/pricing_calculated",
        "acquisition/signed_up",
        "acquisition/video_played",
        "calls/pages",
        "calls/tracks",
        "people/identifies",
    ),
}
"""Which of each source's tables are read, with their categories."""
PRODUCERS = {
    "pypi.daily_file_downloads": "bigquery/pypi/daily_file_downloads",
    "oss_analytics.dagster_pypi_downloads": "purina/oss_analytics/dagster_pypi_downloads",
    "github.issues": "github/issues",
    "github.discussions": "github/discussions",
    "github.comments": "github/comments",
    "aws.aws_cost_report": "aws/aws_cost_report",
    "aws.daily_costs": "snowflake/aws/daily_costs",
    **{f"claude.{name}": f"claude/{name}" for name in ("api_keys", "claude_code", "cost", "usage")},
    "oss_telemetry.daily_events": "snowflake/oss_telemetry/daily_events",
    "oss_telemetry.events": "snowflake/oss_telemetry/events",
    **{
        f"slack.{name}": f"slack/{name}"
        for name in ("channels", "member_analytics", "member_metrics", "users")
    },
    **{
        f"stripe.{name}": f"stripe/{name}"
        for name in (
            "balance_transactions",
            "charges",
            "customers",
            "invoice_line_items",
            "invoices",
            "plans",
            "subscription_items",
            "subscription_schedules",
            "subscriptions",
            "subscriptions_metadata",
        )
    },
    **{table: f"sling/{table.replace('.', '/')}" for table in PRODUCT_TABLES},
    **{
        f"{slug}.{table.rpartition('/')[2]}": f"segment/{slug}/{table}"
        for slug, tables in SEGMENT.items()
        for table in tables
    },
}


def assets_of(
    manifest: Mapping[str, Any], environment: Environment = ENVIRONMENTS[0]
) -> list[dg.AssetsDefinition]:
    with environment_scope(environment):
        found = definitions_of(manifest).assets or ()
    return [asset for asset in found if isinstance(asset, dg.AssetsDefinition)]


def described(assets: list[dg.AssetsDefinition]) -> dict[str, Any]:
    """Everything about the graph that must not differ."""
    graph: dict[str, Any] = {}
    for asset in assets:
        graph[asset.op.name] = (asset.op.pool, str(asset.partitions_def), str(asset.backfill_policy))
        for spec in asset.specs:
            graph[spec.key.to_user_string()] = {
                "op": asset.op.name,
                "group": spec.group_name,
                "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
                "owners": spec.owners,
                "kinds": sorted(spec.kinds),
                "tags": dict(spec.tags),
                "partitions": str(spec.partitions_def),
                "automation": str(spec.automation_condition),
                "freshness": str(spec.freshness_policy),
                "code version": spec.code_version,
                "description": spec.description,
            }
        for check in asset.check_specs:
            deps = sorted(dep.asset_key.to_user_string() for dep in check.additional_deps)
            graph[str(check.key)] = (asset.op.name, check.blocking, check.description, deps)
    return graph


def test_one_graph(manifests: Mapping[str, Mapping[str, Any]]) -> None:
    graphs = {
        (target, environment.name): described(assets_of(manifest, environment))
        for target, manifest in manifests.items()
        for environment in ENVIRONMENTS
    }
    first = next(iter(graphs.values()))
    assert len(first) > 100
    assert [place for place, graph in graphs.items() if graph != first] == []


def test_only_the_place_of_the_tables_differs(manifest: Mapping[str, Any]) -> None:
    key = dg.AssetKey(["dwh_reporting", "community", "pypi_downloads_weekly"])
    names = set()
    for environment in ENVIRONMENTS:
        [spec] = [
            spec for asset in assets_of(manifest, environment) for spec in asset.specs if spec.key == key
        ]
        names.add(spec.metadata["dagster/table_name"])
    table = "community.pypi_downloads_weekly"
    assert names == {f"dwh_reporting.{table}", f"dwh_reporting_clone_42.{table}"}


def test_three_ops_share_the_project(manifest: Mapping[str, Any]) -> None:
    assets = {asset.op.name: asset for asset in assets_of(manifest)}
    assert set(assets) == {"dbt_non_partitioned", "dbt_daily", "dbt_snapshots"}
    nodes = [
        node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")
    ]
    keys = [key for asset in assets.values() for key in asset.keys]
    assert sorted(keys) == sorted(key_of(node) for node in nodes)
    assert {asset.op.pool for asset in assets.values()} == {"warehouse"}
    assert assets["dbt_daily"].partitions_def == dg.DailyPartitionsDefinition("2026-06-01")
    assert assets["dbt_daily"].backfill_policy == dg.BackfillPolicy.single_run()


def test_every_test_is_the_check_of_one_asset(manifest: Mapping[str, Any]) -> None:
    tests = [node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    checks = [check.name for asset in assets_of(manifest) for check in asset.check_specs]
    assert sorted(tests) == sorted(checks)


@pytest.mark.parametrize("op", ["dbt_non_partitioned", "dbt_daily", "dbt_snapshots"])
def test_each_op_runs_exactly_its_own_tests(
    manifest: Mapping[str, Any], dbt_local: InProcessDbt, op: str
) -> None:
    """A test of two assets that different ops build belongs to one: in the other a table may be missing."""
    [asset] = [asset for asset in assets_of(manifest) if asset.op.name == op]
    checks = {check.key for check in asset.check_specs}
    selections = {
        option: asset.op.tags.get(f"dagster_dbt/{option}", "").split() for option in ("select", "exclude")
    }
    selections["exclude"] += foreign_tests(manifest, asset.keys, checks)
    assert run_by_dbt(dbt_local, **selections) == sorted(check.name for check in checks)


def test_a_part_of_an_op_runs_exactly_the_tests_of_that_part(
    manifest: Mapping[str, Any], dbt_local: InProcessDbt
) -> None:
    """dim_github_repositories is also the other side of a test of github_activity_daily, which another op builds."""
    [asset] = [asset for asset in assets_of(manifest) if asset.op.name == "dbt_non_partitioned"]
    key = dg.AssetKey(["dwh_reporting", "community", "dim_github_repositories"])
    checks = {check.key for check in asset.check_specs if check.asset_key == key}
    others = foreign_tests(manifest, {key}, checks)
    assert others == [
        "github_activity_daily_repositories_are_known",
        "github_contributors_monthly_repositories_are_known",
    ]
    found = run_by_dbt(dbt_local, select=["dim_github_repositories"], exclude=list(others))
    assert found == sorted(check.name for check in checks)


def run_by_dbt(dbt: InProcessDbt, *, select: list[str], exclude: list[str]) -> list[str]:
    selection = [*(["--select", *select] if select else []), *(["--exclude", *exclude] if exclude else [])]
    listed = dbt.call("list", "--resource-type", "test", "--output", "name", *selection).result
    assert isinstance(listed, list)
    return sorted(map(str, listed))


def test_every_source_has_the_producer_that_the_platform_knows(manifest: Mapping[str, Any]) -> None:
    found = {
        f"{source['schema']}.{source['name']}": key_of(source).to_user_string()
        for source in manifest["sources"].values()
    }
    # Fivetran's are many, and all called alike.
    of_fivetran = {
        f"{source['schema']}.{source['name']}": f"fivetran/{source['schema']}/{source['name']}"
        for source in manifest["sources"].values()
        if source["database"] == "fivetran"
    }
    assert found == PRODUCERS | of_fivetran
    databases = {source["schema"]: source["database"] for source in manifest["sources"].values()}
    assert {schema for schema, name in databases.items() if name == "segment"} == {*SEGMENT}
    assert {*databases.values()} == {"purina", *DELIVERED}


def test_every_asset_refers_to_its_file(manifest: Mapping[str, Any]) -> None:
    for asset in assets_of(manifest):
        for spec in asset.specs:
            [reference] = spec.metadata["dagster/code_references"].code_references
            assert Path(reference.file_path).is_relative_to(PROJECT_DIR)
            assert Path(reference.file_path).is_file()


def test_the_folder_is_the_schema_and_the_group(manifest: Mapping[str, Any]) -> None:
    for asset in assets_of(manifest):
        for spec in asset.specs:
            assert spec.key.path[:2] == ["dwh_reporting", spec.group_name]
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed", "snapshot"):
            assert node["config"]["schema"] == folder_of(node)


def test_a_manifest_is_no_bigger_problem_than_json(manifest: Mapping[str, Any]) -> None:
    # Metadata that reaches the database must be of plain values: the specs hold the manifest by reference only.
    assert json.loads(json.dumps(manifest)) == manifest
