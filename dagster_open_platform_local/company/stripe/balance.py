"""What money does at Stripe: charges, and everything that moves the company's balance.

What belongs here: amounts, fees and moments. What does not: which invoices are charged when (`collection.py`).

Each currency has a balance of its own. A transaction's net is its amount less its fee; what has become available is paid out every
Monday, wholly (https://docs.stripe.com/payouts#payout-schedule), and each transaction names the payout that it went into.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.stripe.collection import Collected
from dagster_open_platform_local.company.stripe.contracts import CURRENCIES, Customers
from dagster_open_platform_local.company.stripe.invoices import Invoices

_DAY, _WEEK = DAY_SECONDS, 7 * DAY_SECONDS
_MONDAY = 4 * _DAY
"""The first Monday in Unix time was 5 January 1970."""
_AVAILABLE_AFTER = 2 * _DAY
_CARD_PER_MILLE, _CARD_FIXED = np.array([29, 15, 15]), np.array([30, 25, 20])
_BANK_PER_MILLE, _BANK_MOST = 8, 500
_DISPUTE_FEE = 1500
_BILLING_PER_MILLE = 7
"""What Stripe takes for billing subscriptions, of what was charged in a month."""
_REFUNDED, _WHOLLY, _DISPUTED, _WON = 0.02, 0.6, 0.006, 0.4
_REFUND_AFTER = (3600, 2 * _DAY, 9 * _DAY, 30 * _DAY)
_DISPUTE_AFTER = (5 * _DAY, 20 * _DAY, 60 * _DAY)
_DECIDED_AFTER = (20 * _DAY, 45 * _DAY, 75 * _DAY)


class Kind(IntEnum):
    """Of a balance transaction."""

    CHARGE = 0
    PAYMENT = 1
    REFUND = 2
    PAYMENT_REFUND = 3
    DISPUTE = 4
    DISPUTE_REVERSAL = 5
    FEE = 6
    PAYOUT = 7


@dataclass(frozen=True)
class Charges:
    """Attempts to take money, by time.

    Args:
        number: Of each, the same on every date.
        invoice: Index into `Invoices`.
        customer: Index into `Customers`.
        created: Unix seconds.
        amount: Hundredths of the currency.
        is_card: By card; otherwise from a bank account.
        succeeded: Whether money came.
        refunded: When; `NEVER` if it was not.
        amount_refunded: 0 if it was not.
        disputed: When; `NEVER` if it was not.
        won: When a dispute was decided for the company; `NEVER` if it was not.
    """

    number: Integers
    invoice: Integers
    customer: Integers
    created: Integers
    amount: Integers
    is_card: Mask
    succeeded: Mask
    refunded: Integers
    amount_refunded: Integers
    disputed: Integers
    won: Integers


@dataclass(frozen=True)
class Transactions:
    """What moved a balance, by time.

    Args:
        kind: One of `Kind`.
        number: Of its source: the charge's, or of the payout or the fee.
        currency: Index into `CURRENCIES`.
        amount: Hundredths of the currency.
        fee: Of that.
        created: Unix seconds.
        available: When it can be paid out.
        payout: Number of the payout that it went into; -1 if none yet.
    """

    kind: Integers
    number: Integers
    currency: Integers
    amount: Integers
    fee: Integers
    created: Integers
    available: Integers
    payout: Integers

    @property
    def net(self) -> Integers:
        """What is left of the amount."""
        return self.amount - self.fee


def charges(known: Customers, found: Invoices, outcome: Collected) -> Charges:
    """Every attempt to take money."""
    now = known.found.now
    order = np.lexsort((outcome.attempt, outcome.tried, outcome.moment))
    invoice, created, succeeded = outcome.tried[order], outcome.moment[order], outcome.succeeded[order]
    number = found.number[invoice] * 8 + outcome.attempt[order]
    customer, amount = found.customer[invoice], found.amount_due[invoice]
    is_card = known.terms[customer] == 0
    draws = known.found.draws("stripe_charges", number)
    refunded = created + draws.quantile("refund_gap", _REFUND_AFTER)
    is_refunded = succeeded & draws.chance("refunded", _REFUNDED) & (refunded < now)
    part = 1 + draws.below_each("part", np.maximum(np.minimum(amount, 1 << 31), 1))
    disputed = created + draws.quantile("dispute_gap", _DISPUTE_AFTER)
    is_disputed = (
        succeeded
        & is_card
        & draws.chance("disputed", _DISPUTED)
        & (disputed < now)
        & ~draws.chance("refunded", _REFUNDED)
    )
    won = disputed + draws.quantile("decision_gap", _DECIDED_AFTER)
    is_won = is_disputed & draws.chance("won", _WON) & (won < now)
    return Charges(
        number=number,
        invoice=invoice,
        customer=customer,
        created=created,
        amount=amount,
        is_card=is_card,
        succeeded=succeeded,
        refunded=np.where(is_refunded, refunded, NEVER),
        amount_refunded=np.where(is_refunded, np.where(draws.chance("wholly", _WHOLLY), amount, part), 0),
        disputed=np.where(is_disputed, disputed, NEVER),
        won=np.where(is_won, won, NEVER),
    )


def transactions(known: Customers, made: Charges) -> Transactions:
    """Everything that moved the balance before the directory's date, payouts included."""
    currency, now = known.currency[made.customer], known.found.now
    cards = made.is_card.astype(np.int64)
    none = np.zeros(made.number.size, dtype=np.int64)
    parts = [
        (1 - cards, made.amount, _fees(made, currency), made.created, made.succeeded),
        (3 - cards, -made.amount_refunded, none, made.refunded, made.refunded < NEVER),
        (none + Kind.DISPUTE, -made.amount, none + _DISPUTE_FEE, made.disputed, made.disputed < NEVER),
        (none + Kind.DISPUTE_REVERSAL, made.amount, none - _DISPUTE_FEE, made.won, made.won < NEVER),
    ]
    rows: list[tuple[Integers, ...]] = [
        tuple(each[kept] for each in (kind, made.number, currency, amount, fee, at))
        for kind, amount, fee, at, kept in parts
    ]
    rows.append(_billing_fees(made, currency, now))
    kind, number, currency, amount, fee, created = (np.concatenate(each) for each in zip(*rows, strict=True))
    is_fee = kind == Kind.FEE
    available = (created // _DAY) * _DAY + np.where(is_fee, 0, _AVAILABLE_AFTER)
    payout = _payout_of(currency, np.maximum(available, created), now)
    paid = _payouts(payout, amount - fee)
    columns = [kind, number, currency, amount, fee, created, available, payout]
    together = [np.concatenate(each) for each in zip(columns, paid, strict=True)]
    order = np.lexsort((together[1], together[0], together[5]))
    return Transactions(*(each[order] for each in together))


def _fees(made: Charges, currency: Integers) -> Integers:
    card = (made.amount * _CARD_PER_MILLE[currency] + 500) // 1000 + _CARD_FIXED[currency]
    bank = np.minimum((made.amount * _BANK_PER_MILLE + 500) // 1000, _BANK_MOST)
    return np.where(made.is_card, card, bank)


def _billing_fees(made: Charges, currency: Integers, now: int) -> tuple[Integers, ...]:
    """A fee a currency and month, on the first of the next."""
    kept = made.succeeded
    month = made.created[kept].astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    number, inverse = np.unique(month * len(CURRENCIES) + currency[kept], return_inverse=True)
    sums = np.zeros(number.size, dtype=np.int64)
    np.add.at(sums, inverse, made.amount[kept])
    first = (number // len(CURRENCIES) + 1).astype("datetime64[M]").astype("datetime64[s]").astype(
        np.int64
    ) + 6 * 3600
    amount = -((sums * _BILLING_PER_MILLE + 500) // 1000)
    come = (first < now) & (amount < 0)
    kind = np.full(number.size, int(Kind.FEE))
    columns = (kind, number, number % len(CURRENCIES), amount, np.zeros_like(amount), first)
    return tuple(each[come] for each in columns)


def _payout_of(currency: Integers, available: Integers, now: int) -> Integers:
    """The Monday on which something is paid out, and in which currency, as one number."""
    week = (available - _MONDAY) // _WEEK + 1
    return np.where(_payout_moment(week) < now, week * len(CURRENCIES) + currency, -1)


def _payout_moment(week: Integers) -> Integers:
    return week * _WEEK + _MONDAY + 2 * 3600


def _payouts(payout: Integers, net: Integers) -> tuple[Integers, ...]:
    """What leaves the balance; if refunds were more than charges, the company's bank account is debited instead."""
    number, inverse = np.unique(payout[payout >= 0], return_inverse=True)
    sums = np.zeros(number.size, dtype=np.int64)
    np.add.at(sums, inverse, net[payout >= 0])
    at = _payout_moment(number // len(CURRENCIES))
    kind, none = np.full(number.size, int(Kind.PAYOUT)), np.zeros(number.size, dtype=np.int64)
    return (kind, number, number % len(CURRENCIES), -sums, none, at, at, number)
