"""The models that Hightouch sends hold what plain Python makes of the product's own tables, and dbt's tests hold over them."""

import shutil
from collections.abc import Mapping
from typing import Any

import duckdb
import pytest

from dagster_open_platform_local.services.saas.hightouch.syncs import SYNCS, Sync
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt_product import expected, expected_hightouch
from dagster_open_platform_tests.integration.dbt_product.conftest import COMPANY, TODAY
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

Models = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def wanted() -> Models:
    return expected_hightouch.models(expected.all_rows(COMPANY, TODAY))


@pytest.fixture(scope="module")
def sent(
    built: ProductWarehouse, dbt_product: InProcessDbt, tmp_path_factory: pytest.TempPathFactory
) -> Models:
    """The models' rows, once built and tested."""
    directory = tmp_path_factory.mktemp("hightouch")
    shutil.copytree(built.directory, directory, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
        dbt_product.run(
            "build",
            "--indirect-selection",
            "buildable",
            "--select",
            "pii_cloud_product__users",
            "path:models/hightouch",
        )
    with duckdb.connect(str(directory / "dwh_reporting.duckdb"), read_only=True) as connection:
        return {
            sync.slug: connection.execute(f"FROM hightouch.{sync.slug}").to_arrow_table().to_pylist()
            for sync in SYNCS
        }


@pytest.mark.parametrize("sync", SYNCS, ids=[sync.slug for sync in SYNCS])
def test_a_model_holds_what_the_product_says(sync: Sync, sent: Models, wanted: Models) -> None:
    found = {row[sync.key]: row for row in sent[sync.slug]}
    assert len(found) == len(sent[sync.slug])
    assert found == {row[sync.key]: pytest.approx(row) if _rates(row) else row for row in wanted[sync.slug]}


def _rates(row: Mapping[str, Any]) -> bool:
    return "success_rate" in row and None not in row.values()


def test_the_company_has_something_to_tell(wanted: Models) -> None:
    """What the comparison above would not notice if there were none."""
    health, plans = wanted["salesforce_account_health"], wanted["hubspot_company_plan"]
    assert {row["health_band"] for row in health} == {"RED", "YELLOW", "GREEN"}
    assert {row["lifecycle"] for row in wanted["salesforce_account_lifecycle"]} == {
        "FREE",
        "CUSTOMER",
        "CHURNED",
    }
    assert any(row["annual_recurring_revenue"] for row in plans)
    assert any(row["annual_recurring_revenue"] == 0 for row in plans)
    assert any(row["annual_recurring_revenue"] is None for row in plans)
    assert any(row["days_to_first_run"] for row in wanted["hubspot_company_adoption"])
    assert any(row["organization_count"] > 1 for row in wanted["hubspot_contact_organization"])
    assert any(row["last_active_date"] is None for row in wanted["hubspot_contact_activity"])
