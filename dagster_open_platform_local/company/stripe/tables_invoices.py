"""The tables `invoices` and `invoice_line_items`.

What belongs here: their rows. What does not: amounts (`invoices.py`) and outcomes (`collection.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    dates,
    either,
    joined,
    only,
)
from dagster_open_platform_local.company.stripe.billing import Billing
from dagster_open_platform_local.company.stripe.collection import Status
from dagster_open_platform_local.company.stripe.columns import made_ids, text, times
from dagster_open_platform_local.company.stripe.contracts import CURRENCIES
from dagster_open_platform_local.company.stripe.invoices import Item, discounted_with
from dagster_open_platform_local.company.stripe.tables_balance import charge_ids
from dagster_open_platform_local.company.stripe.tables_customers import coupon_ids, customer_ids, plan_ids
from dagster_open_platform_local.company.stripe.tables_subscriptions import item_ids, subscription_ids

_DESCRIPTIONS = {
    Item.COMMITMENT: "Monthly commitment",
    Item.USAGE: "Credits beyond the commitment",
    Item.UNUSED: "Unused time on the plan before",
    Item.REMAINING: "Remaining time on the new plan",
    Item.TRAINING: "Training, a person and day",
}


def invoice_ids(made: Billing, invoice: Integers) -> pa.Array:
    """Ids of invoices by index."""
    return made_ids(made.customers, "invoices", made.invoices.number[invoice], "in_")


def invoices_table(made: Billing) -> Columns:
    """A row an invoice."""
    found, outcome, known = made.invoices, made.collected, made.customers
    every = np.arange(found.number.size)
    is_paid, is_draft = outcome.status == Status.PAID, outcome.status == Status.DRAFT
    due, sent = found.amount_due, known.terms[found.customer] > 0
    coupon = discounted_with(known, found.customer, found.month)
    return {
        "id": invoice_ids(made, every),
        "amount_due": pa.array(due),
        "amount_paid": pa.array(np.where(is_paid, due, 0)),
        "amount_remaining": pa.array(np.where(is_paid, 0, due)),
        "attempt_count": pa.array(outcome.attempts),
        "attempted": pa.array(outcome.attempts > 0),
        "auto_advance": pa.array((outcome.status <= Status.OPEN) & ~found.is_by_hand),
        "billing_reason": choice(
            ("manual", "subscription_create", "subscription_cycle"), np.minimum(found.month, 1) + 1
        ),
        "charge_id": _charges(made),
        "collection_method": choice(("charge_automatically", "send_invoice"), sent.astype(np.int64)),
        "currency": choice(CURRENCIES, known.currency[found.customer]),
        "customer_id": customer_ids(known, found.customer),
        "date": times(found.created),
        "description": only(text(every.size, "Training"), found.is_by_hand),
        "discount_coupon_id": coupon_ids(coupon),
        "due_date": times(outcome.due),
        "ending_balance": pa.array(found.ending_balance, mask=is_draft),
        "next_payment_attempt": times(outcome.next_attempt),
        "number": only(_numbers(made), ~is_draft),
        "paid": pa.array(is_paid),
        "paid_out_of_band": pa.array(outcome.is_past_stripe),
        "period_end": times(found.end),
        "period_start": times(found.start),
        "starting_balance": pa.array(found.starting_balance),
        "status": choice([each.name.lower() for each in Status], outcome.status),
        "status_transitions_finalized_at": times(outcome.finalized),
        "status_transitions_marked_uncollectible_at": times(outcome.written_off),
        "status_transitions_paid_at": times(outcome.paid),
        "status_transitions_voided_at": times(outcome.voided),
        "subscription_id": subscription_ids(known, np.where(found.is_by_hand, -1, found.customer)),
        "subtotal": pa.array(found.subtotal),
        "tax": pa.array(found.tax, mask=known.tax_percent[found.customer] == 0),
        "tax_percent": pa.array(
            known.tax_percent[found.customer].astype(np.float64), mask=known.tax_percent[found.customer] == 0
        ),
        "total": pa.array(found.total),
    }


def _charges(made: Billing) -> pa.Array:
    """The last charge of each invoice; null if there is none."""
    last = np.full(made.invoices.number.size, -1)
    last[made.charges.invoice] = np.arange(made.charges.number.size)
    if not made.charges.number.size:
        return text(last.size, None)
    return only(charge_ids(made, np.maximum(last, 0)), last >= 0)


def _numbers(made: Billing) -> pa.Array:
    """What customers see: letters of their own, and the place of the invoice among theirs."""
    letters = made.customers.draws("stripe_numbers").bits("letters") >> np.uint64(32)
    prefix = pa.array([f"{each:08X}" for each in letters.tolist()], pa.string())
    place = pa.array([f"{each + 1:04d}" for each in made.invoices.rank.tolist()], pa.string())
    return joined(prefix.take(pa.array(made.invoices.customer)), "-", place)


def invoice_line_items_table(made: Billing) -> Columns:
    """A row an item."""
    lines, found, known = made.invoices.lines, made.invoices, made.customers
    customer = found.customer[lines.invoice]
    by_hand = found.is_by_hand[lines.invoice]
    is_item = lines.is_proration | by_hand
    number = found.number[lines.invoice] * 8 + lines.item
    subscription = subscription_ids(known, np.where(by_hand, -1, customer))
    price = plan_ids(known, lines.plan)
    kinds = choice([_DESCRIPTIONS[each] for each in Item], lines.item)
    return {
        "id": made_ids(known, "invoice_line_items", number, "il_"),
        "amount": pa.array(lines.amount),
        "currency": choice(CURRENCIES, known.currency[customer]),
        "description": joined(kinds, ", from ", dates(lines.start)),
        "discountable": pa.array(~lines.is_proration),
        "invoice_id": invoice_ids(made, lines.invoice),
        "period_end": times(lines.end),
        "period_start": times(lines.start),
        "plan_id": price,
        "price_id": price,
        "proration": pa.array(lines.is_proration),
        "quantity": pa.array(lines.quantity),
        "source_id": either(is_item, made_ids(known, "invoice_items", number, "ii_"), subscription),
        "source_type": choice(("subscription", "invoice_item"), is_item.astype(np.int64)),
        "subscription": subscription,
        "subscription_item_id": only(item_ids(known, customer, lines.item == Item.USAGE), ~is_item),
    }
