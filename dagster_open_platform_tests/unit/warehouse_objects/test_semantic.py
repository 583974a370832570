"""Semantic views on DuckDB: joined rows and metrics, against what a few lines of Python make of the same rows."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform.lib.warehouse import WarehouseConnection
from dagster_open_platform.lib.warehouse.duckdb.semantic import SemanticQueries
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingObject, StatementFailed
from dagster_open_platform.lib.warehouse.objects import (
    SemanticExpression,
    SemanticRelationship,
    SemanticTable,
    SemanticView,
)
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.fixtures.warehouse_objects import named

CUSTOMERS = [(1, "DE"), (2, "US"), (3, "US")]
ORDERS = [(10, 1, 5.0), (11, 1, 7.0), (12, 2, 11.0), (13, None, 13.0)]
VISITS = [(1, 3), (2, 2), (3, 3)]

VIEW = SemanticView(
    named("sales"),
    tables=(
        SemanticTable("orders", named("orders"), ("id",)),
        SemanticTable("visits", named("visits"), ("id",)),
        SemanticTable("customers", named("customers"), ("id",)),
    ),
    relationships=(
        SemanticRelationship("buyer", "orders", ("customer_id",), "customers", ("id",)),
        SemanticRelationship("visitor", "visits", ("customer_id",), "customers", ("id",)),
    ),
    facts=(
        SemanticExpression("orders", "net", "orders.amount - tax"),
        SemanticExpression("orders", "tax", "amount * 0.2"),
    ),
    dimensions=(
        SemanticExpression("customers", "country", "customers.land"),
        SemanticExpression("orders", "number", "orders.id"),
        SemanticExpression("visits", "number", "visits.id"),
        SemanticExpression("orders", "is_abroad", "country <> 'DE'"),
    ),
    metrics=(
        SemanticExpression("orders", "revenue", "sum(orders.net)"),
        SemanticExpression(
            "orders", "german_revenue", "sum(case when customers.country = 'DE' then orders.net end)"
        ),
        SemanticExpression("customers", "customers", "count(customers.id)"),
        SemanticExpression(None, "revenue_per_visit", "orders.revenue / count(visits.number)"),
        SemanticExpression(None, "revenue_per_customer", "orders.revenue / customers.customers"),
    ),
)
# `country` is of another table than `orders`, so it has to be said of which.
VIEW = dataclasses.replace(
    VIEW,
    dimensions=(
        *VIEW.dimensions[:-1],
        SemanticExpression("orders", "is_abroad", "customers.country <> 'DE'"),
    ),
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[WarehouseConnection]:
    with local_duckdb(tmp_path / "warehouse").connect() as opened:
        opened.execute("CREATE SCHEMA purina.exports")
        for name, columns, rows in (
            ("customers", "id BIGINT, land VARCHAR", CUSTOMERS),
            ("orders", "id BIGINT, customer_id BIGINT, amount DOUBLE", ORDERS),
            ("visits", "id BIGINT, customer_id BIGINT", VISITS),
        ):
            opened.execute(f"CREATE TABLE purina.exports.{name} ({columns})")
            for row in rows:
                opened.execute(f"INSERT INTO purina.exports.{name} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - the test's own
        yield opened


def test_each_row_is_there_once_with_what_it_refers_to(connection: WarehouseConnection) -> None:
    result = connection.create_or_refresh(VIEW)
    found = connection.query("SELECT * FROM purina.exports.sales").to_pylist()
    land = dict(CUSTOMERS)
    expected: list[dict[str, Any]] = [
        {
            "orders_number": number,
            "visits_number": None,
            "net": pytest.approx(amount * 0.8),
            "tax": pytest.approx(amount * 0.2),
            "country": land.get(customer) if customer else None,
            "is_abroad": land[customer] != "DE" if customer else None,
        }
        for number, customer, amount in ORDERS
    ] + [
        {
            "orders_number": None,
            "visits_number": number,
            "net": None,
            "tax": None,
            "country": land[customer],
            "is_abroad": None,
        }
        for number, customer in VISITS
    ]
    order = lambda row: (row["orders_number"] or 0, row["visits_number"] or 0)  # noqa: E731
    assert sorted(found, key=order) == sorted(expected, key=order)
    assert dict(result.facts) == {"tables": 3, "facts": 2, "dimensions": 4, "metrics": 5}


def test_metrics_are_over_the_rows_of_their_own_table(connection: WarehouseConnection) -> None:
    revenue = sum(amount for _, _, amount in ORDERS) * 0.8
    expected = {
        "revenue": revenue,
        "german_revenue": 12.0 * 0.8,
        "customers": 3,
        "revenue_per_visit": revenue / len(VISITS),
        "revenue_per_customer": revenue / len(CUSTOMERS),
    }
    for name, sql in SemanticQueries(VIEW).metrics():
        assert connection.query(sql)[name][0].as_py() == pytest.approx(expected[name]), name


WRONG = [
    (
        {"facts": (SemanticExpression("orders", "a", "b + 1"), SemanticExpression("orders", "b", "a + 1"))},
        "made of itself",
    ),
    ({"facts": (SemanticExpression("orders", "a", "sum(amount)"),)}, "it aggregates"),
    ({"facts": (SemanticExpression("orders", "a", "shops.name"),)}, "shops.name is of none of the tables"),
    ({"facts": (SemanticExpression("orders", "a", "amount +"),)}, "cannot be read"),
    ({"facts": (SemanticExpression("shops", "a", "1"),)}, "is of 'shops', which is none"),
    ({"metrics": (SemanticExpression(None, "m", "orders.amount"),)}, "neither aggregated nor a metric"),
    (
        {"metrics": (SemanticExpression(None, "m", "sum(orders.amount * visits.id)"),)},
        "of which table's rows",
    ),
    (
        {"metrics": (SemanticExpression(None, "a", "b"), SemanticExpression(None, "b", "a"))},
        "made of itself: a -> b",
    ),
    ({"tables": VIEW.tables[:2]}, "names 'customers', which is none of its tables"),
    ({"tables": (), "relationships": ()}, "it has no tables"),
    (
        {"relationships": (dataclasses.replace(VIEW.relationships[0], columns=()),)},
        "another number of columns",
    ),
]


@pytest.mark.parametrize(("change", "phrase"), WRONG)
def test_a_wrong_definition_is_refused_and_nothing_changes(
    connection: WarehouseConnection, change: dict[str, Any], phrase: str
) -> None:
    with pytest.raises(InvalidDeclaration, match=phrase):
        connection.create_or_refresh(dataclasses.replace(VIEW, **change))
    assert connection.columns(VIEW.name) is None


def test_a_circle_of_relationships_and_two_ways(connection: WarehouseConnection) -> None:
    back = SemanticRelationship("back", "customers", ("id",), "orders", ("id",))
    again = dataclasses.replace(VIEW.relationships[0], name="again", columns=("id",))
    for relationships, phrase in (
        ((VIEW.relationships[0], back), "two ways lead|in a circle"),
        ((*VIEW.relationships, again), "two ways lead from orders to customers"),
    ):
        with pytest.raises(InvalidDeclaration, match=phrase):
            connection.create_or_refresh(dataclasses.replace(VIEW, relationships=relationships))


def test_a_metric_that_cannot_be_computed_is_named(connection: WarehouseConnection) -> None:
    for expression, error in (
        ("sum(orders.nothing)", MissingObject),
        ("sum(customers.land)", StatementFailed),
    ):
        wrong = (SemanticExpression(None, "broken", expression),)
        with pytest.raises(
            error, match=r"computing the metric broken of the semantic view purina\.exports\.sales"
        ):
            connection.create_or_refresh(dataclasses.replace(VIEW, metrics=wrong))
    assert connection.columns(VIEW.name) is None


def test_a_table_that_is_not_there(connection: WarehouseConnection) -> None:
    connection.execute("DROP TABLE purina.exports.visits")
    with pytest.raises(MissingObject, match="making the semantic view"):
        connection.create_or_refresh(VIEW)
