"""What is looked up in the warehouse after a run; against a real DuckDB."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.dbt.compiled import compiled_path
from dagster_open_platform.lib.dbt.evidence import Evidence, open_if_possible
from dagster_open_platform.lib.warehouse.duckdb.resource import duckdb_warehouse
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform_tests.unit.dbt.nodes import generic_test, manifest, model

ORDERS = model()
VIEW = model("stg_orders", "staging/erp", config={"materialized": "view", "schema": "sales"})
GONE = model("gone")
TEST = generic_test("orders_have_a_number", ORDERS)
LOG = dg.build_op_context().log


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    resource = duckdb_warehouse(tmp_path, {"dwh_reporting": "dwh_reporting", "purina": "purina"})
    with resource.connect() as connection:
        connection.execute("create schema dwh_reporting.sales")
        connection.execute(
            "create table dwh_reporting.sales.orders as select range as order_id from range(7)"
        )
        connection.execute("create view dwh_reporting.sales.stg_orders as from dwh_reporting.sales.orders")
    return resource


@pytest.fixture
def evidence(warehouse: WarehouseResource, tmp_path: Path) -> Iterator[Evidence]:
    with open_if_possible(warehouse, LOG) as connection:
        nodes = manifest(ORDERS, VIEW, GONE, TEST)
        yield Evidence(connection, warehouse=warehouse, manifest=nodes, target_path=tmp_path, log=LOG)


def built(node: dict[str, Any]) -> dg.Output[None]:
    return dg.Output(None, "result", metadata={"unique_id": node["unique_id"]})


def failed(metadata: dict[str, Any]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, asset_key=["a"], check_name="c", metadata=metadata)


def text(result: object, key: str) -> str:
    assert isinstance(result, dg.AssetCheckResult)
    value = (result.metadata or {})[key]
    assert isinstance(value, dg.MarkdownMetadataValue)
    return value.md_str or ""


def test_a_table_shows_rows_and_columns(evidence: Evidence) -> None:
    metadata = evidence.added_to(built(ORDERS)).metadata or {}
    assert metadata["dagster/row_count"].value == 7
    schema = metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchemaMetadataValue)
    [column] = schema.schema.columns
    assert (column.name, column.type, column.description) == ("order_id", "BIGINT", "Number of the order.")


def test_the_rows_of_a_view_are_not_counted(evidence: Evidence) -> None:
    metadata = evidence.added_to(built(VIEW)).metadata or {}
    assert "dagster/row_count" not in metadata
    assert "dagster/column_schema" in metadata


def test_a_table_that_has_gone_adds_nothing(evidence: Evidence) -> None:
    assert set(evidence.added_to(built(GONE)).metadata or ()) == {"unique_id"}


def test_a_failed_test_shows_its_query_and_a_few_rows(evidence: Evidence, tmp_path: Path) -> None:
    sql = "select order_id from dwh_reporting.sales.orders where order_id > 0 order by 1"
    path = compiled_path(TEST, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(sql)
    result = evidence.added_to(failed({"unique_id": dg.MetadataValue.text(TEST["unique_id"])}))
    assert sql in text(result, "query")
    rows = text(result, "sample of failing rows").splitlines()
    assert rows == ["| order_id |", "| ---: |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |"]


def test_a_query_that_cannot_be_run_again_loses_no_result(evidence: Evidence, tmp_path: Path) -> None:
    path = compiled_path(TEST, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text("select * from dwh_reporting.sales.dropped")
    result = failed({"unique_id": dg.MetadataValue.text(TEST["unique_id"])})
    assert evidence.added_to(result) == result


def test_a_warehouse_that_does_not_open_loses_no_result(tmp_path: Path) -> None:
    absent = duckdb_warehouse(tmp_path / "absent", {"dwh_reporting": "dwh_reporting"})
    with open_if_possible(absent, LOG) as connection:
        assert connection is None
        evidence = Evidence(
            connection, warehouse=absent, manifest=manifest(ORDERS), target_path=tmp_path, log=LOG
        )
        assert set(evidence.added_to(built(ORDERS)).metadata or ()) == {"unique_id"}
