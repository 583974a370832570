"""A wrong semantic model is refused with file, line, field, what was found and what was expected."""

from pathlib import Path

import pytest

from dagster_open_platform.lib.osi.errors import InvalidOsi, UntranslatableOsi
from dagster_open_platform.lib.osi.translate import semantic_view, sources
from dagster_open_platform.lib.warehouse.errors import UnknownDatabase
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.yaml_errors import InvalidYaml
from dagster_open_platform_tests.fixtures.osi import SALES, VIEW, translated


def refusal(directory: Path, text: str, error: type[InvalidYaml]) -> str:
    """What is said about a wrong file, without the directory."""
    with pytest.raises(error) as raised:
        translated(directory, text)
    return str(raised.value.description).replace(f"{directory}/", "")


def changed(old: str, new: str) -> tuple[str, int]:
    """The model with a part replaced, and the line on which the new part begins."""
    assert SALES.count(old) == 1, old
    text = SALES.replace(old, new)
    return text, SALES[: SALES.index(old)].count("\n") + 1


REVENUE = "expression: sum(orders.net)}"
NET = "expression: gross - discount}"
RELATION = "{name: of_customer, from: orders, to: customers, from_columns: [customer], to_columns: [id]}"
SELF = "{name: again, from: orders, to: orders, from_columns: [customer], to_columns: [order_id]}"
BACK = "{name: back, from: customers, to: Orders, from_columns: [country_no], to_columns: [order_id]}"
TWICE = RELATION.replace("of_customer", "twice")

# What is replaced, by what, the field that is blamed, and what is said.
INVALID = [
    (
        "description: One row per order.",
        "descripton: x",
        "datasets.0.descripton",
        "Did you mean 'description'?",
    ),
    ("name: revenue", "title: revenue", "metrics.0.title", "unknown field 'title'"),
    ("from: orders,", "form: orders,", "relationships.0.form", "Did you mean 'from'?"),
    ("from: orders,", "from: order,", "relationships.0.from", "no dataset 'order'. Did you mean 'Orders'?"),
    ("to: customers,", "to: clients,", "relationships.0.to", "there is no dataset 'clients'"),
    (
        "from_columns: [customer]",
        "from_columns: [customer, number]",
        "relationships.0.to_columns",
        "found 1 columns for 2 in from_columns",
    ),
    (
        "to_columns: [id]",
        "to_columns: [country_no]",
        "relationships.0.to_columns",
        "(country_no) is no key of 'customers', so a row could belong to several; its keys: (customer_id).",
    ),
    ("to_columns: [id]", "to_columns: []", "relationships.0.to_columns", "at least 1 item"),
    ("primary_key: [order_id]", "primary_key: [net]", "datasets.0.primary_key.0", "'net' is computed"),
    ("[customer, number]", "[number, number]", "datasets.0.unique_keys.1.1", "'number' is there twice"),
    (
        RELATION,
        f"{RELATION}\n      - {BACK}",
        "relationships.1",
        "in a circle: Orders -> customers -> Orders.",
    ),
    ("name: customers\n", "name: ORDERS\n", "datasets.1.name", "there is another dataset 'ORDERS'"),
    ("name: doubled", "name: Net", "datasets.0.fields.2.name", "there is another field 'Net'"),
    ("name: average", "name: Revenue", "metrics.1.name", "there is another metric 'Revenue'"),
    (RELATION, f"{RELATION}\n      - {RELATION}", "relationships.1.name", "another relationship"),
    (NET, "expression: gross -}", "datasets.0.fields.1.expression.dialects.0.expression", "is not SQL: "),
    (NET, 'expression: ""}', "datasets.0.fields.1.expression.dialects.0.expression", "is not one expression"),
    (
        NET,
        'expression: "a, b"}',
        "datasets.0.fields.1.expression.dialects.0.expression",
        "not one expression",
    ),
    (
        NET,
        "expression: a FROM b}",
        "datasets.0.fields.1.expression.dialects.0.expression",
        "not one expression",
    ),
    (
        NET,
        "expression: a; DROP b}",
        "datasets.0.fields.1.expression.dialects.0.expression",
        "not one expression",
    ),
    (NET, "expression: sum(gross)}", "datasets.0.fields.1.expression", "it aggregates"),
    (NET, "expression: clients.x}", "datasets.0.fields.1.expression", "there is no dataset 'clients'"),
    (
        NET,
        "expression: orders.doubled}",
        "datasets.0.fields.1.expression",
        "fields are made of one another in a circle: net -> doubled -> net.",
    ),
    (NET, "expression: a.b.c.d}", "datasets.0.fields.1.expression.dialects.0.expression", "too many parts"),
    (
        NET,
        "expression: a}, {dialect: ANSI_SQL, expression: b}",
        "datasets.0.fields.1.expression.dialects.1.dialect",
        "ANSI_SQL is there twice",
    ),
    (
        "{dialect: ANSI_SQL, expression: gross - discount}",
        "{dialect: SNOWFLAK, expression: a}",
        "datasets.0.fields.1.expression.dialects.0.dialect",
        "Did you mean 'SNOWFLAKE'?",
    ),
    (
        REVENUE,
        "expression: sum(orders.nett)}",
        "metrics.0.expression",
        "the dataset 'Orders' has no field 'nett'. Did you mean 'net'?",
    ),
    (REVENUE, "expression: sum(order.net)}", "metrics.0.expression", "Did you mean 'Orders'?"),
    (
        REVENUE,
        "expression: sum(net)}",
        "metrics.0.expression",
        "'net' is neither dataset.field nor a metric. Valid: Orders.net.",
    ),
    (REVENUE, "expression: orders.net}", "metrics.0.expression", "'Orders.net' is not aggregated"),
    (REVENUE, "expression: sum(orders.net) * orders.doubled}", "metrics.0.expression", "not aggregated"),
    (REVENUE, "expression: count(*)}", "metrics.0.expression", "it aggregates no field"),
    (REVENUE, "expression: '1'}", "metrics.0.expression", "it aggregates no field"),
    (
        REVENUE,
        "expression: average + per_customer}",
        "metrics.0.expression",
        "metrics are made of one another in a circle: revenue -> average -> revenue.",
    ),
]

UNTRANSLATABLE = [
    ("dwh.shop.orders", "SELECT 1", "datasets.0.source", "a semantic view is made of tables and views"),
    ("dwh.shop.orders", "shop.orders", "datasets.0.source", "expected database.schema.table"),
    ("dwh.shop.orders", "d-b.shop.orders", "datasets.0.source", "expected database.schema.table"),
    ("name: doubled", 'name: "a b"', "datasets.0.fields.2.name", "'a b' is not a valid name of a field"),
    ("name: doubled", "name: Order", "datasets.0.fields.2.name", "'Order' is a word of SQL"),
    ("gross - discount", "group - 1", "datasets.0.fields.1.expression", "'group' is a word of SQL"),
    ("[customer, number]", '[customer, "a;b"]', "datasets.0.unique_keys.1.1", "not a valid name of a column"),
    (RELATION, f"{RELATION}\n      - {SELF}", "relationships.1.to", "cannot relate 'Orders' to itself"),
    (
        RELATION,
        f"{RELATION}\n      - {TWICE}",
        "relationships.1",
        "a second way from 'Orders' to 'customers'",
    ),
    (NET, "expression: (SELECT 1)}", "datasets.0.fields.1.expression.dialects.0.expression", "has a query"),
    (
        NET,
        "expression: a AS b}",
        "datasets.0.fields.1.expression.dialects.0.expression",
        "name for the result",
    ),
    (
        NET,
        "expression: 'a + ?'}",
        "datasets.0.fields.1.expression.dialects.0.expression",
        "has a placeholder",
    ),
    (NET, "expression: t.*}", "datasets.0.fields.1.expression.dialects.0.expression", "has a star"),
    (NET, """expression: '"Gross"'}""", "datasets.0.fields.1.expression.dialects.0.expression", "is quoted"),
    (NET, "expression: customers.rate}", "datasets.0.fields.1.expression", "is of another dataset"),
    (NET, "expression: doubled + 1}", "datasets.0.fields.1.expression", "but the field of that name"),
    (
        REVENUE,
        "expression: sum(orders.net) over (order by orders.net)}",
        "metrics.0.expression.dialects.0.expression",
        "has a window function",
    ),
    (REVENUE, "expression: max(sum(orders.net))}", "metrics.0.expression", "is inside another aggregate"),
    (REVENUE, "expression: max(per_customer)}", "metrics.0.expression", "cannot be aggregated again"),
    (
        "revenue / count(*)",
        "count(*) + sum(orders.net) + sum(customers.rate)",
        "metrics.1.expression",
        "'COUNT(*)' does not say which of Orders, customers it counts",
    ),
    (
        "revenue / count(*)",
        "sum(customers.rate) + sum(orders.net + customers.rate)",
        "metrics.1.expression",
        "make it a metric of its own",
    ),
    ("name: revenue", "name: net", "metrics.0.name", "has a field of that name"),
    (
        "{dialect: ANSI_SQL, expression: sum(orders.net)}",
        "{dialect: MDX, expression: x}, {dialect: TABLEAU, expression: y}",
        "metrics.0.expression.dialects",
        "found only MDX, TABLEAU; a semantic view needs SNOWFLAKE or ANSI_SQL.",
    ),
]
PREFIX = "semantic_model.0."


@pytest.mark.parametrize(("old", "new", "field", "phrase"), INVALID)
def test_a_contradiction(tmp_path: Path, old: str, new: str, field: str, phrase: str) -> None:
    check(tmp_path, InvalidOsi, old, new, field, phrase)


@pytest.mark.parametrize(("old", "new", "field", "phrase"), UNTRANSLATABLE)
def test_what_a_semantic_view_cannot_say(tmp_path: Path, old: str, new: str, field: str, phrase: str) -> None:
    check(tmp_path, UntranslatableOsi, old, new, field, phrase)


def test_a_field_that_hides_the_column_of_a_key(tmp_path: Path) -> None:
    """The key is the field `id`, which is the column `customer_id`, which a computed field hides."""
    hiding = (
        "name: customer_id\n            expression: {dialects: [{dialect: ANSI_SQL, expression: rate + 1}]}"
    )
    text, _ = changed("name: rate\n", f"{hiding}\n          - name: rate\n")
    message = refusal(tmp_path, text, UntranslatableOsi)
    assert (
        "datasets.1.fields.0.expression: a semantic view would not take the column 'customer_id'" in message
    )
    text = text.replace("expression: customer_id}", "expression: other}")
    key, line = "primary_key: [id]", text[: text.index("primary_key: [id]")].count("\n") + 1
    message = refusal(tmp_path, text.replace(key, "primary_key: [customer_id]"), InvalidOsi)
    assert message.startswith(
        f"sales.osi.yaml:{line}: {PREFIX}datasets.1.primary_key.0: the field 'customer_id' is"
    )


def check(directory: Path, error: type[InvalidYaml], old: str, new: str, field: str, phrase: str) -> None:
    text, line = changed(old, new)
    message = refusal(directory, text, error)
    place = f"sales.osi.yaml:{line + new.rstrip().count(chr(10))}: {PREFIX}{field}: "
    said = [each for each in message.splitlines() if each.startswith(place)]
    assert len(said) == 1, message
    assert phrase in said[0], message


def test_all_wrong_fields_are_told(tmp_path: Path) -> None:
    text = SALES.replace("name: rate\n", "nam: rate\n").replace("{name: of_customer, ", "{")
    lines = refusal(tmp_path, text, InvalidOsi).splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        f"{PREFIX}datasets.1.fields.1.name: required, but missing.",
        f"{PREFIX}datasets.1.fields.1.nam: unknown field 'nam'. Did you mean 'name'?",
        f"{PREFIX}relationships.0.name: required, but missing.",
    ]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", "sales.osi.yaml:1: a semantic model is a mapping with version and semantic_model."),
        ("version: [", "sales.osi.yaml:1: not YAML: "),
        ('version: "0.1.1"\nversion: "0.1.1"', "sales.osi.yaml:2: version: stands in line 1 too"),
        ('version: "0.1.1"', "sales.osi.yaml:1: semantic_model: required, but missing."),
        (
            'version: "0.1.1"\nsemantic_model: []',
            "sales.osi.yaml:2: semantic_model: found 0 models; expected one",
        ),
        (
            SALES.replace("0.1.1", "0.2.0.dev0").replace("name: sales", "nam: x"),
            "sales.osi.yaml:1: version: found '0.2.0.dev0'; expected '0.1.1', the released version of OSI.",
        ),
        (SALES.replace('"0.1.1"', "0.1"), "sales.osi.yaml:1: version: found 0.1; expected '0.1.1'"),
    ],
)
def test_a_file_that_is_not_one_model(tmp_path: Path, text: str, phrase: str) -> None:
    assert refusal(tmp_path, text, InvalidOsi).startswith(phrase)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidOsi, match=r"There is no semantic model .*/no\.yaml"):
        sources(tmp_path / "no.yaml")


def test_facts_alone_are_no_semantic_view(tmp_path: Path) -> None:
    text = SALES[: SALES.index("    metrics:")].replace("            dimension: {is_time: true}\n", "")
    message = refusal(tmp_path, text.replace("            dimension: {}\n", ""), UntranslatableOsi)
    assert "semantic_model.0: it has neither dimensions nor metrics" in message


def test_a_table_that_the_warehouse_does_not_have(tmp_path: Path) -> None:
    def tables(source: str) -> TableRef:
        raise UnknownDatabase("There is no database 'dwh' in this warehouse; it has: purina.")

    path = tmp_path / "sales.osi.yaml"
    path.write_text(SALES)
    with pytest.raises(
        InvalidOsi, match=r":8: .*datasets\.0\.source: 'dwh\.shop\.orders' is no table .* purina"
    ):
        semantic_view(path, VIEW, tables)
