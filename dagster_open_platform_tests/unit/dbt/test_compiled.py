"""What the SQL that dbt compiled adds to an event, whatever becomes of the warehouse."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.dbt.compiled import compiled_path, with_lineage
from dagster_open_platform.lib.dbt.events import DbtEvent
from dagster_open_platform_tests.unit.dbt.nodes import generic_test, manifest, model, source

RAW = source(columns={"id": {"name": "id", "description": "x"}})
ORDERS = model(depends_on={"nodes": [RAW["unique_id"]]})
TEST = generic_test("orders_have_a_number", ORDERS)
NODES = manifest(RAW, ORDERS, TEST)
BUILT = dg.Output(None, "result", metadata={"unique_id": ORDERS["unique_id"]})


def added(event: DbtEvent, target_path: Path) -> DbtEvent:
    log = dg.build_op_context().log
    return with_lineage(event, manifest=NODES, target_path=target_path, engine="duckdb", log=log)


def compiled(node: dict[str, Any], target_path: Path, sql: str) -> None:
    path = compiled_path(node, target_path)
    path.parent.mkdir(parents=True)
    path.write_text(sql)


def test_a_built_table_shows_where_its_columns_come_from(tmp_path: Path) -> None:
    compiled(ORDERS, tmp_path, "select id as order_id from purina.erp.raw_orders")
    event = added(BUILT, tmp_path)
    assert isinstance(event, dg.Output)
    lineage = event.metadata["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineageMetadataValue)
    [dependency] = lineage.column_lineage.deps_by_column["order_id"]
    assert (dependency.asset_key, dependency.column_name) == (dg.AssetKey(["erp", "orders"]), "id")
    assert event.metadata["unique_id"].value == ORDERS["unique_id"]


@pytest.mark.parametrize("sql", [None, "selekt 1 frm"])
def test_what_has_no_query_or_none_that_can_be_read_stays_as_it_is(sql: str | None, tmp_path: Path) -> None:
    if sql is not None:
        compiled(ORDERS, tmp_path, sql)
    assert added(BUILT, tmp_path) is BUILT


def test_a_check_has_no_lineage(tmp_path: Path) -> None:
    compiled(TEST, tmp_path, "select id from purina.erp.raw_orders where id is null")
    result = dg.AssetCheckResult(
        passed=False, asset_key=["a"], check_name="c", metadata={"unique_id": TEST["unique_id"]}
    )
    assert added(result, tmp_path) is result


def test_where_compiled_queries_are() -> None:
    base = Path("/t/compiled/shop")
    generic = compiled_path(TEST, Path("/t"))
    assert generic == base / "models/marts/sales/_sales__models.yml/orders_have_a_number.sql"
    singular = {**TEST, "path": "sales/sums.sql", "original_file_path": "tests/sales/sums.sql"}
    assert compiled_path(singular, Path("/t")) == base / "tests/sales/sums.sql"
