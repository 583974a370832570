"""What is billed: invoices with their line items, and what each comes to.

What belongs here: amounts until an invoice is due. What does not: how it is paid (`collection.py`).

A subscription is billed in advance, each month on the day on which it began: its price; what was used beyond it in the month before;
and if the plan changed in that month, what is credited for the rest of the old one and charged for the rest of the new one
(https://docs.stripe.com/billing/subscriptions/prorations). A discount is of the items that are not prorations. A total below zero
becomes a credit of the customer, which later invoices use up.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.directory import Directory
from dagster_open_platform_local.company.stripe.contracts import COUPONS, Customers, plan_number

FINALIZED_AFTER = 3600
"""Seconds for which an invoice of a subscription is a draft (https://docs.stripe.com/billing/invoices/subscription)."""
USAGE_CENTS = 3
"""Price of a credit beyond the commitment, in each currency."""
_MANUAL, _A_CUSTOMER = 999, 1000
_TRAINING_CENTS, _DAY = 150_000, DAY_SECONDS
_LATEST_MANUAL = (_DAY, 30 * _DAY, 120 * _DAY, 400 * _DAY)


class Item(IntEnum):
    """What a line item is of; also the order on the invoice."""

    COMMITMENT = 0
    USAGE = 1
    UNUSED = 2
    REMAINING = 3
    TRAINING = 4


@dataclass(frozen=True)
class Lines:
    """Line items, by invoice and kind.

    Args:
        invoice: Index into `Invoices`.
        item: One of `Item`.
        amount: Hundredths of the currency; below zero is a credit.
        quantity: How many of its price.
        start: Of the time that it is for, in Unix seconds.
        end: Of that.
        plan: Its price (`plan_number`); -1 without one.
    """

    invoice: Integers
    item: Integers
    amount: Integers
    quantity: Integers
    start: Integers
    end: Integers
    plan: Integers

    @property
    def is_proration(self) -> Mask:
        """What corrects the last month."""
        return (self.item == Item.UNUSED) | (self.item == Item.REMAINING)


@dataclass(frozen=True)
class Invoices:
    """Invoices, by customer and time; amounts in hundredths of the currency.

    Args:
        number: Of each, the same on every date.
        customer: Index into `Customers`.
        month: Of the subscription, from 0; -1 if it was made by hand.
        rank: Among the customer's, from 0.
        created: Unix seconds.
        start: Of the time that it was billed for.
        end: Of that.
        subtotal: Sum of its items.
        discount: What its coupon takes off.
        tax: What is added.
        starting_balance: The customer's credit, as zero or below.
        lines: Its items.
    """

    number: Integers
    customer: Integers
    month: Integers
    rank: Integers
    created: Integers
    start: Integers
    end: Integers
    subtotal: Integers
    discount: Integers
    tax: Integers
    starting_balance: Integers
    lines: Lines

    @property
    def total(self) -> Integers:
        """What it comes to."""
        return self.subtotal - self.discount + self.tax

    @property
    def amount_due(self) -> Integers:
        """What has to be paid."""
        return np.maximum(self.total + self.starting_balance, 0)

    @property
    def ending_balance(self) -> Integers:
        """The credit that is left."""
        return np.minimum(self.total + self.starting_balance, 0)

    @property
    def is_by_hand(self) -> Mask:
        """Those without a subscription."""
        return self.month < 0


@dataclass(frozen=True)
class _Months:
    """Months of subscriptions, and invoices by hand, as in `Invoices`."""

    customer: Integers
    month: Integers
    before: Integers
    start: Integers
    end: Integers


def months_after(start: Integers, months: int | Integers) -> Integers:
    """The same day and time in another month, or that month's last day.

    Args:
        start: Unix seconds.
        months: How many months later.
    """
    days = (start // _DAY).astype("datetime64[D]")
    first = days.astype("datetime64[M]")
    target = first + np.asarray(months).astype("timedelta64[M]")
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    day = np.minimum((days - first.astype("datetime64[D]")).astype(np.int64), length - 1)
    return (target.astype("datetime64[D]").astype(np.int64) + day) * _DAY + start % _DAY


def invoices(known: Customers) -> Invoices:
    """Every invoice that was made before the directory's date."""
    months = _months(known)
    number = known.organization[months.customer] * _A_CUSTOMER + np.where(
        months.month < 0, _MANUAL, months.month
    )
    lines = _lines(known, months)
    subtotal = _sums(lines.invoice, lines.amount, number.size)
    discountable = _sums(lines.invoice, np.where(lines.is_proration, 0, lines.amount), number.size)
    discount = _discounts(known, months, discountable)
    percent = known.tax_percent[months.customer]
    tax = (2 * (subtotal - discount) * percent + 100) // 200
    rank = _ranks(months.customer)
    return Invoices(
        number=number,
        customer=months.customer,
        month=months.month,
        rank=rank,
        created=months.start,
        # Stripe's period of an invoice is the one before, whose usage it bills.
        start=months.before,
        end=months.start,
        subtotal=subtotal,
        discount=discount,
        tax=tax,
        starting_balance=_balances(months.customer, rank, subtotal - discount + tax),
        lines=lines,
    )


def _months(known: Customers) -> _Months:
    subscribed, now = known.subscribed, known.found.now
    started, until = known.started[subscribed], np.minimum(known.ended[subscribed], now)
    parts: list[tuple[Integers, ...]] = []
    month = 0
    begins = started
    living = np.arange(subscribed.size)
    while living.size:
        before = months_after(started[living], month - 1) if month else begins
        ends = months_after(started[living], month + 1)
        parts.append((subscribed[living], np.full(living.size, month), before, begins, ends))
        kept = ends < until[living]
        living, begins, month = living[kept], ends[kept], month + 1
    draws = known.draws("stripe_trainings")
    made = known.begun + draws.quantile("gap", _LATEST_MANUAL)
    trained = np.flatnonzero(
        draws.chance("trained", 0.06) & (made < np.minimum(known.found.canceled[known.organization - 1], now))
    )
    parts.append((trained, np.full(trained.size, -1), made[trained], made[trained], made[trained]))
    customer, month_of, before, start, end = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((month_of, start, customer))
    return _Months(*(each[order] for each in (customer, month_of, before, start, end)))


def _lines(known: Customers, months: _Months) -> Lines:
    parts = [
        *_recurring(known, months),
        _prorations(known, months, Item.UNUSED),
        _prorations(known, months, Item.REMAINING),
    ]
    by_hand = np.flatnonzero(months.month < 0)
    people = 1 + known.draws("stripe_trainings").below("people", 8)[months.customer[by_hand]]
    at = months.start[by_hand]
    parts.append(
        _part(by_hand, Item.TRAINING, people * _TRAINING_CENTS, people, at, at, np.full(by_hand.size, -1))
    )
    columns = [np.concatenate(each) for each in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return Lines(*(each[order] for each in columns))


def _part(invoice: Integers, item: Item, *columns: Integers) -> tuple[Integers, ...]:
    return (invoice, np.full(invoice.size, int(item)), *columns)


def _recurring(known: Customers, months: _Months) -> list[tuple[Integers, ...]]:
    """The price of the month that comes, and what was used beyond it in the one before."""
    index = np.flatnonzero(months.month >= 0)
    customer, start, before = months.customer[index], months.start[index], months.before[index]
    level, renewals = known.level_at(customer, start), known.renewals_at(customer, start)
    organization = known.organization[customer]
    price = plan_number(organization, level, renewals)
    cents = known.monthly_cents(customer, level, renewals)
    draws = known.found.draws("stripe_usage", organization * _A_CUSTOMER + months.month[index])
    used = _members(known.found, organization, start) * draws.quantile("credits", (0, 40, 150, 500, 2500))
    is_over = (months.month[index] > 0) & draws.chance("over", 0.4) & (used > 0)
    over = index[is_over], used[is_over]
    usage = _part(
        over[0],
        Item.USAGE,
        over[1] * USAGE_CENTS,
        over[1],
        before[is_over],
        start[is_over],
        metered(known, customer[is_over]),
    )
    one = np.ones(index.size, dtype=np.int64)
    return [_part(index, Item.COMMITMENT, cents, one, start, months.end[index], price), usage]


def metered(known: Customers, customer: Integers) -> Integers:
    """The number of the price that usage has in the customers' currencies; no customer's price has it."""
    return known.currency[customer]


def _members(found: Directory, organization: Integers, moment: Integers) -> Integers:
    """How many people of organizations had joined at moments."""
    keys = np.sort(found.user_organization << 34 | found.user_created)
    first = organization << 34
    return np.searchsorted(keys, first | moment) - np.searchsorted(keys, first)


def _prorations(known: Customers, months: _Months, item: Item) -> tuple[Integers, ...]:
    """One of the two items for plans that changed in the month before."""
    changed = known.changed[months.customer]
    index = np.flatnonzero((months.month > 0) & (changed >= months.before) & (changed < months.start))
    customer, moment = months.customer[index], changed[index]
    is_credit = item is Item.UNUSED
    level = (known.first_level if is_credit else known.later_level)[customer]
    # The price that the month was billed with was that of its beginning.
    renewals = known.renewals_at(customer, months.before[index] if is_credit else moment)
    cents = known.monthly_cents(customer, level, renewals)
    left, whole = months.start[index] - moment, months.start[index] - months.before[index]
    amount = (2 * cents * left + whole) // (2 * whole)
    return _part(
        index,
        item,
        -amount if is_credit else amount,
        np.ones(index.size, dtype=np.int64),
        moment,
        months.start[index],
        plan_number(known.organization[customer], level, renewals),
    )


def _sums(index: Integers, amounts: Integers, count: int) -> Integers:
    """Sums of exact integers by index."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, index, amounts)
    return sums


def discounted_with(known: Customers, customer: Integers, month: Integers) -> Integers:
    """Index of the coupon that takes effect in a month of a subscription; -1 for none."""
    coupon = known.coupon[customer]
    lasts = np.array([each.months or NEVER for each in COUPONS])[coupon]
    return np.where((coupon >= 0) & (month >= 0) & (month < lasts), coupon, -1)


def _discounts(known: Customers, months: _Months, discountable: Integers) -> Integers:
    coupon = discounted_with(known, months.customer, months.month)
    percent = np.array([each.percent_off for each in COUPONS])[coupon]
    amount = np.array([each.amount_off for each in COUPONS])[coupon]
    discount = np.minimum((2 * discountable * percent + 100) // 200 + amount, discountable)
    return np.where(coupon >= 0, discount, 0)


def _ranks(customer: Integers) -> Integers:
    """The place of each among its customer's; customers stand together."""
    starts = np.flatnonzero(np.diff(customer, prepend=-1))
    return np.arange(customer.size) - np.repeat(starts, np.diff(np.append(starts, customer.size)))


def _balances(customer: Integers, rank: Integers, total: Integers) -> Integers:
    """Each customer's credit before each invoice."""
    balances = np.zeros(customer.size, dtype=np.int64)
    credit = np.zeros(int(customer.max(initial=-1)) + 1, dtype=np.int64)
    for place in range(int(rank.max(initial=-1)) + 1):
        index = np.flatnonzero(rank == place)
        balances[index] = credit[customer[index]]
        credit[customer[index]] = np.minimum(total[index] + balances[index], 0)
    return balances
