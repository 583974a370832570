"""Who pays for the product through Stripe, since when, and what a month costs at each time.

What belongs here: customers, their subscriptions and the prices in the course of these. What does not: what is billed (`invoices.py`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.organizations import PLANS, plans
from dagster_open_platform_local.company.product.accounts import (
    MOST_RENEWALS,
    YEAR,
    account_tables,
    billing_begun,
    commitments,
    lacks_contract,
)
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.directory import Directory

CURRENCIES = ("usd", "eur", "gbp")
NO_COUPON = -1
_COUPON_WEIGHTS = thresholds([81, 12, 4, 3])
_TAX_PERCENT = {"GB": 20, "DE": 19, "FR": 20, "NL": 21, "SE": 25, "ES": 21, "PL": 23}
"""Standard rates of value added tax where the company has to charge it."""


@dataclass(frozen=True)
class Coupon:
    """A discount.

    Args:
        id: Chosen by people.
        name: For customers.
        percent_off: 0 if it is an amount.
        amount_off: In cents; it is only for those who pay in dollars.
        months: For how many months of a subscription it is; None: for all.
    """

    id: str
    name: str
    percent_off: int
    amount_off: int
    months: int | None


COUPONS = (
    Coupon("STARTUP20", "Startup programme", 20, 0, 12),
    Coupon("NONPROFIT10", "Non-profit organizations", 10, 0, None),
    Coupon("LAUNCH100", "Launch week", 0, 10_000, 1),
)


@dataclass(frozen=True)
class Customers:
    """Organizations that are customers in Stripe, by id; all arrays are as long.

    Args:
        found: The product's directory.
        rows: Their rows of the product's `customer_info`.
        organization: Ids.
        begun: When each gave a billing address, in Unix seconds.
        started: When its subscription began; `NEVER` if it has none.
        ended: When that ended; `NEVER` if it has not yet.
        changed: When the plan changed in the course of it; `NEVER` if it did not.
        first_level: Index into `PLANS` at its beginning.
        later_level: After `changed`.
        currency: Index into `CURRENCIES`.
        terms: Days until an invoice is due; 0 if it is charged automatically.
        tax_percent: Of value added tax; 0 for most.
        coupon: Index into `COUPONS`, or `NO_COUPON`.
        is_yearly: Whether there is a contract that renews each year.
    """

    found: Directory
    rows: pa.Table
    organization: Integers
    begun: Integers
    started: Integers
    ended: Integers
    changed: Integers
    first_level: Integers
    later_level: Integers
    currency: Integers
    terms: Integers
    tax_percent: Integers
    coupon: Integers
    is_yearly: Mask

    def draws(self, table: str) -> Draws:
        """The columns of a table with a row a customer."""
        return self.found.draws(table, self.organization)

    @property
    def subscribed(self) -> Integers:
        """Indices of those who have, or had, a subscription."""
        return np.flatnonzero(self.started < np.minimum(self.ended, self.found.now))

    def level_at(self, customer: Integers, moment: Integers) -> Integers:
        """Index into `PLANS` of customers (by index) at moments of their subscriptions."""
        later = moment >= self.changed[customer]
        return np.where(later, self.later_level[customer], self.first_level[customer])

    def renewals_at(self, customer: Integers, moment: Integers) -> Integers:
        """How often the price had been raised at moments."""
        return np.clip((moment - self.begun[customer]) // YEAR, 0, MOST_RENEWALS)

    def monthly_cents(self, customer: Integers, level: Integers, renewals: Integers) -> Integers:
        """What a month costs, in hundredths of the currency, halves up."""
        draws = self.found.draws("customer_info", self.organization[customer])
        return (commitments(draws, level, renewals) + 5_000) // 10_000


@dataclass(frozen=True)
class Terms:
    """Parts of subscriptions in which the price stays, by customer and time.

    Args:
        customer: Index into `Customers`.
        level: Index into `PLANS`.
        renewals: How often the price was raised before.
        start: Unix seconds.
        end: Unix seconds; in the future for the one that is running, and for a customer whose price stays `NEVER`.
    """

    customer: Integers
    level: Integers
    renewals: Integers
    start: Integers
    end: Integers

    def plan_numbers(self, customers: Customers) -> Integers:
        """A number for each price that was agreed on, the same on every date."""
        return plan_number(customers.organization[self.customer], self.level, self.renewals)


def plan_number(organization: Integers, level: Integers, renewals: Integers) -> Integers:
    """A number for a price of an organization."""
    return (organization * 8 + renewals) * len(PLANS) + level


def customers(found: Directory) -> Customers:
    """Everybody who gave a billing address before the directory's date."""
    rows = pa.concat_tables(
        [pa.table(account_tables(found, each)["customer_info"]) for each in ("main", "xregion")]
    )
    ids = rows["organization_id"].to_numpy()
    internal = np.array(found.organizations["is_internal"].to_pylist(), dtype=np.bool_)
    kept = np.argsort(ids)
    kept = kept[~internal[ids[kept] - 1]]
    rows, ids = rows.take(pa.array(kept)).combine_chunks(), ids[kept]
    draws, begun, canceled = (
        found.draws("organizations", ids),
        billing_begun(found)[ids - 1],
        found.canceled[ids - 1],
    )
    before, _ = plans(draws, found.created[ids - 1], begun)
    after, changed = plans(draws, found.created[ids - 1], found.now)
    changed = np.where((before != after) & (changed >= begun) & (changed < canceled), changed, NEVER)
    currency = np.array(
        [CURRENCIES.index(each.lower()) for each in rows["currency"].to_pylist()], dtype=np.int64
    )
    both = (before > 0) & (after > 0)
    return Customers(
        found=found,
        rows=rows,
        organization=ids,
        begun=begun,
        started=np.where(before > 0, begun, np.where(after > 0, changed, NEVER)),
        ended=np.minimum(canceled, np.where(after == 0, changed, NEVER)),
        changed=np.where(both, changed, NEVER),
        first_level=np.where(before > 0, before, after),
        later_level=after,
        currency=currency,
        terms=rows["payment_terms_days"].cast(pa.int64()).fill_null(0).to_numpy(),
        tax_percent=_tax_percent(rows),
        coupon=_coupons(found.draws("stripe_customers", ids), currency),
        is_yearly=~lacks_contract(found.draws("customer_info", ids)),
    )


def _tax_percent(rows: pa.Table) -> Integers:
    """Businesses that gave their tax id pay the tax themselves."""
    return np.array(
        [
            0 if (tax_id or "").strip() else _TAX_PERCENT.get(country, 0)
            for country, tax_id in zip(
                rows["tax_country"].to_pylist(), rows["tax_id"].to_pylist(), strict=True
            )
        ],
        dtype=np.int64,
    )


def _coupons(draws: Draws, currency: Integers) -> Integers:
    coupon = draws.pick("coupon", _COUPON_WEIGHTS) - 1
    in_dollars = np.array([each.amount_off > 0 for each in COUPONS])[coupon] & (coupon >= 0)
    return np.where(in_dollars & (currency != 0), NO_COUPON, coupon)


def terms(known: Customers, until: int) -> Terms:
    """The parts of all subscriptions that begin before a moment.

    Args:
        known: The customers.
        until: Unix seconds; a moment in the future shows the prices that are agreed on already.
    """
    customer = np.repeat(known.subscribed, 2 * (MOST_RENEWALS + 1))
    step = np.tile(np.arange(2 * (MOST_RENEWALS + 1)), known.subscribed.size)
    renewals, is_later = step // 2, step % 2 == 1
    year = known.begun[customer] + renewals * YEAR
    start = np.maximum(known.started[customer], np.where(renewals > 0, year, 0))
    end = np.minimum(known.ended[customer], np.where(renewals < MOST_RENEWALS, year + YEAR, NEVER))
    changed = known.changed[customer]
    start = np.where(is_later, np.maximum(start, changed), start)
    end = np.where(is_later, end, np.minimum(end, changed))
    kept = (start < end) & (start < until)
    level = np.where(is_later, known.later_level[customer], known.first_level[customer])
    return Terms(*(each[kept] for each in (customer, level, renewals, start, end)))
