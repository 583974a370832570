"""The shards are one table: whatever columns one has and another lacks, and wherever a row is."""

import shutil
from datetime import timedelta

import duckdb
import pytest

from dagster_open_platform_local.company.settings import EPOCH, CompanySettings
from dagster_open_platform_local.landing.product import EUROPE, SCHEMAS
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

SMALL = CompanySettings(seed=5, scale=0.2)
TODAY = EPOCH + timedelta(days=4)
STAGED = (
    "organizations",
    "users",
    "users_organizations",
    "customer_info",
    "deployments",
    "runs",
    "event_logs",
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> ProductWarehouse:
    """The raw tables, to be copied."""
    found = ProductWarehouse(tmp_path_factory.mktemp("small"), SMALL)
    found.load(TODAY)
    return found


@pytest.fixture
def small(loaded: ProductWarehouse, warehouse: ProductWarehouse) -> ProductWarehouse:
    shutil.copytree(loaded.directory, warehouse.directory, dirs_exist_ok=True)
    return ProductWarehouse(warehouse.directory, SMALL)


def staged(dbt: InProcessDbt, warehouse: ProductWarehouse, name: str) -> list[tuple[object, ...]]:
    """The rows of a staging model, which is a view over the raw tables."""
    dbt.run("run", "--select", f"stg_cloud_product__{name}")
    with duckdb.connect(str(warehouse.directory / "dwh_reporting.duckdb")) as connection:
        connection.execute(f"attach '{warehouse.directory / 'purina.duckdb'}' as purina (read_only)")
        return connection.execute(f"from staging.stg_cloud_product__{name} order by all").fetchall()


def raw_count(warehouse: ProductWarehouse, name: str) -> int:
    """The rows of a table in all databases that have it; not in the EU's own warehouse, which has some of them again."""
    with warehouse.raw() as connection:
        schemas = connection.execute(
            "select table_schema from information_schema.tables where table_name = ?"
            " and starts_with(table_schema, 'cloud_product') and table_schema <> ?",
            [name, EUROPE],
        ).fetchall()
        assert {schema for (schema,) in schemas} <= set(SCHEMAS.values())
        counts = [
            connection.table(f"{schema}.{name}").aggregate("count(*)").fetchone() for (schema,) in schemas
        ]
    return sum(count[0] for count in counts if count)


@pytest.mark.parametrize("name", STAGED)
def test_every_row_of_every_shard_is_there_once(
    dbt_product: InProcessDbt, small: ProductWarehouse, name: str
) -> None:
    rows = staged(dbt_product, small, name)
    assert len(rows) == raw_count(small, name) > 0


def test_a_column_that_one_shard_has_already_shifts_nothing(
    dbt_product: InProcessDbt, small: ProductWarehouse
) -> None:
    before = staged(dbt_product, small, "runs")
    with small.raw() as connection:
        connection.execute(
            "create or replace table cloud_product_shard1.runs as"
            " select 'new' as first_of_all, * from cloud_product_shard1.runs"
        )
    assert staged(dbt_product, small, "runs") == before


@pytest.mark.parametrize("name", ["organizations", "deployments", "runs"])
def test_a_row_that_moved_is_there_once_as_it_is_now(
    dbt_product: InProcessDbt, small: ProductWarehouse, name: str
) -> None:
    """Every row of the other database is copied into the first one, an hour older there."""
    before = staged(dbt_product, small, name)
    other = "cloud_product_xregion" if name == "organizations" else "cloud_product_shard1"
    with small.raw() as connection:
        moved = connection.table(f"{other}.{name}").project(
            "* replace (updated_at - interval 1 hour as updated_at)"
        )
        moved.insert_into(f"cloud_product.{name}")
    assert raw_count(small, name) > len(before)
    assert staged(dbt_product, small, name) == before


def test_a_group_that_no_shard_holds_is_an_error(
    dbt_product: InProcessDbt, capsys: pytest.CaptureFixture[str]
) -> None:
    inline = "{{ union_shards('billing', 'invoices', ['id']) }}"
    result = dbt_product.call("compile", "--no-introspect", "--log-level", "error", "--inline", inline)
    assert not result.success
    assert (
        "no shard of the region us holds the group 'billing' of the table 'invoices'"
        in capsys.readouterr().out
    )
