"""What the tests of the product's models share: a parsed project, and warehouses filled by the company."""

from datetime import date
from pathlib import Path

import pytest

from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

COMPANY = CompanySettings(seed=11, scale=0.3)
TODAY = date(2026, 8, 4)
"""Two months have data, so that some runs are older than 28 days."""

MODELS = (
    "path:models/staging/cloud_product pii_cloud_product__users dim_organizations dim_users fct_runs"
    " customer_arr organization_usage_daily deployment_run_summary"
)
"""dbt's selection of everything that is tested here."""


@pytest.fixture(scope="session")
def dbt_product(tmp_path_factory: pytest.TempPathFactory) -> InProcessDbt:
    """The project, parsed for DuckDB."""
    return InProcessDbt(tmp_path_factory.mktemp("dbt_product")).parsed()


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProductWarehouse:
    """An empty warehouse of the test's own."""
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    return ProductWarehouse(tmp_path, COMPANY)


@pytest.fixture(scope="session")
def built(dbt_product: InProcessDbt, tmp_path_factory: pytest.TempPathFactory) -> ProductWarehouse:
    """Everything built and tested once, over all days of the company; for looking only."""
    found = ProductWarehouse(tmp_path_factory.mktemp("product"), COMPANY)
    found.load(TODAY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(found.directory))
        dbt_product.run("build", "--select", *MODELS.split())
    return found
