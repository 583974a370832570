"""The tables of subscriptions: themselves, their items and metadata, their schedules and the phases of those.

What belongs here: their rows. What does not: prices (`contracts.py`).

Who has a contract for a year has a schedule, with a phase for each year and plan. The next year's phase is there ninety days before it
begins, when the renewal is agreed on.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.organizations import PLANS
from dagster_open_platform_local.company.product.columns import Columns, Integers, Mask, choice, joined
from dagster_open_platform_local.company.stripe.billing import Billing
from dagster_open_platform_local.company.stripe.columns import made_ids, never, text, times
from dagster_open_platform_local.company.stripe.contracts import CURRENCIES, Customers, plan_number, terms
from dagster_open_platform_local.company.stripe.invoices import discounted_with, metered
from dagster_open_platform_local.company.stripe.tables_customers import (
    by_hand,
    coupon_ids,
    customer_ids,
    overdue,
    period_of,
    plan_ids,
)

_RENEWAL_DAYS = 90
_STATUSES = ("active", "past_due", "canceled")


def subscription_ids(known: Customers, customer: Integers) -> pa.Array:
    """Ids of subscriptions by the index of their customers; null where that is negative."""
    number = (
        np.where(customer >= 0, known.organization[np.maximum(customer, 0)], -1)
        if customer.size
        else customer
    )
    return made_ids(known, "subscriptions", number, "sub_")


def item_ids(known: Customers, customer: Integers, is_metered: Mask) -> pa.Array:
    """Ids of subscription items by the index of their customers."""
    return made_ids(known, "subscription_items", known.organization[customer] * 2 + is_metered, "si_")


def _ended(made: Billing, customer: Integers) -> Integers:
    ended = made.customers.ended[customer]
    return np.where(ended < made.now, ended, NEVER)


def _current_plan(made: Billing, customer: Integers) -> Integers:
    """The price of subscriptions now, or at their end."""
    known = made.customers
    at = np.minimum(known.ended[customer], made.now) - 1
    return plan_number(
        known.organization[customer], known.level_at(customer, at), known.renewals_at(customer, at)
    )


def subscriptions_table(made: Billing) -> Columns:
    """A row a subscription."""
    known = made.customers
    customer = known.subscribed
    started, ended = known.started[customer], _ended(made, customer)
    start, end = period_of(made, customer)
    is_late = np.zeros(known.organization.size, dtype=np.bool_)
    is_late[made.invoices.customer[overdue(made) & ~made.invoices.is_by_hand]] = True
    status = np.where(ended < NEVER, 2, is_late[customer])
    sent = known.terms[customer] > 0
    month = np.where(ended < NEVER, -1, _months_begun(made)[customer])
    return {
        "id": subscription_ids(known, customer),
        "billing": choice(("charge_automatically", "send_invoice"), sent.astype(np.int64)),
        "billing_cycle_anchor": times(started),
        "cancel_at": never(customer.size),
        "cancel_at_period_end": pa.array(np.zeros(customer.size, dtype=np.bool_)),
        "canceled_at": times(ended),
        "created": times(started),
        "current_period_end": times(end),
        "current_period_start": times(start),
        "customer_id": customer_ids(known, customer),
        "days_until_due": pa.array(known.terms[customer], mask=~sent),
        "discount_coupon_id": coupon_ids(discounted_with(known, customer, month)),
        "ended_at": times(ended),
        "plan_id": plan_ids(known, _current_plan(made, customer)),
        "price_id": plan_ids(known, _current_plan(made, customer)),
        "quantity": pa.array(np.ones(customer.size, dtype=np.int64)),
        "start": times(started),
        "status": choice(_STATUSES, status),
        "tax_percent": pa.array(
            known.tax_percent[customer].astype(np.float64), mask=known.tax_percent[customer] == 0
        ),
        "trial_end": never(customer.size),
        "trial_start": never(customer.size),
    }


def _months_begun(made: Billing) -> Integers:
    """How many months of each customer's subscription had begun, less one."""
    months = np.full(made.customers.organization.size, -1)
    np.maximum.at(months, made.invoices.customer, made.invoices.month)
    return months


def subscription_items_table(made: Billing) -> Columns:
    """Two rows a subscription: the commitment, and what is used beyond it."""
    known = made.customers
    customer = np.repeat(known.subscribed, 2)
    is_metered = np.tile([False, True], known.subscribed.size).astype(np.bool_)
    plan = plan_ids(known, np.where(is_metered, metered(known, customer), _current_plan(made, customer)))
    return {
        "id": item_ids(known, customer, is_metered),
        "created": times(known.started[customer]),
        "plan_id": plan,
        "price_id": plan,
        "quantity": pa.array(np.ones(customer.size, dtype=np.int64), mask=is_metered),
        "subscription_id": subscription_ids(known, customer),
    }


def subscriptions_metadata_table(made: Billing) -> Columns:
    """Three rows a subscription, of those that have metadata."""
    known = made.customers
    draws = known.draws("stripe_metadata")
    # Who is known by name only is known by these.
    absent = draws.chance("absent", 0.03) & ~by_hand(known)
    kept = known.subscribed[~absent[known.subscribed]]
    public = (
        known.found.organizations["public_id"].combine_chunks().take(pa.array(known.organization[kept] - 1))
    )
    space = choice(("", " "), draws.chance("space", 0.04)[kept].astype(np.int64))
    values = {
        "organization_id": joined(known.organization[kept], space),
        "organization_public_id": public,
        "plan": choice(PLANS, known.level_at(kept, np.minimum(known.ended[kept], made.now) - 1)),
    }
    subscription = subscription_ids(known, kept)
    return {
        "subscription_id": pa.concat_arrays([subscription] * len(values)),
        "key": pa.concat_arrays([text(kept.size, key) for key in values]),
        "value": pa.concat_arrays(list(values.values())),
    }


def _schedule_ids(known: Customers, customer: Integers) -> pa.Array:
    return made_ids(known, "subscription_schedules", known.organization[customer], "sub_sched_")


def _agreed(made: Billing) -> tuple[Integers, Integers, Integers, Integers]:
    """Phases of yearly contracts: customer, beginning, end and number, those that are agreed on for later included."""
    known = made.customers
    found = terms(known, made.now + _RENEWAL_DAYS * DAY_SECONDS)
    # Nobody agrees to more when they are gone.
    kept = known.is_yearly[found.customer] & (
        found.start < np.where(known.ended[found.customer] < made.now, made.now, NEVER)
    )
    return found.customer[kept], found.start[kept], found.end[kept], found.plan_numbers(known)[kept]


def subscription_schedules_table(made: Billing) -> Columns:
    """A row for each customer with a contract."""
    known = made.customers
    customer = known.subscribed[known.is_yearly[known.subscribed]]
    ended = _ended(made, customer)
    of, start, end, _ = _agreed(made)
    running = (start < made.now) & (end >= made.now)
    begins, ends = np.full(known.organization.size, NEVER), np.full(known.organization.size, NEVER)
    begins[of[running]], ends[of[running]] = start[running], end[running]
    is_over = ended < NEVER
    return {
        "id": _schedule_ids(known, customer),
        "canceled_at": times(ended),
        "completed_at": never(customer.size),
        "created": times(known.started[customer]),
        "current_phase_end": times(np.where(is_over, NEVER, ends[customer])),
        "current_phase_start": times(np.where(is_over, NEVER, begins[customer])),
        "customer_id": customer_ids(known, customer),
        "end_behavior": text(customer.size, "release"),
        "released_at": never(customer.size),
        "released_subscription_id": text(customer.size, None),
        "status": choice(("active", "canceled"), is_over.astype(np.int64)),
        "subscription_id": subscription_ids(known, customer),
    }


def subscription_schedule_phases_table(made: Billing) -> Columns:
    """A row a phase."""
    known = made.customers
    customer, start, end, plan = _agreed(made)
    coupon = np.where(start == known.started[customer], known.coupon[customer], -1)
    return {
        "id": made_ids(known, "subscription_schedule_phases", plan, "sub_sched_phase_"),
        "schedule_id": _schedule_ids(known, customer),
        "start_date": times(start),
        "end_date": times(end),
        "coupon_id": coupon_ids(coupon),
        "currency": choice(CURRENCIES, known.currency[customer]),
        "proration_behavior": text(customer.size, "none"),
        "trial_end": never(customer.size),
    }
