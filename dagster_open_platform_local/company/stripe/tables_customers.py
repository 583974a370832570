"""The tables `customers`, `coupons` and `plans`.

What belongs here: their rows. What does not: who the customers are (`contracts.py`).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.organizations import PLANS
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    dates,
    either,
    joined,
    only,
)
from dagster_open_platform_local.company.stripe.billing import Billing
from dagster_open_platform_local.company.stripe.collection import Status
from dagster_open_platform_local.company.stripe.columns import made_ids, no_text, text, times
from dagster_open_platform_local.company.stripe.contracts import COUPONS, CURRENCIES, Customers
from dagster_open_platform_local.company.stripe.invoices import USAGE_CENTS, discounted_with, months_after

_HOUR = 3600
_FIRST_PRICE = 1_690_000_000
"""When the metered prices were made, in Unix seconds: before the first customer came."""
PRODUCTS = tuple(f"prod_{plan.capitalize()}" for plan in PLANS)
METERED_PRODUCT = "prod_Credits"


def customer_ids(known: Customers, customer: Integers) -> pa.Array:
    """Ids of customers by index."""
    return made_ids(known, "customers", known.organization[customer] * 2, "cus_")


def plan_ids(known: Customers, number: Integers) -> pa.Array:
    """Ids of plans by their numbers (`contracts.plan_number`, `invoices.metered`)."""
    return made_ids(known, "plans", number, "price_")


def coupon_ids(coupon: Integers) -> pa.Array:
    """Ids of coupons by index; null for none."""
    return choice([each.id for each in COUPONS], np.maximum(coupon, 0), coupon < 0)


def customers_table(made: Billing) -> Columns:
    """A row a customer, and a second one for those who were made twice."""
    known = made.customers
    draws = known.draws("stripe_customers")
    twice = np.flatnonzero(draws.chance("twice", 0.02) & (known.begun + _HOUR < made.now))
    index = np.concatenate([np.arange(known.organization.size), twice])
    copy = np.concatenate([np.zeros(known.organization.size, np.bool_), np.ones(twice.size, np.bool_)])
    order = np.lexsort((copy, index))
    index, copy = index[order], copy[order]
    names = _names(known).take(pa.array(index))
    is_named = by_hand(known)[index] | copy
    email = known.rows["billing_email"].combine_chunks().take(pa.array(index))
    upper = draws.chance("upper", 0.03)[index]
    coupon = discounted_with(known, index, _month(made)[index])
    return {
        "id": made_ids(known, "customers", known.organization[index] * 2 + copy, "cus_"),
        "account_balance": pa.array(np.where(copy, 0, _balance(made)[index])),
        "address_country": known.rows["tax_country"].combine_chunks().take(pa.array(index)),
        "created": times(known.begun[index] + np.where(copy, _HOUR, 0)),
        "currency": choice(CURRENCIES, known.currency[index]),
        "default_source_id": no_text(index.size),
        "deleted": pa.array(copy & draws.chance("deleted", 0.6)[index]),
        "delinquent": pa.array(~copy & _delinquent(made)[index]),
        "description": either(is_named, names, _public_ids(known).take(pa.array(index))),
        "discount_coupon_id": only(coupon_ids(coupon), ~copy),
        "email": either(upper, pc.call_function("utf8_upper", [email]), email),
        "name": names,
        "tax_exempt": choice(("none", "reverse"), (known.tax_percent[index] == 0).astype(np.int64)),
    }


def by_hand(known: Customers) -> Mask:
    """Who was made in the dashboard, with a name for a description."""
    return known.draws("stripe_customers").chance("by_hand", 0.05)


def _names(known: Customers) -> pa.Array:
    return known.found.organizations["name"].combine_chunks().take(pa.array(known.organization - 1))


def _public_ids(known: Customers) -> pa.Array:
    return known.found.organizations["public_id"].combine_chunks().take(pa.array(known.organization - 1))


def _last(made: Billing, mask: Mask) -> tuple[Integers, Integers]:
    """Of each customer's last invoice among some: the customer and the invoice, by index."""
    index = np.flatnonzero(mask)
    customer = made.invoices.customer[index]
    is_last = np.append(np.diff(customer) != 0, np.ones(min(index.size, 1), np.bool_)).astype(np.bool_)
    return customer[is_last], index[is_last]


def _balance(made: Billing) -> Integers:
    """The credit of each customer, as zero or below."""
    balance = np.zeros(made.customers.organization.size, dtype=np.int64)
    customer, invoice = _last(made, made.collected.status != Status.DRAFT)
    balance[customer] = made.invoices.ending_balance[invoice]
    return balance


def _delinquent(made: Billing) -> Mask:
    """Whose last invoice is overdue."""
    found = np.zeros(made.customers.organization.size, dtype=np.bool_)
    customer, invoice = _last(made, made.collected.status != Status.DRAFT)
    found[customer] = overdue(made)[invoice]
    return found


def overdue(made: Billing) -> Mask:
    """Which invoices should have been paid by now."""
    outcome = made.collected
    is_late = (outcome.due < made.now) | ((outcome.due >= NEVER) & (outcome.attempts > 0))
    return is_late & ((outcome.status == Status.OPEN) | (outcome.status == Status.UNCOLLECTIBLE))


def _month(made: Billing) -> Integers:
    """The month of each customer's subscription that runs, from 0; -1 if none does."""
    known = made.customers
    running = np.minimum(known.ended, made.now) >= made.now
    month = np.full(known.organization.size, -1)
    customer, invoice = _last(made, made.invoices.month >= 0)
    month[customer] = made.invoices.month[invoice]
    return np.where(running, month, -1)


def coupons_table(made: Billing) -> Columns:
    """A row a coupon."""
    known = made.customers
    used = np.bincount(known.coupon[known.subscribed] + 1, minlength=len(COUPONS) + 1)[1:]
    months = [each.months for each in COUPONS]
    amounts = [each.amount_off or None for each in COUPONS]
    return {
        "id": pa.array([each.id for each in COUPONS]),
        "amount_off": pa.array(amounts, pa.int64()),
        "created": times(np.full(len(COUPONS), _FIRST_PRICE)),
        "currency": pa.array(["usd" if amount else None for amount in amounts], pa.string()),
        "duration": pa.array(
            ["forever" if each is None else "once" if each == 1 else "repeating" for each in months]
        ),
        "duration_in_months": pa.array([each if (each or 0) > 1 else None for each in months], pa.int64()),
        "max_redemptions": pa.array([None] * len(COUPONS), pa.int64()),
        "name": pa.array([each.name for each in COUPONS]),
        "percent_off": pa.array([float(each.percent_off) or None for each in COUPONS], pa.float64()),
        "redeem_by": times(np.full(len(COUPONS), NEVER)),
        "times_redeemed": pa.array(used),
        "valid": pa.array([True] * len(COUPONS)),
    }


def plans_table(made: Billing) -> Columns:
    """A row for each price that was agreed on with a customer, and one a currency for what is used beyond it."""
    known, terms = made.customers, made.terms
    number, first = np.unique(terms.plan_numbers(known), return_index=True)
    customer, level = terms.customer[first], terms.level[first]
    metered = np.arange(len(CURRENCIES))
    is_metered = np.concatenate([np.ones(metered.size, np.bool_), np.zeros(number.size, np.bool_)])
    count = is_metered.size
    cents = known.monthly_cents(customer, level, terms.renewals[first])
    current = terms.end[first] >= made.now
    day = dates(terms.start[first])
    nickname = joined(choice([plan.capitalize() for plan in PLANS], level), ", from ", day)
    return {
        "id": plan_ids(known, np.concatenate([metered, number])),
        "active": pa.array(np.concatenate([np.ones(metered.size, np.bool_), current])),
        "aggregate_usage": only(text(count, "sum"), is_metered),
        "amount": pa.array(np.concatenate([np.full(metered.size, USAGE_CENTS), cents])),
        "billing_scheme": text(count, "per_unit"),
        "created": times(np.concatenate([np.full(metered.size, _FIRST_PRICE), terms.start[first]])),
        "currency": choice(CURRENCIES, np.concatenate([metered, known.currency[customer]])),
        "interval": text(count, "month"),
        "interval_count": pa.array(np.ones(count, dtype=np.int64)),
        "nickname": pa.concat_arrays([text(metered.size, "Credits beyond the commitment"), nickname]),
        "product_id": pa.concat_arrays([text(metered.size, METERED_PRODUCT), choice(PRODUCTS, level)]),
        "trial_period_days": pa.array([None] * count, pa.int64()),
        "usage_type": choice(("licensed", "metered"), is_metered.astype(np.int64)),
    }


def period_of(made: Billing, customer: Integers) -> tuple[Integers, Integers]:
    """The beginning and end of the last month of subscriptions, by customers' index."""
    month = np.zeros(made.customers.organization.size, dtype=np.int64)
    last, invoice = _last(made, made.invoices.month >= 0)
    month[last] = made.invoices.month[invoice]
    started = made.customers.started[customer]
    return months_after(started, month[customer]), months_after(started, month[customer] + 1)
