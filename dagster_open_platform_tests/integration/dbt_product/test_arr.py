"""Annual recurring revenue: the mart and the semantic model over it say what plain Python makes of the product's tables."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from math import isclose
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from dagster_open_platform.lib.osi.translate import semantic_view
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource
from dagster_open_platform.lib.warehouse.duckdb.semantic import SemanticQueries
from dagster_open_platform.lib.warehouse.objects import SemanticExpression
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
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

VIEW = TableRef("dwh_reporting", "semantic", "arr")

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
    rows = {row["organization_id"]: row for row in built.mart("product.customer_arr")}
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


@pytest.fixture(scope="module")
def warehouse(built: ProductWarehouse, tmp_path_factory: pytest.TempPathFactory) -> WarehouseResource:
    """A copy of the warehouse, with the semantic view in it."""
    directory = tmp_path_factory.mktemp("arr") / "warehouse"
    shutil.copytree(built.directory, directory)
    found = local_duckdb(directory)
    with found.connect() as connection:
        connection.create_or_refresh(semantic_view(ARR, VIEW, lambda source: found.table(*source.split("."))))
    return found


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
def test_the_semantic_model(warehouse: WarehouseResource, customers: Rows, by: list[str]) -> None:
    with warehouse.connect() as connection:
        rows = connection.query(question(warehouse, by)).to_pylist()
    found = {tuple(row.pop(name) for name in by): row for row in rows}
    wanted = grouped(customers, by)
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        assert rounded(found[key]) == rounded(values), key
    if not by:
        assert wanted[()]["arr"] is None, "several currencies were added up"


def rounded(values: Values) -> Values:
    """To what a sum of doubles keeps, whatever its order."""
    return {name: value and round(value, 4) for name, value in values.items()}


def question(warehouse: WarehouseResource, by: Sequence[str]) -> str:
    """What is asked of the view: its metrics, over its columns, by dimensions."""
    view = semantic_view(ARR, VIEW, lambda source: warehouse.table(*source.split(".")))
    columns = SemanticQueries(view).columns()

    def asked(metric: SemanticExpression) -> str:
        tree = sqlglot.parse_one(metric.expression, read="snowflake")
        tree = tree.transform(
            lambda node: exp.column(columns[node.table, node.name]) if isinstance(node, exp.Column) else node
        )
        return f"{tree.sql('duckdb')} AS {metric.name}"

    selected = [*by, *map(asked, view.metrics)]
    return f"SELECT {', '.join(selected)} FROM {VIEW} GROUP BY ALL"  # noqa: S608 - a declared view
