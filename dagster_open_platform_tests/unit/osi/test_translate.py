"""A semantic model in OSI becomes the semantic view that means the same."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.osi.translate import semantic_view, sources
from dagster_open_platform.lib.warehouse.objects import (
    SemanticExpression,
    SemanticRelationship,
    SemanticTable,
    SemanticView,
)
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform_tests.fixtures.osi import SALES, VIEW, physical, translated


def test_everything_that_a_model_may_have(tmp_path: Path) -> None:
    assert translated(tmp_path) == SemanticView(
        name=VIEW,
        tables=(
            SemanticTable(
                "Orders",
                TableRef("dwh_clone_7", "shop", "orders"),
                primary_key=("order_id",),
                unique_keys=(("customer", "number"),),
                synonyms=("purchases",),
                comment="One row per order. Never without a customer.",
            ),
            SemanticTable(
                "customers", TableRef("dwh_clone_7", "shop", "customers"), primary_key=("customer_id",)
            ),
        ),
        relationships=(
            SemanticRelationship("of_customer", "Orders", ("customer",), "customers", ("customer_id",)),
        ),
        facts=(
            SemanticExpression("Orders", "order_id", "Orders.order_id"),
            SemanticExpression("Orders", "net", "Orders.gross - Orders.discount"),
            SemanticExpression("Orders", "doubled", "Orders.net * 2"),
            SemanticExpression("customers", "id", "customers.customer_id"),
            SemanticExpression("customers", "rate", "customers.rate"),
        ),
        dimensions=(
            SemanticExpression("Orders", "ordered_month", "DATE_TRUNC('MONTH', Orders.ordered_at)"),
            SemanticExpression(
                "customers",
                "country",
                "CAST(GET_PATH(customers.address, 'country') AS VARCHAR)",
                comment="As ISO writes it.",
            ),
        ),
        metrics=(
            SemanticExpression(
                "Orders",
                "revenue",
                "SUM(Orders.net)",
                synonyms=("sales",),
                comment="All of it. Questions that it answers: How much did we sell?",
            ),
            SemanticExpression("Orders", "average", "(SUM(Orders.net)) / COUNT(*)"),
            SemanticExpression("Orders", "weighted", "SUM(Orders.net * customers.rate)"),
            SemanticExpression(None, "per_customer", "(SUM(Orders.net)) / COUNT(DISTINCT customers.id)"),
        ),
        comment="What was sold.",
    )


def test_the_tables_that_are_read_are_known_without_a_warehouse(tmp_path: Path) -> None:
    path = tmp_path / "sales.osi.yaml"
    path.write_text(SALES.replace("dwh.shop.customers", "dwh.shop.orders"))
    assert sources(path) == ("dwh.shop.orders",)
    path.write_text(SALES)
    assert sources(path) == ("dwh.shop.orders", "dwh.shop.customers")


def test_the_role_is_the_one_that_is_given(tmp_path: Path) -> None:
    translated(tmp_path)
    assert semantic_view(tmp_path / "sales.osi.yaml", VIEW, physical, role="analyst").role == "analyst"


@pytest.mark.parametrize(
    ("expression", "translation"),
    [
        (
            "sum(orders.net) filter (where orders.net > 0)",
            "SUM(IFF(Orders.net > 0, Orders.net, NULL))",
        ),
        ("count(*) + 1 - sum(orders.net)", "COUNT(*) + 1 - SUM(Orders.net)"),
        ("coalesce(max(orders.net), 0) -- none", "COALESCE(MAX(Orders.net), 0)"),
        ("min(customers.country || '''s')", "MIN(customers.country || '\\'s')"),
        ("revenue - revenue", "(SUM(Orders.net)) - (SUM(Orders.net))"),
        ("cast(sum(orders.net) as double precision)", "CAST(SUM(Orders.net) AS DOUBLE)"),
    ],
)
def test_the_standard_becomes_snowflakes(tmp_path: Path, expression: str, translation: str) -> None:
    added = f"""\
      - name: other
        expression: {{dialects: [{{dialect: ANSI_SQL, expression: "{expression}"}}]}}
    custom_extensions:"""
    view = translated(tmp_path, SALES.replace("    custom_extensions:", added))
    assert view.metrics[-1].expression == translation


def test_an_aggregate_within_a_group_is_one(tmp_path: Path) -> None:
    text = SALES.replace(
        "{dialect: ANSI_SQL, expression: sum(orders.net)}",
        "{dialect: SNOWFLAKE, expression: \"listagg(orders.net, ',') within group (order by orders.order_id)\"}",
    )
    view = translated(tmp_path, text)
    assert view.metrics[0].expression == "LISTAGG(Orders.net, ',') WITHIN GROUP (ORDER BY Orders.order_id)"
    assert view.metrics[0].table == "Orders"


def test_a_metric_over_a_dataset_that_is_reached_on_the_way_is_of_the_finest(tmp_path: Path) -> None:
    """Lines belong to orders, and those to customers: a line is of one customer."""
    lines = """\
      - name: lines
        source: dwh.shop.lines
        fields:
          - name: amount
            expression: {dialects: [{dialect: ANSI_SQL, expression: amount}]}
    relationships:
      - {name: of_order, from: lines, to: orders, from_columns: [order_no], to_columns: [order_id]}
"""
    text = SALES.replace("    relationships:\n", lines).replace(
        "SUM(orders.net * customers.rate)", "SUM(customers.rate * lines.amount)"
    )
    weighted = next(metric for metric in translated(tmp_path, text).metrics if metric.name == "weighted")
    assert weighted.table == "lines"


@pytest.mark.parametrize("column", ["net", "orders.net", "ORDERS.Net"])
def test_a_field_may_have_the_name_of_a_column_that_it_is_made_of(tmp_path: Path, column: str) -> None:
    view = translated(tmp_path, SALES.replace("expression: gross - discount}", f"expression: {column} / 2}}"))
    facts = {fact.name: fact.expression for fact in view.facts}
    assert (facts["net"], facts["doubled"]) == ("Orders.net / 2", "Orders.net * 2")


def test_a_key_may_be_named_by_a_field_of_a_field_that_is_a_column(tmp_path: Path) -> None:
    text = SALES.replace("expression: rate}", "expression: customers.id}").replace(
        "to_columns: [id]", "to_columns: [rate]"
    )
    [relationship] = translated(tmp_path, text).relationships
    assert relationship.referenced_columns == ("customer_id",)
