"""What the tests of the product's models share: a parsed project, and warehouses filled by the company."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import locked, manifest_directory
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

COMPANY = CompanySettings(seed=11, scale=0.3)
TODAY = date(2026, 8, 4)
"""Two months have data, so that some runs are older than 28 days."""

MODELS = "path:models/staging/cloud_product +path:models/marts/product"
"""What is tested here, and what it reads, billing and the CRM among it."""
SELECTED = ("--indirect-selection", "buildable", "--select", *MODELS.split())
"""The same for dbt, with those tests that need nothing else."""
SOURCES = tuple(
    f"source:{name}" for name in ("cloud_product", "cloud_product_shard1", "cloud_product_xregion")
)
"""What the product's databases hold, for the tests of that."""


@dataclass(frozen=True)
class BuiltProduct(ProductWarehouse):
    """A warehouse in which everything is built and tested.

    Args:
        outcomes: dbt's word for what came of each node, by its name.
    """

    outcomes: Mapping[str, str] = field(repr=False)


@pytest.fixture(scope="session")
def dbt_product(tmp_path_factory: pytest.TempPathFactory) -> InProcessDbt:
    """The project, parsed for DuckDB."""
    directory = manifest_directory("local", tmp_path_factory)
    return InProcessDbt(tmp_path_factory.mktemp("dbt_product")).parsed_in(directory)


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProductWarehouse:
    """An empty warehouse of the test's own."""
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    return ProductWarehouse(tmp_path, COMPANY)


@pytest.fixture(scope="session")
def built(dbt_product: InProcessDbt, tmp_path_factory: pytest.TempPathFactory) -> BuiltProduct:
    """Everything built and tested once for all workers, over all days of the company; for looking only."""
    base = tmp_path_factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "product"
    told = directory / "outcomes.json"
    with locked(directory.with_suffix(".lock")):
        if not told.exists():
            directory.mkdir(exist_ok=True)
            ProductWarehouse(directory, COMPANY).load_with_customers(TODAY)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("WAREHOUSE_DUCKDB_DIR", str(directory))
                results = dbt_product.run(
                    "build", "--exclude-resource-type", "unit_test", *SELECTED, *SOURCES
                )
            told.write_text(json.dumps({each.node.name: str(each.status) for each in results}))
    return BuiltProduct(directory, COMPANY, json.loads(told.read_text()))
