"""Annual recurring revenue: the mart and the semantic model over it say what plain Python makes of the product's tables."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from math import isclose
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from dagster_open_platform.lib.osi.translate import semantic_view
from dagster_open_platform.lib.warehouse.objects import SemanticView
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_tests.integration.dbt_product import expected
from dagster_open_platform_tests.integration.dbt_product.conftest import COMPANY, TODAY
from dagster_open_platform_tests.integration.dbt_product.expected import Rows
from dagster_open_platform_tests.integration.dbt_product.replicated import ProductWarehouse

ARR = (
    REPOSITORY_ROOT
    / "dagster_open_platform"
    / "defs"
    / "snowflake"
    / "components"
    / "semantic"
    / "arr.osi.yaml"
)

Values = Mapping[str, float | None]


@pytest.fixture(scope="module")
def customers() -> Rows:
    """Every paying customer, with what the semantic model groups by and adds up."""
    tables = expected.all_rows(COMPANY, TODAY)
    organizations = {row["id"]: row for row in tables["organizations"]}
    found = []
    for contract in tables["customer_info"]:
        organization = organizations[contract["organization_id"]]
        if organization["is_internal"] or organization["canceled_at"] or not contract["monthly_commitment"]:
            continue
        start, since = contract["contract_start"], contract["created_at"].astimezone(UTC).date()
        arr = 12 * float(contract["monthly_commitment"])
        found.append(
            {
                "organization_id": contract["organization_id"],
                "currency": contract["currency"],
                "plan": organization["plan"],
                "region": {"main": "us", "xregion": "eu"}[organization["shard"]],
                "contract_month": start and start.replace(day=1),
                "customer_since_date": since,
                "contract_start_date": start,
                "is_first_term": start is not None and start <= since,
                "annual_recurring_revenue": arr,
            }
        )
    return found


def measured(rows: Iterable[Mapping[str, Any]]) -> Values:
    """The metrics of some customers."""
    rows = list(rows)
    if len({row["currency"] for row in rows}) != 1:
        return {"arr": None, "new_arr": None, "arr_per_customer": None, "customer_count": len(rows)}
    arr = sum(row["annual_recurring_revenue"] for row in rows)
    new = sum(row["annual_recurring_revenue"] for row in rows if row["is_first_term"])
    return {"arr": arr, "new_arr": new, "arr_per_customer": arr / len(rows), "customer_count": len(rows)}


def grouped(customers: Rows, by: Sequence[str]) -> dict[tuple[Any, ...], Values]:
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in customers:
        groups[tuple(row[name] for name in by)].append(row)
    return {key: measured(rows) for key, rows in groups.items()}


def test_the_mart(built: ProductWarehouse, customers: Rows) -> None:
    rows = {row["organization_id"]: row for row in built.mart("customer_arr")}
    assert rows.keys() == {row["organization_id"] for row in customers}
    for row in customers:
        for name in ("currency", "customer_since_date", "contract_start_date", "is_first_term"):
            assert rows[row["organization_id"]][name] == row[name]
        assert isclose(
            rows[row["organization_id"]]["annual_recurring_revenue"], row["annual_recurring_revenue"]
        )


def test_the_company_has_contracts_of_every_kind(customers: Rows) -> None:
    """What the comparisons would not notice if there were none."""
    assert {row["currency"] for row in customers} == {"USD", "EUR", "GBP"}
    assert {row["region"] for row in customers} == {"us", "eu"}
    assert {row["is_first_term"] for row in customers} == {True, False}
    assert None in {row["contract_month"] for row in customers}
    assert len({row["plan"] for row in customers}) == 3


@pytest.mark.parametrize(
    "by",
    [
        [],
        ["currency"],
        ["currency", "plan"],
        ["region", "currency"],
        ["plan"],
        ["currency", "contract_month"],
    ],
    ids=" ".join,
)
def test_the_semantic_model(built: ProductWarehouse, customers: Rows, by: list[str]) -> None:
    view = semantic_view(
        ARR, TableRef("dwh_reporting", "semantic", "arr"), lambda source: TableRef(*source.split("."))
    )
    found = {
        row[: len(by)]: dict(zip(METRICS, row[len(by) :], strict=True)) for row in answered(built, view, by)
    }
    wanted = grouped(customers, by)
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        assert {name: value and round(value, 4) for name, value in found[key].items()} == {
            name: value and round(value, 4) for name, value in values.items()
        }, key
    if not by:
        assert wanted[()]["arr"] is None, "several currencies were added up"


METRICS = ("arr", "new_arr", "arr_per_customer", "customer_count")


def answered(warehouse: ProductWarehouse, view: SemanticView, by: Sequence[str]) -> list[tuple[Any, ...]]:
    """What the semantic view means: its metrics over its tables, joined from the many to the one, by dimensions."""
    values = {f"{each.table}.{each.name}": each for each in (*view.facts, *view.dimensions)}
    tables = {table.name: table.table for table in view.tables}
    joins = " ".join(
        f"LEFT JOIN {tables[each.references]} AS {each.references} ON "
        + " AND ".join(
            f"{each.table}.{own} = {each.references}.{other}"
            for own, other in zip(each.columns, each.referenced_columns, strict=True)
        )
        for each in view.relationships
    )
    rows = ", ".join(f'{duck(each.expression)} AS "{name}"' for name, each in values.items())
    dimensions = [
        f'"{each.table}.{each.name}"' for name in by for each in view.dimensions if each.name == name
    ]
    metrics = [
        duck(metric.expression, lambda node: exp.column(f"{node.table}.{node.name}", quoted=True))
        for name in METRICS
        for metric in view.metrics
        if metric.name == name
    ]
    first = view.relationships[0].table
    sql = (
        f"WITH joined AS (SELECT {rows} FROM {tables[first]} AS {first} {joins}) "  # noqa: S608 - a declared view's
        f"SELECT {', '.join([*dimensions, *metrics])} FROM joined GROUP BY ALL"
    )
    with duckdb.connect(str(warehouse.directory / "dwh_reporting.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def duck(expression: str, column: Callable[[exp.Column], exp.Column] = lambda node: node) -> str:
    """An expression of Snowflake's in DuckDB's SQL."""
    tree = sqlglot.parse_one(expression, read="snowflake")
    return tree.transform(lambda node: column(node) if isinstance(node, exp.Column) else node).sql("duckdb")
