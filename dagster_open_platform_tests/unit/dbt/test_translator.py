"""The specs that nodes become."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_dbt import DbtProject

from dagster_open_platform.lib.automation import (
    ingest_on_cron,
    on_code_changed,
    on_inputs_settled,
    on_inputs_updated,
)
from dagster_open_platform.lib.dbt.relations import Relations
from dagster_open_platform.lib.dbt.translator import PlatformDbtTranslator
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_tests.unit.dbt.nodes import generic_test, manifest, model, source

DAYS = dg.DailyPartitionsDefinition("2026-06-01")
PROD = Environment(EnvironmentName.PROD)


def translator(environment: Environment = PROD) -> PlatformDbtTranslator:
    return PlatformDbtTranslator(
        relations=Relations(environment, snowflake_account="acme-main"), daily_partitions=DAYS
    )


@pytest.fixture
def project(tmp_path: Path) -> DbtProject:
    (tmp_path / "dbt_project.yml").write_text("name: shop")
    return DbtProject(tmp_path)


def spec_of(
    project: DbtProject, node: dict[str, Any], *others: dict[str, Any], adapter: str = "duckdb"
) -> dg.AssetSpec:
    return translator().get_asset_spec(manifest(node, *others, adapter=adapter), node["unique_id"], project)


def test_an_asset_says_who_owns_it_and_what_it_is(project: DbtProject) -> None:
    node = model(tags=["finance"])
    spec = spec_of(project, node)
    assert spec.key == dg.AssetKey(["dwh_reporting", "sales", "orders"])
    assert spec.group_name == "sales"
    assert spec.owners == ["team:sales"]
    assert spec.kinds == {"dbt", "table"}
    assert {"finance": "", "layer": "mart"}.items() <= spec.tags.items()
    assert spec.description == "One row per order.\n\nGrain: `order_id`. Owner: team:sales."


@pytest.mark.parametrize("adapter", ["duckdb", "snowflake"])
def test_the_engine_shows_nowhere(project: DbtProject, adapter: str) -> None:
    spec = spec_of(project, model(), adapter=adapter)
    # The manifest itself is kept beside the metadata, and the link leads where the environment says.
    aside = ("dagster_dbt/manifest", "relation")
    stated = {key: value for key, value in spec.metadata.items() if key not in aside}
    assert adapter not in f"{spec.kinds} {spec.tags} {stated}"


def test_an_asset_refers_to_its_table_and_its_file(project: DbtProject) -> None:
    metadata = spec_of(project, model()).metadata
    assert metadata["dagster/table_name"] == "dwh_reporting.sales.orders"
    assert metadata["relation"].url.endswith("/databases/DWH_REPORTING/schemas/SALES/table/ORDERS")
    [reference] = metadata["dagster/code_references"].code_references
    assert Path(reference.file_path) == Path(project.project_dir) / "models/marts/sales/orders.sql"
    [column] = metadata["dagster/column_schema"].columns
    assert (column.name, column.description) == ("order_id", "Number of the order.")


def test_a_source_is_a_dependency_on_its_producer(project: DbtProject) -> None:
    raw = source()
    spec = spec_of(project, model(folder="staging/erp", depends_on={"nodes": [raw["unique_id"]]}), raw)
    [dependency] = spec.deps
    assert (dependency.asset_key, dict(dependency.metadata)) == (dg.AssetKey(["erp", "orders"]), {})


@pytest.mark.parametrize(
    ("node", "condition"),
    [
        (model(folder="staging/erp"), on_inputs_updated()),
        (model(folder="utilities"), on_code_changed()),
        (model(resource_type="seed", original_file_path="seeds/a.csv"), on_code_changed()),
        (model(folder="pii"), on_inputs_updated()),
        (model(folder="intermediate"), on_inputs_settled()),
        (model(folder="core"), on_inputs_settled()),
        (model(folder="hightouch"), on_inputs_settled()),
        (model(folder="marts/sales"), on_inputs_settled()),
        (model(folder="marts/sales", tags=["event_log"]), ingest_on_cron("30 6 * * *")),
        (model(resource_type="snapshot", original_file_path="snapshots/a.yml"), ingest_on_cron("0 7 * * *")),
    ],
)
def test_the_layer_decides_when_an_asset_runs(
    project: DbtProject, node: dict[str, Any], condition: dg.AutomationCondition
) -> None:
    assert spec_of(project, node).automation_condition == condition


def test_only_daily_models_are_partitioned(project: DbtProject) -> None:
    assert spec_of(project, model(tags=["daily"])).partitions_def == DAYS
    assert spec_of(project, model()).partitions_def is None


def test_freshness_is_that_of_the_model(project: DbtProject) -> None:
    meta = {
        "owner": "team:sales",
        "grain": ["a"],
        "dagster": {"freshness": {"error_after": {"count": 2, "period": "day"}}},
    }
    policy = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2))
    assert spec_of(project, model(config={"meta": meta})).freshness_policy == policy
    assert spec_of(project, model()).freshness_policy is None


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({}, "dbt test `not_null` of `order_id`."),
        ({"description": "Every order has a number."}, "Every order has a number."),
        (
            {
                "column_name": None,
                "test_metadata": {"name": "holds", "kwargs": {"condition": "a > 0", "model": "x"}},
            },
            "dbt test `holds` (condition: a > 0).",
        ),
        (
            {"test_metadata": None, "original_file_path": "tests/sales/sums.sql"},
            "The query tests/sales/sums.sql returns no rows.",
        ),
    ],
)
def test_a_test_is_a_check_that_says_what_it_asks(
    project: DbtProject, changes: dict[str, Any], description: str
) -> None:
    node = model()
    test = generic_test("orders_have_a_number", node, **changes)
    nodes = manifest(node, test)
    spec = translator().get_asset_spec(nodes, node["unique_id"], project)
    check = translator().get_asset_check_spec(spec, nodes, test["unique_id"], project)
    assert check is not None
    assert (check.name, check.asset_key, check.blocking) == ("orders_have_a_number", spec.key, True)
    assert check.description == description


def test_a_test_that_only_warns_does_not_block(project: DbtProject) -> None:
    node = model()
    test = generic_test("orders_have_a_number", node, config={"severity": "warn", "meta": {}})
    nodes = manifest(node, test)
    spec = translator().get_asset_spec(nodes, node["unique_id"], project)
    check = translator().get_asset_check_spec(spec, nodes, test["unique_id"], project)
    assert check is not None
    assert check.blocking is False
