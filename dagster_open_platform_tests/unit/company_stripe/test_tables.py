"""The twelve tables: what refers to what, what a later date changes, and the dirt."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.stripe.tables import TABLES, stripe_tables

SETTINGS = CompanySettings()
EARLIER, TODAY = date(2026, 9, 29), date(2026, 11, 26)
AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
Tables = Mapping[str, pa.Table]
REFERENCES = [
    ("charges", "balance_transaction_id", "balance_transactions", "id"),
    ("charges", "customer_id", "customers", "id"),
    ("charges", "invoice_id", "invoices", "id"),
    ("customers", "discount_coupon_id", "coupons", "id"),
    ("invoice_line_items", "invoice_id", "invoices", "id"),
    ("invoice_line_items", "plan_id", "plans", "id"),
    ("invoice_line_items", "subscription", "subscriptions", "id"),
    ("invoice_line_items", "subscription_item_id", "subscription_items", "id"),
    ("invoices", "charge_id", "charges", "id"),
    ("invoices", "customer_id", "customers", "id"),
    ("invoices", "discount_coupon_id", "coupons", "id"),
    ("invoices", "subscription_id", "subscriptions", "id"),
    ("subscription_items", "plan_id", "plans", "id"),
    ("subscription_items", "subscription_id", "subscriptions", "id"),
    ("subscription_schedule_phases", "coupon_id", "coupons", "id"),
    ("subscription_schedule_phases", "schedule_id", "subscription_schedules", "id"),
    ("subscription_schedules", "customer_id", "customers", "id"),
    ("subscription_schedules", "subscription_id", "subscriptions", "id"),
    ("subscriptions", "customer_id", "customers", "id"),
    ("subscriptions", "discount_coupon_id", "coupons", "id"),
    ("subscriptions", "plan_id", "plans", "id"),
    ("subscriptions_metadata", "subscription_id", "subscriptions", "id"),
]
LASTING = {
    "balance_transactions": ("amount", "fee", "net", "created", "currency", "type", "source_id"),
    "charges": ("amount", "created", "status", "invoice_id", "balance_transaction_id"),
    "invoices": (
        "subtotal",
        "tax",
        "total",
        "starting_balance",
        "amount_due",
        "date",
        "customer_id",
        "discount_coupon_id",
    ),
    "invoice_line_items": ("amount", "quantity", "plan_id", "proration", "period_start", "period_end"),
    "plans": ("amount", "currency", "created", "usage_type"),
    "subscriptions": ("start", "customer_id", "billing"),
    "customers": ("created", "currency", "email", "description"),
}
"""What a row once was it stays."""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return stripe_tables(SETTINGS, TODAY, AT)


def by_id(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in table.to_pylist()}


def test_there_are_twelve_of_a_laptops_size(tables: Tables) -> None:
    assert (len(TABLES), set(tables)) == (12, set(TABLES))
    assert 10_000 < sum(table.num_rows for table in tables.values()) < 120_000


def test_ids_are_unique(tables: Tables) -> None:
    for name, table in tables.items():
        if "id" in table.column_names:
            assert len(set(table["id"].to_pylist())) == table.num_rows, name
    pairs = Counter(
        zip(
            *(tables["subscriptions_metadata"][each].to_pylist() for each in ("subscription_id", "key")),
            strict=True,
        )
    )
    assert set(pairs.values()) == {1}


@pytest.mark.parametrize(("table", "column", "other", "key"), REFERENCES)
def test_what_is_referred_to_is_there(tables: Tables, table: str, column: str, other: str, key: str) -> None:
    named = set(tables[table][column].to_pylist()) - {None}
    assert named
    assert named <= set(tables[other][key].to_pylist())


def test_every_row_says_when_it_was_delivered_and_nothing_else_does(tables: Tables) -> None:
    later = stripe_tables(SETTINGS, TODAY, AT + timedelta(hours=3))
    for name, table in tables.items():
        assert set(table["batch_timestamp"].to_pylist()) == {AT.replace(tzinfo=None)}
        assert table.drop_columns("batch_timestamp").equals(later[name].drop_columns("batch_timestamp"))
        assert not table["batch_timestamp"].equals(later[name]["batch_timestamp"])


def test_a_later_date_adds_and_moves_on_but_changes_no_amount(tables: Tables) -> None:
    earlier = stripe_tables(SETTINGS, EARLIER, AT)
    for name, columns in LASTING.items():
        before, after = by_id(earlier[name]), by_id(tables[name])
        assert len(before) < len(after)
        for id_, row in before.items():
            assert {each: row[each] for each in columns} == {each: after[id_][each] for each in columns}, name
    moved = _moves(earlier["invoices"], tables["invoices"])
    assert {before for before, after in moved if before != after} <= {"draft", "open"}
    assert moved["open", "paid"] > 20


def _moves(earlier: pa.Table, later: pa.Table) -> Counter[tuple[str, str]]:
    after = dict(zip(later["id"].to_pylist(), later["status"].to_pylist(), strict=True))
    return Counter(
        (status, after[id_])
        for id_, status in zip(earlier["id"].to_pylist(), earlier["status"].to_pylist(), strict=True)
    )


def test_nothing_has_happened_after_now(tables: Tables) -> None:
    now = datetime.fromisoformat(TODAY.isoformat())
    for name, columns in {
        "invoices": ("date", "status_transitions_paid_at", "status_transitions_voided_at"),
        "charges": ("created", "captured_at"),
        "balance_transactions": ("created",),
        "customers": ("created",),
        "subscriptions": ("created", "canceled_at"),
    }.items():
        for column in columns:
            assert max(each for each in tables[name][column].to_pylist() if each) < now, (name, column)


def test_the_dirt_is_there(tables: Tables) -> None:
    invoices, charges, customers = (tables[name].to_pylist() for name in ("invoices", "charges", "customers"))
    assert set(tables["invoices"]["status"].to_pylist()) >= {"open", "paid", "void", "uncollectible"}
    assert sum(row["paid_out_of_band"] for row in invoices) > 50
    assert sum(row["subscription_id"] is None for row in invoices) > 5
    assert sum(row["starting_balance"] < 0 for row in invoices) > 5
    assert sum(row["status"] == "failed" for row in charges) > 50
    assert sum(0 < row["amount_refunded"] < row["amount"] for row in charges) > 5
    assert sum(row["dispute_id"] is not None for row in charges) > 2
    assert sum(not row["description"].startswith("org_") for row in customers) > 15
    assert 0 < sum(row["deleted"] for row in customers) < 20
    metadata = tables["subscriptions_metadata"].to_pylist()
    assert sum(row["value"] != row["value"].strip() for row in metadata) > 5
    assert len({row["subscription_id"] for row in metadata}) < tables["subscriptions"].num_rows
    assert sum(tables["invoice_line_items"]["proration"].to_pylist()) > 40
    assert set(tables["subscriptions"]["status"].to_pylist()) == {"active", "past_due", "canceled"}


@pytest.mark.parametrize(
    ("settings", "today"),
    [
        (CompanySettings(scale=0.0001), date(2026, 6, 1)),
        (CompanySettings(seed=5, scale=0.02), date(2026, 6, 3)),
    ],
)
def test_small_and_young_companies_have_the_same_columns(
    tables: Tables, settings: CompanySettings, today: date
) -> None:
    small = stripe_tables(settings, today, AT)
    assert {name: table.schema for name, table in small.items()} == {
        name: table.schema for name, table in tables.items()
    }
    assert small["coupons"].num_rows == tables["coupons"].num_rows
