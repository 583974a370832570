"""The table of AWS costs: where it is, what is in it, and questions to it.

What belongs here: names, columns, SQL. What does not: filling it (``cost.py``), judging it (``cost_checks.py``).
"""

import datetime as dt
from collections.abc import Mapping

from dagster_open_platform.lib.columns import Column
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection, Window
from dagster_open_platform.lib.warehouse.resource import WarehouseResource

MONTH_COLUMN = "bill_billing_period_start_date"
DAY_COLUMN = "line_item_usage_start_date"
COST_COLUMN = "line_item_unblended_cost"
COLUMNS = (
    Column("line_item_usage_account_id", "string", "AWS account that used it."),
    Column(DAY_COLUMN, "timestamp", "Start of the hour or day of use (UTC)."),
    Column("line_item_product_code", "string", "AWS product, such as AmazonEC2."),
    Column("line_item_usage_type", "string", "What is measured."),
    Column("line_item_operation", "string", "What was done.", nullable=True),
    Column("line_item_resource_id", "string", "Resource that it belongs to.", nullable=True),
    Column("line_item_usage_amount", "float", "How much was used, in the usage type's unit."),
    Column(COST_COLUMN, "float", "Cost before discounts, in the currency of `line_item_currency_code`."),
    Column("line_item_currency_code", "string", "Currency of the costs."),
    Column(MONTH_COLUMN, "timestamp", "First day of the bill's month (UTC)."),
    Column("product_region", "string", "AWS region.", nullable=True),
    Column("resource_tags_user_team", "string", "The resource's tag `team`.", nullable=True),
    Column(
        "savings_plan_savings_plan_effective_cost",
        "float",
        "Share of the savings plan's cost; null in months before the report had it.",
        nullable=True,
    ),
    Column(
        "line_item_net_unblended_cost",
        "float",
        "Cost after discounts; null in months before the report had it.",
        nullable=True,
    ),
)
"""Those that are known. AWS adds others, and the table follows."""


def cost_table(warehouse: WarehouseResource) -> TableRef:
    """The table behind ``aws/aws_cost_report``."""
    return warehouse.table("purina", "aws", "aws_cost_report")


def month_window(month: dt.date) -> Window:
    """The rows of a bill.

    Args:
        month: Its first day.
    """
    return Window(MONTH_COLUMN, month, next_month(month))


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after.

    Args:
        month: Any day of a month.
    """
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def rows_of_month(connection: WarehouseConnection, table: TableRef, month: dt.date) -> int:
    """How many rows a bill has."""
    if connection.columns(table) is None:
        return 0
    # Names of a table and a column, no values: those are bound.
    found = connection.query(
        f"select cast(count(*) as bigint) as n from {connection.quoted(table)}"  # noqa: S608
        f" where {MONTH_COLUMN} >= ? and {MONTH_COLUMN} < ?",
        [month, next_month(month)],
    )
    return found["n"][0].as_py()


def cost_a_day(connection: WarehouseConnection, table: TableRef) -> Mapping[dt.date, float]:
    """The cost of every day of use that has any, in order."""
    if connection.columns(table) is None:
        return {}
    found = connection.query(
        f"select cast({DAY_COLUMN} as date) as day, cast(sum({COST_COLUMN}) as double) as cost"  # noqa: S608
        f" from {connection.quoted(table)} group by 1 order by 1"
    )
    return {row["day"]: row["cost"] for row in found.to_pylist()}
