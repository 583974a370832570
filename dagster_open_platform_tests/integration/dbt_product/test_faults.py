"""An injected fault of each kind fails the test that is meant for it."""

import shutil
from collections.abc import Iterable

import duckdb
import pytest

from dagster_open_platform_tests.fixtures.dbt import DELIVERED
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, results_of
from dagster_open_platform_tests.integration.dbt_product.conftest import BuiltProduct
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

RAW_FAULTS = {
    "a row that was loaded twice": (
        "insert into cloud_product.runs from cloud_product.runs limit 1",
        {"source_unique_cloud_product_runs_id": "warn"},
    ),
    "an event that was loaded twice": (
        "insert into cloud_product_shard1.event_logs from cloud_product_shard1.event_logs order by id limit 1",
        {
            "source_unique_cloud_product_shard1_event_logs_id": "warn",
            "stg_cloud_product__event_logs_grain": "fail",
        },
    ),
    "an unknown plan": (
        "update cloud_product_xregion.organizations set plan = 'FREE'",
        {"accepted_values_stg_cloud_product__organizations_plan__SOLO__STARTER__PRO__ENTERPRISE": "fail"},
    ),
    "a deployment that is not loaded yet": (
        "delete from cloud_product.deployments where id in (select deployment_id from cloud_product.runs)",
        {"stg_cloud_product__runs_deployments_are_known": "warn"},
    ),
    "a run that ended before it started": (
        "update cloud_product_shard1.runs set end_time = start_time - 1 where status = 'SUCCESS'",
        {"stg_cloud_product__runs_end_after_they_start": "fail"},
    ),
    "a run that succeeded and goes on": (
        "update cloud_product.runs set end_time = null where status = 'FAILURE'",
        {"stg_cloud_product__runs_have_an_end_if_they_are_finished": "fail"},
    ),
    "a member without an account": (
        "update cloud_product.users_organizations set user_id = 999999"
        " where id = (select min(id) from cloud_product.users_organizations)",
        {"stg_cloud_product__users_organizations_users_are_known": "warn"},
    ),
    "a run of a day that was built before": (
        "update cloud_product.runs set created_at = created_at - interval 1 day"
        " where id = (select max(id) from cloud_product.runs)",
        {"daily_usage_equals_the_runs": "fail"},
    ),
}
MART_FAULTS = {
    "update core.dim_organizations set member_count = member_count + 1000": "members_are_the_memberships",
    "update core.dim_organizations set canceled_at = null": (
        "dim_organizations_have_a_time_of_cancelling_if_they_cancelled"
    ),
    "update product.deployment_run_summary set total_run_count = 0": (
        "every_run_belongs_to_a_deployment_and_an_organization"
    ),
    "update product.deployment_run_summary set success_rate = 2": (
        "deployment_run_summary_success_rates_are_fractions"
    ),
    "insert into product.organization_usage_daily from product.organization_usage_daily": (
        "organization_usage_daily_grain"
    ),
}


@pytest.fixture
def copy(built: BuiltProduct, warehouse: ProductWarehouse) -> ProductWarehouse:
    """The test's own copy of the warehouse in which everything is built."""
    for name in ("purina", "dwh_reporting", *DELIVERED):
        shutil.copy(built.directory / f"{name}.duckdb", warehouse.directory)
    return warehouse


def outcomes(dbt: InProcessDbt, tests: Iterable[str]) -> dict[str, str]:
    """What dbt says of data tests that are asked again."""
    return {each.node.name: str(each.status) for each in results_of(dbt.call("test", "--select", *tests))}


def test_a_clean_company_passes(built: BuiltProduct) -> None:
    assert len(built.outcomes) > 150
    assert {name: found for name, found in built.outcomes.items() if found not in ("pass", "success")} == {}
    wanted = {name for _, tests in RAW_FAULTS.values() for name in tests} | {*MART_FAULTS.values()}
    assert wanted <= {name for name, found in built.outcomes.items() if found == "pass"}


def test_every_fault_of_the_source_is_found(dbt_product: InProcessDbt, copy: ProductWarehouse) -> None:
    expected: dict[str, str] = {}
    with copy.raw() as connection:
        for statement, tests in RAW_FAULTS.values():
            assert connection.execute(statement).fetchone() != (0,), statement
            expected |= tests
    assert outcomes(dbt_product, expected) == expected


def test_every_fault_of_a_mart_is_found(dbt_product: InProcessDbt, copy: ProductWarehouse) -> None:
    with duckdb.connect(str(copy.directory / "dwh_reporting.duckdb")) as connection:
        for statement in MART_FAULTS:
            assert connection.execute(statement).fetchone() != (0,), statement
    found = outcomes(dbt_product, MART_FAULTS.values())
    assert found.keys() == {*MART_FAULTS.values()}
    assert "pass" not in found.values()
