"""Which columns a column comes from."""

import pytest

from dagster_open_platform.lib.dbt.errors import LineageUnknown
from dagster_open_platform.lib.dbt.lineage import column_lineage
from dagster_open_platform_tests.unit.dbt.nodes import manifest, model, source


def columns(*names: str) -> dict[str, dict[str, str]]:
    return {name: {"name": name, "description": "x"} for name in names}


RAW = source(columns=columns("id", "amount", "vat"))
CUSTOMERS = model("customers", columns=columns("customer_id", "order_id"))
ORDERS = model(depends_on={"nodes": [RAW["unique_id"], CUSTOMERS["unique_id"]]})
NODES = manifest(RAW, CUSTOMERS, ORDERS)
SQL = """
with raw_orders as (select * from {database}.erp.raw_orders),
joined as (
    select raw_orders.id, raw_orders.amount + raw_orders.vat as total, customers.customer_id
    from raw_orders join dwh_reporting.sales.customers as customers on raw_orders.id = customers.order_id
)
select id as order_id, total, customer_id, 1 as version, count(*) over (partition by customer_id) as orders
from joined
"""


@pytest.mark.parametrize("dialect", ["duckdb", "snowflake"])
@pytest.mark.parametrize("database", ["purina", "purina_clone_42"])
def test_columns_are_followed_to_the_assets_that_are_read(dialect: str, database: str) -> None:
    found = column_lineage(ORDERS, NODES, SQL.format(database=database), dialect).deps_by_column
    plain = {
        column: [
            f"{dependency.asset_key.to_user_string()}.{dependency.column_name}" for dependency in dependencies
        ]
        for column, dependencies in found.items()
    }
    customer = "dwh_reporting/sales/customers.customer_id"
    assert plain == {
        "order_id": ["erp/orders.id"],
        "total": ["erp/orders.amount", "erp/orders.vat"],
        "customer_id": [customer],
        "version": [],
        "orders": [customer],
    }


@pytest.mark.parametrize("sql", ["select nothing from purina.erp.raw_orders", "selekt 1 frm"])
def test_what_cannot_be_followed_is_said_to_be_unknown(sql: str) -> None:
    with pytest.raises(LineageUnknown):
        column_lineage(ORDERS, NODES, sql, "duckdb")
