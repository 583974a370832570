"""The checks of Stripe's tables: they pass on the company's own, and each finds a single cent."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlglot

from dagster_open_platform.defs.stripe.py.checks import CHECKS, LedgerCheck, checked, databases_of
from dagster_open_platform.lib.warehouse import WarehouseConnection, WarehouseResource
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.warehouse_file import ensure_database
from dagster_open_platform_tests.fixtures.stripe import CLOCK, deliver, product_models, stripe_warehouse

COMPANY = replace(CLOCK, settings=CompanySettings(scale=0.5))
BY_NAME = {check.name: check for check in CHECKS}
PLACES = {
    "SOME_INVOICE": "id = (SELECT MIN(id) FROM stripe.stripe.invoices WHERE status = 'paid' AND amount_due > 100000)",
    "SOME_CHARGE": "id = (SELECT MIN(id) FROM stripe.stripe.charges WHERE status = 'succeeded' AND amount_refunded = 0)",
    "SOME_TRANSACTION": "id = (SELECT MIN(id) FROM stripe.stripe.balance_transactions WHERE reporting_category = 'charge')",
    "REFUND": "id = (SELECT MIN(id) FROM stripe.stripe.balance_transactions WHERE reporting_category = 'refund')",
    "DISPUTE": "id = (SELECT MIN(id) FROM stripe.stripe.balance_transactions WHERE reporting_category = 'dispute')",
    "PAID_OUT": "id = (SELECT MIN(id) FROM stripe.stripe.balance_transactions WHERE automatic_transfer_id IS NOT NULL AND type = 'charge')",
    "CHARGED": "charge_id IS NOT NULL AND status = 'paid'",
    "BILLED": "plan_id IN (SELECT plan_id FROM stripe.stripe.subscriptions WHERE status <> 'canceled')",
}
"""Conditions that one row fulfils, by the names that the statements below use."""
WRONG = {
    "line_items_add_up": [
        "UPDATE stripe.stripe.invoice_line_items SET amount = amount + 1 WHERE id = (SELECT MIN(id) FROM stripe.stripe.invoice_line_items)",
        "DELETE FROM stripe.stripe.invoice_line_items WHERE id = (SELECT MIN(id) FROM stripe.stripe.invoice_line_items WHERE amount > 0)",
        "DELETE FROM stripe.stripe.invoices WHERE {SOME_INVOICE}",
    ],
    "totals_add_up": [
        "UPDATE stripe.stripe.invoices SET total = total + 1 WHERE {SOME_INVOICE}",
        "UPDATE stripe.stripe.invoices SET amount_paid = amount_paid - 1 WHERE {SOME_INVOICE}",
        "UPDATE stripe.stripe.coupons SET percent_off = percent_off + 5 WHERE id = 'STARTUP20'",
        "UPDATE stripe.stripe.invoices SET tax = tax - 1 WHERE id = (SELECT MIN(id) FROM stripe.stripe.invoices WHERE tax > 0)",
        "UPDATE stripe.stripe.invoices SET starting_balance = starting_balance - 1, amount_due = amount_due - 2, amount_paid = amount_paid - 2"
        " WHERE {SOME_INVOICE}",
    ],
    "invoices_are_charged": [
        "UPDATE stripe.stripe.charges SET amount = amount - 1 WHERE {SOME_CHARGE}",
        "UPDATE stripe.stripe.charges SET status = 'failed' WHERE {SOME_CHARGE}",
        "UPDATE stripe.stripe.charges SET invoice_id = 'in_nowhere' WHERE {SOME_CHARGE}",
        # Nobody charges for a void invoice.
        "UPDATE stripe.stripe.invoices SET status = 'void', amount_due = amount_due + 1 WHERE"
        " id = (SELECT MIN(id) FROM stripe.stripe.invoices WHERE {CHARGED})",
    ],
    "charges_are_in_the_balance": [
        "UPDATE stripe.stripe.balance_transactions SET amount = amount + 1 WHERE {SOME_TRANSACTION}",
        "DELETE FROM stripe.stripe.balance_transactions WHERE {SOME_TRANSACTION}",
        "UPDATE stripe.stripe.charges SET status = 'failed' WHERE {SOME_CHARGE}",
    ],
    "net_is_amount_less_fee": [
        "UPDATE stripe.stripe.balance_transactions SET fee = fee + 1 WHERE {SOME_TRANSACTION}"
    ],
    "refunds_are_in_the_balance": [
        "UPDATE stripe.stripe.balance_transactions SET amount = amount - 1 WHERE {REFUND}",
        "UPDATE stripe.stripe.charges SET amount_refunded = 1 WHERE {SOME_CHARGE}",
    ],
    "disputes_are_in_the_balance": [
        "UPDATE stripe.stripe.balance_transactions SET amount = amount - 1 WHERE {DISPUTE}",
        "UPDATE stripe.stripe.charges SET dispute_id = 'dp_new' WHERE {SOME_CHARGE}",
    ],
    "payouts_add_up": [
        "UPDATE stripe.stripe.balance_transactions SET net = net + 1 WHERE {PAID_OUT}",
        "UPDATE stripe.stripe.balance_transactions SET automatic_transfer_id = NULL WHERE {PAID_OUT}",
    ],
    "customers_are_the_products": [
        "UPDATE stripe.stripe.customers SET description = 'somebody', email = 'billing@nowhere.example' WHERE"
        " id = (SELECT MIN(id) FROM stripe.stripe.customers WHERE NOT deleted)",
        "INSERT INTO dwh_reporting.product.customer_arr SELECT 999999, currency, 1, customer_since_date FROM dwh_reporting.product.customer_arr LIMIT 1",
    ],
    "mrr_is_what_was_agreed": [
        "UPDATE stripe.stripe.plans SET amount = amount + 1 WHERE id = (SELECT MIN(plan_id) FROM stripe.stripe.subscription_items WHERE {BILLED})",
        "UPDATE dwh_reporting.product.customer_arr SET monthly_commitment = monthly_commitment + 0.01 WHERE"
        " organization_id = (SELECT MIN(organization_id) FROM dwh_reporting.product.customer_arr)",
        "UPDATE dwh_reporting.product.customer_arr SET currency = 'CHF' WHERE"
        " organization_id = (SELECT MIN(organization_id) FROM dwh_reporting.product.customer_arr)",
        "DELETE FROM stripe.stripe.subscriptions WHERE id = (SELECT MIN(id) FROM stripe.stripe.subscriptions WHERE status <> 'canceled')",
    ],
}
CASES = [(name, statement) for name, statements in WRONG.items() for statement in statements]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> WarehouseResource:
    directory = tmp_path_factory.mktemp("warehouse")
    deliver(directory, COMPANY)
    product_models(directory, COMPANY)
    return stripe_warehouse(directory, read_only=())


@pytest.fixture(scope="module")
def opened(delivered: WarehouseResource) -> Iterator[WarehouseConnection]:
    with delivered.only(databases_of(CHECKS)).connect() as connection:
        yield connection


@pytest.fixture
def connection(opened: WarehouseConnection) -> Iterator[WarehouseConnection]:
    """What a test writes is undone."""
    opened.execute("BEGIN")
    yield opened
    opened.execute("ROLLBACK")


def value(result: dg.AssetCheckResult, name: str) -> Any:
    return (result.metadata or {})[name].value


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_companys_own_add_up(
    check: LedgerCheck, delivered: WarehouseResource, connection: WarehouseConnection
) -> None:
    result = checked(check, delivered, connection)
    assert result.passed, result.description
    assert value(result, "items") > 1


def test_differences_are_explained(delivered: WarehouseResource, connection: WarehouseConnection) -> None:
    said = value(checked(BY_NAME["invoices_are_charged"], delivered, connection), "differences_by_month")
    for reason in ("open", "uncollectible", "void", "paid past Stripe"):
        assert f"| {reason} |" in said
    assert "2026-08-01" in said


def test_every_check_is_tried() -> None:
    assert set(WRONG) == set(BY_NAME)


@pytest.mark.parametrize(("name", "statement"), CASES)
def test_one_cent_is_found_and_shown(
    delivered: WarehouseResource, connection: WarehouseConnection, name: str, statement: str
) -> None:
    check = BY_NAME[name]
    connection.execute(statement.format(**PLACES))
    result = checked(check, delivered, connection)
    assert not result.passed
    severity = dg.AssetCheckSeverity.WARN if check.tolerated else dg.AssetCheckSeverity.ERROR
    assert result.severity == severity
    sample = value(result, "sample")
    assert len(sample) == min(value(result, "unexplained"), 20)
    assert sample[0]["left_cents"] != sample[0]["right_cents"]
    assert sample[0]["id"] in str(result.description)


def test_many_wrong_customers_are_an_error(
    delivered: WarehouseResource, connection: WarehouseConnection
) -> None:
    connection.execute("UPDATE stripe.stripe.customers SET description = NULL, email = NULL")
    result = checked(BY_NAME["customers_are_the_products"], delivered, connection)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_snowflake_reads_the_questions_as_duckdb_does(
    check: LedgerCheck, delivered: WarehouseResource, connection: WarehouseConnection
) -> None:
    names = {name: connection.quoted(table) for name, table in check.tables(delivered).items()}
    question = check.question().format_map(names)
    [translated] = sqlglot.transpile(question, read="snowflake", write="duckdb")
    # pyarrow's order of rows is the engine's; both are the same if their sorted rows are.
    one, other = (sorted(map(str, connection.query(each).to_pylist())) for each in (question, translated))
    assert one == other
    assert connection.query(question).column_names == [
        "id", "currency", "month", "left_cents", "right_cents", "reason",
    ]  # fmt: skip


def test_before_the_first_delivery_the_missing_table_is_named(tmp_path: Path) -> None:
    ensure_database(tmp_path, "stripe")
    warehouse = stripe_warehouse(tmp_path)
    with warehouse.only({"stripe"}).connect() as connection:
        result = checked(BY_NAME["totals_add_up"], warehouse, connection)
    assert not result.passed
    assert "There is no table stripe.stripe.invoices yet" in str(result.description)
