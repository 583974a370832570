"""Amounts, computed a second way: with fractions and a loop a customer."""

import calendar
import itertools
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.stripe.invoices import months_after
from dagster_open_platform_local.company.stripe.tables import stripe_tables

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
Rows = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    tables = stripe_tables(CompanySettings(), date(2026, 11, 26), AT)
    return {name: table.to_pylist() for name, table in tables.items()}


def _half_up(value: Fraction) -> int:
    return int((value + Fraction(1, 2)).__floor__())


@given(
    st.datetimes(datetime.fromisoformat("2023-01-01"), datetime.fromisoformat("2030-12-31")).map(
        lambda each: each.replace(microsecond=0)
    ),
    st.integers(0, 60),
)
def test_a_month_later_is_the_same_day_or_the_months_last(start: datetime, months: int) -> None:
    seconds = np.array([int(start.replace(tzinfo=UTC).timestamp())])
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    found = datetime.fromtimestamp(int(months_after(seconds, months)[0]), UTC).replace(tzinfo=None)
    assert found == start.replace(year=year, month=month + 1, day=day)


def test_prorations_are_the_rest_of_the_month_at_both_prices(rows: Rows) -> None:
    prices = {row["id"]: row["amount"] for row in rows["plans"]}
    invoices = {row["id"]: row for row in rows["invoices"]}
    seen = 0
    for line in rows["invoice_line_items"]:
        if not line["proration"]:
            continue
        invoice = invoices[line["invoice_id"]]
        whole = invoice["period_end"] - invoice["period_start"]
        left = line["period_end"] - line["period_start"]
        share = Fraction(left // whole.resolution, whole // whole.resolution)
        assert 0 < share <= 1
        assert line["period_end"] == invoice["date"]
        assert abs(line["amount"]) == _half_up(prices[line["plan_id"]] * share)
        assert line["discountable"] is False
        seen += 1
    assert seen > 40


def test_other_items_are_their_price_times_their_quantity(rows: Rows) -> None:
    prices = {row["id"]: row["amount"] for row in rows["plans"]}
    for line in rows["invoice_line_items"]:
        if not line["proration"] and line["plan_id"]:
            assert line["amount"] == prices[line["plan_id"]] * line["quantity"]


def test_credits_are_carried_on_until_they_are_used_up(rows: Rows) -> None:
    by_customer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for invoice in rows["invoices"]:
        by_customer[invoice["customer_id"]].append(invoice)
    carried = 0
    for invoices in by_customer.values():
        credit = 0
        for invoice in sorted(invoices, key=lambda each: each["date"]):
            assert invoice["starting_balance"] == credit
            carried += credit < 0
            owed = invoice["total"] + credit
            credit = min(owed, 0)
            assert invoice["amount_due"] == max(owed, 0)
            assert invoice["ending_balance"] in (credit, None)
    assert carried > 5


def test_months_follow_one_another(rows: Rows) -> None:
    by_subscription: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for invoice in rows["invoices"]:
        if invoice["subscription_id"]:
            by_subscription[invoice["subscription_id"]].append(invoice)
    subscriptions = {row["id"]: row for row in rows["subscriptions"]}
    assert set(by_subscription) == set(subscriptions)
    for id_, invoices in by_subscription.items():
        dates = sorted(each["date"] for each in invoices)
        assert dates[0] == subscriptions[id_]["start"]
        assert dates[-1] == subscriptions[id_]["current_period_start"]
        assert all(27 < (late - early).days < 32 for early, late in itertools.pairwise(dates))


def test_an_invoice_is_tried_until_it_is_paid(rows: Rows) -> None:
    by_invoice: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for charge in rows["charges"]:
        by_invoice[charge["invoice_id"]].append(charge)
    tried = 0
    for invoice in rows["invoices"]:
        charges = sorted(by_invoice[invoice["id"]], key=lambda each: each["created"])
        assert invoice["attempt_count"] == len(charges)
        assert invoice["charge_id"] == (charges[-1]["id"] if charges else None)
        assert [each["paid"] for each in charges[:-1]] == [False] * len(charges[:-1])
        assert {each["amount"] for each in charges} <= {invoice["amount_due"]}
        if charges and charges[-1]["paid"]:
            assert invoice["status"] == "paid"
            assert invoice["status_transitions_paid_at"] == charges[-1]["created"]
        tried += len(charges) > 1
    assert tried > 20


def test_refunds_and_disputes_are_of_charges_that_succeeded(rows: Rows) -> None:
    for charge in rows["charges"]:
        assert 0 <= charge["amount_refunded"] <= charge["amount"]
        if charge["status"] == "failed":
            assert (charge["amount_refunded"], charge["dispute_id"], charge["balance_transaction_id"]) == (
                0,
                None,
                None,
            )
            assert charge["failure_code"]
        assert not (charge["amount_refunded"] and charge["dispute_id"])
        assert charge["refunded"] == (0 < charge["amount_refunded"] == charge["amount"])


def test_phases_of_a_schedule_follow_one_another(rows: Rows) -> None:
    by_schedule: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for phase in rows["subscription_schedule_phases"]:
        by_schedule[phase["schedule_id"]].append(phase)
    now = datetime.fromisoformat("2026-11-26")
    several = 0
    for schedule in rows["subscription_schedules"]:
        phases = sorted(by_schedule[schedule["id"]], key=lambda each: each["start_date"])
        assert phases[0]["start_date"] == schedule["created"]
        for one, next_ in itertools.pairwise(phases):
            assert one["end_date"] == next_["start_date"]
        running = [each for each in phases if each["start_date"] < now and (each["end_date"] or now) >= now]
        if schedule["status"] == "active":
            [current] = running
            assert schedule["current_phase_start"] == current["start_date"]
        several += len(phases) > 1
    assert several > 50
