"""The committed instance over the company's own connectors: every table lands, and the company's sources agree."""

import datetime as dt
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.lib.warehouse import TableRef, duckdb_warehouse
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.saas.fivetran.sources import sources_of
from dagster_open_platform_tests.fixtures.fivetran import FivetranServer, fivetran_server
from dagster_open_platform_tests.fixtures.fivetran_platform import FivetranPlatform, materialized

TODAY = dt.date(2026, 7, 16)
SETTINGS = CompanySettings(scale=0.05)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FivetranServer]:
    with fivetran_server(tmp_path, sources_of(CONNECTORS), today=TODAY, settings=SETTINGS) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


def write_directories(directory: Path) -> None:
    """The product's tables that the checks read, as Sling replicates them."""
    warehouse = duckdb_warehouse(directory, {"purina": "purina"})
    names = ("organizations", "customer_info")
    with warehouse.connect() as connection:
        for schema, database in (("cloud_product", "main"), ("cloud_product_xregion", "xregion")):
            for name, table in product_tables(SETTINGS, database, TODAY, names).items():
                connection.replace_table(TableRef("purina", schema, name), table)


def test_every_table_lands_with_its_columns_and_the_sources_agree(
    company: FivetranServer, instance: dg.DagsterInstance
) -> None:
    platform = FivetranPlatform(company.warehouse)
    write_directories(company.warehouse)
    defs = build_definitions(
        environment=Environment(EnvironmentName.LOCAL),
        resources={"warehouse": platform.warehouse, "fivetran": platform.fivetran},
    )
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs() if spec.key.path[0] == "fivetran"}
    job = dg.Definitions(assets=ops_of_fivetran(defs, specs.keys()), resources=defs.resources)
    result = job.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
    assert result.success
    found = materialized(result)
    assert found.keys() == {".".join(key.path[1:]) for key in specs}
    check_columns_and_counts(company, found, specs)

    checks = [each for each in result.get_asset_check_evaluations() if each.check_name != "row_count_anomaly"]
    references = {(each.asset_key.to_user_string(), each.check_name): each for each in checks}
    assert len(references) == 5
    # The dirt in them is below what fails.
    assert [
        key for key, each in references.items() if not each.passed and each.severity.value == "ERROR"
    ] == []
    assert all(each.metadata["rows_checked"].value != 0 for each in references.values())


def ops_of_fivetran(defs: dg.Definitions, tables: Set[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """What loads the tables and what checks them, but for what needs dbt, whose warehouse holds more than these."""
    executable = [
        each
        for each in (*(defs.assets or ()), *(defs.asset_checks or ()))
        if isinstance(each, dg.AssetsDefinition) and each.is_executable
    ]
    return [
        each
        for each in executable
        if (each.keys & tables or {check.asset_key for check in each.check_keys} & tables)
        and "dbt" not in each.required_resource_keys
    ]


def check_columns_and_counts(
    company: FivetranServer, found: dict[str, dict[str, Any]], specs: Mapping[dg.AssetKey, dg.AssetSpec]
) -> None:
    declared_by = {".".join(key.path[1:]): spec for key, spec in specs.items()}
    with duckdb.connect(str(company.warehouse / "fivetran.duckdb"), read_only=True) as connection:
        for name, metadata in found.items():
            ((count,),) = connection.execute(f"SELECT count(*) FROM {name}").fetchall()  # noqa: S608 - the company's own
            assert metadata["dagster/row_count"] == count, name
            columns = {column.name for column in metadata["dagster/column_schema"].columns}
            declared = {column.name for column in declared_by[name].metadata["dagster/column_schema"].columns}
            # Fivetran tells of all but its own.
            assert [each for each in columns - declared if not each.startswith("_fivetran")] == [], name
            assert declared <= columns, name
            assert all(column.type for column in metadata["dagster/column_schema"].columns)
