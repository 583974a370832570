"""The marts hold what plain Python makes of the product's own tables, and dbt's tests hold over them."""

import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt_product import expected
from dagster_open_platform_tests.integration.dbt_product.conftest import COMPANY, SELECTED, TODAY
from dagster_open_platform_tests.integration.dbt_product.expected import Tables
from dagster_open_platform_tests.integration.dbt_product.replicated import MARTS, ProductWarehouse


@pytest.fixture(scope="module")
def tables() -> Tables:
    return expected.all_rows(COMPANY, TODAY)


def chosen(row: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in columns}


def test_organizations(built: ProductWarehouse, tables: Tables) -> None:
    wanted = expected.organizations(tables)
    rows = built.mart("core.dim_organizations")
    some = next(iter(wanted.values()))
    assert {row["organization_id"]: chosen(row, some) for row in rows} == wanted
    assert len(rows) == len(wanted)


def test_the_company_has_organizations_of_every_kind(tables: Tables) -> None:
    """What the comparison above would not notice if there were none."""
    found = list(expected.organizations(tables).values())
    assert {row["region"] for row in found} == {"us", "eu"}
    for column in ("is_internal", "is_canceled", "is_sso_enabled"):
        assert {row[column] for row in found} == {True, False}
    assert any(row["guest_count"] for row in found)
    assert any(row["active_member_count"] < row["member_count"] for row in found)
    assert any(row["active_deployment_count"] < row["deployment_count"] for row in found)
    assert any(row["run_count"] == 0 for row in found)
    lapsed = [row for row in found if row["is_canceled"] and row["currency"]]
    assert lapsed, "no organization cancelled a contract"
    assert any(row["monthly_commitment"] for row in found)


def test_users(built: ProductWarehouse, tables: Tables) -> None:
    wanted = expected.users(tables)
    rows = built.mart("core.dim_users")
    some = next(iter(wanted.values()))
    assert {row["user_id"]: chosen(row, some) for row in rows} == wanted
    assert len(rows) == len(wanted)
    assert {row["is_active"] for row in rows} == {True, False}
    assert any(row["organization_count"] > 1 for row in rows)
    assert any(row["last_active_date"] is None for row in rows)


def test_runs(built: ProductWarehouse, tables: Tables) -> None:
    wanted = expected.runs(tables)
    rows = built.mart("core.fct_runs")
    some = next(iter(wanted.values()))
    assert {row["run_id"]: chosen(row, some) for row in rows} == wanted
    assert len(rows) == len(wanted)
    assert {row["status"] for row in rows} >= {"SUCCESS", "FAILURE", "CANCELED"}


def test_usage(built: ProductWarehouse, tables: Tables) -> None:
    wanted = expected.usage(tables)
    rows = built.mart("product.organization_usage_daily")
    some = next(iter(wanted.values()))
    assert {(row["usage_date"], row["organization_id"]): chosen(row, some) for row in rows} == wanted
    assert len(rows) == len(wanted)


def test_deployments(built: ProductWarehouse, tables: Tables) -> None:
    wanted = expected.deployments(tables)
    rows = built.mart("product.deployment_run_summary")
    some = next(iter(wanted.values()))
    found = {row["deployment_id"]: chosen(row, some) for row in rows}
    for row in found.values():
        row["median_run_seconds"] = row["median_run_seconds"] and round(row["median_run_seconds"], 6)
    assert found == wanted
    assert len(rows) == len(wanted)
    assert any(row["run_count"] < row["total_run_count"] for row in rows)
    assert any(row["run_count"] == 0 for row in rows)


def test_runs_of_both_shards_and_deployments_of_all_are_in_it(built: ProductWarehouse) -> None:
    deployments = built.mart("product.deployment_run_summary")
    assert {row["shard"] for row in deployments} == {"main", "shard1", "xregion"}
    assert {row["shard"] for row in deployments if row["total_run_count"]} == {"main", "shard1"}


def test_a_second_build_changes_nothing(
    dbt_product: InProcessDbt, built: ProductWarehouse, warehouse: ProductWarehouse
) -> None:
    shutil.copytree(built.directory, warehouse.directory, dirs_exist_ok=True)
    dbt_product.run("run", *SELECTED)
    assert {name: warehouse.mart(name) for name in MARTS} == {name: built.mart(name) for name in MARTS}
