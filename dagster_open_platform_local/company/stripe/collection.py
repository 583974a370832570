"""How invoices are paid: when, at which attempt, or never.

What belongs here: the outcome of each invoice and the attempts to charge for it. What does not: what the money does then
(`balance.py`).

Who pays automatically is charged when the invoice is final, and again after three, eight and fifteen days if that was declined
(https://docs.stripe.com/billing/revenue-recovery/smart-retries); then the invoice stays open, becomes uncollectible, or is void. Who is
sent the invoice pays by bank around the due date, sometimes past Stripe, and sometimes never.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.stripe.contracts import Customers
from dagster_open_platform_local.company.stripe.invoices import FINALIZED_AFTER, Invoices

_DAY = DAY_SECONDS
_RETRIES_AFTER = (0, 3 * _DAY, 8 * _DAY, 15 * _DAY)
_ATTEMPTS = len(_RETRIES_AFTER)
_DECLINED, _DECLINED_OFTEN, _OFTEN = 0.04, 0.55, 0.07
_WRITTEN_OFF, _VOIDED = 0.4, 0.2
_NEVER_SENT, _PAST_STRIPE = 0.02, 0.06
_PAYS_AFTER = (-20 * _DAY, -5 * _DAY, -_DAY, _DAY, 8 * _DAY, 45 * _DAY)
_KINDS_OF_END = thresholds([_WRITTEN_OFF, _VOIDED, 1 - _WRITTEN_OFF - _VOIDED])


class Status(IntEnum):
    """Of an invoice; the names in lower case are Stripe's (https://docs.stripe.com/api/invoices/object#invoice_object-status)."""

    DRAFT = 0
    OPEN = 1
    PAID = 2
    VOID = 3
    UNCOLLECTIBLE = 4


@dataclass(frozen=True)
class Collected:
    """The outcome of each invoice, as of now; all arrays but those of attempts are as long as `Invoices`.

    Args:
        status: One of `Status`.
        finalized: Unix seconds; `NEVER` if it is a draft.
        due: When a sent invoice is due; `NEVER` for others.
        paid: `NEVER` if it is not.
        voided: `NEVER` if it is not.
        written_off: When it became uncollectible; `NEVER` if it did not.
        is_past_stripe: Paid, and Stripe had nothing to do with it.
        attempts: How often a charge was tried.
        next_attempt: `NEVER` if there is none.
        tried: Index of the invoice of each charge.
        attempt: Which attempt it is, from 0.
        moment: When, in Unix seconds.
        succeeded: Whether money came.
    """

    status: Integers
    finalized: Integers
    due: Integers
    paid: Integers
    voided: Integers
    written_off: Integers
    is_past_stripe: Mask
    attempts: Integers
    next_attempt: Integers
    tried: Integers
    attempt: Integers
    moment: Integers
    succeeded: Mask


@dataclass(frozen=True)
class _Fate:
    """What will become of each invoice, whenever that is."""

    paid: Integers
    voided: Integers
    written_off: Integers
    last_attempt: Integers
    is_past_stripe: Mask


def collected(known: Customers, found: Invoices) -> Collected:
    """What became of invoices by the directory's date.

    Args:
        known: The customers.
        found: Their invoices.
    """
    now, terms = known.found.now, known.terms[found.customer]
    draws = known.found.draws("stripe_invoices", found.number)
    finalized = found.created + np.where(found.is_by_hand, 0, FINALIZED_AFTER)
    due = np.where(terms > 0, finalized + terms * _DAY, NEVER)
    moments = finalized[:, None] + np.array(_RETRIES_AFTER)[None, :]
    sent, charged = _sent(draws, found, finalized, due), _charged(known, draws, found, moments)
    fate = _Fate(*(np.where(terms > 0, vars(sent)[name], vars(charged)[name]) for name in vars(sent)))
    past = {name: _past(vars(fate)[name], now) for name in ("paid", "voided", "written_off")}
    status = np.full(finalized.size, int(Status.OPEN))
    for name, reached in (
        ("paid", Status.PAID),
        ("voided", Status.VOID),
        ("written_off", Status.UNCOLLECTIBLE),
    ):
        status[past[name] < NEVER] = int(reached)
    status[finalized >= now] = int(Status.DRAFT)
    moments[:, 0] = np.where(terms > 0, fate.paid, moments[:, 0])
    owes = found.amount_due > 0
    tried = (
        owes[:, None]
        & ~fate.is_past_stripe[:, None]
        & (np.arange(_ATTEMPTS)[None, :] <= fate.last_attempt[:, None])
    )
    come = tried & (moments < now)
    invoice, attempt = np.nonzero(come)
    moment = moments[come]
    attempts = come.sum(axis=1)
    coming = np.where(tried & ~come & (terms == 0)[:, None], moments, NEVER).min(axis=1, initial=NEVER)
    return Collected(
        status=status,
        finalized=_past(finalized, now),
        due=due,
        **past,
        is_past_stripe=fate.is_past_stripe & (past["paid"] < NEVER),
        attempts=attempts,
        next_attempt=coming,
        tried=invoice,
        attempt=attempt,
        moment=moment,
        succeeded=moment == fate.paid[invoice],
    )


def _past(moment: Integers, now: int) -> Integers:
    return np.where(moment < now, moment, NEVER)


def _sent(draws: Draws, found: Invoices, finalized: Integers, due: Integers) -> _Fate:
    """Of invoices that customers pay by themselves."""
    never = draws.chance("never", _NEVER_SENT)
    due = np.where(due >= NEVER, finalized, due)
    paid = np.maximum(due + draws.quantile("pays_after", _PAYS_AFTER), finalized + 600)
    paid = np.where(found.amount_due == 0, finalized, np.where(never, NEVER, paid))
    is_past_stripe = draws.chance("past_stripe", _PAST_STRIPE) & ~never & (found.amount_due > 0)
    end = draws.pick("end", _KINDS_OF_END)
    lost = never & (found.amount_due > 0)
    return _Fate(
        paid=paid,
        voided=np.where(lost & _may_be_void(found) & (end == 1), due + 30 * _DAY, NEVER),
        written_off=np.where(lost & (end == 0), due + 90 * _DAY, NEVER),
        last_attempt=np.where(paid < NEVER, 0, -1),
        is_past_stripe=is_past_stripe,
    )


def _charged(known: Customers, draws: Draws, found: Invoices, moments: Integers) -> _Fate:
    """Of invoices that are charged automatically."""
    often = known.draws("stripe_customers").chance("declined_often", _OFTEN)[found.customer]
    columns = [f"declined_{attempt}" for attempt in range(_ATTEMPTS)]
    declined = np.stack(
        [
            np.where(often, draws.chance(each, _DECLINED_OFTEN), draws.chance(each, _DECLINED))
            for each in columns
        ],
        axis=1,
    )
    is_paid = ~declined.all(axis=1) | (found.amount_due == 0)
    last = np.where(is_paid, np.argmin(declined, axis=1), _ATTEMPTS - 1)
    last = np.where(found.amount_due == 0, 0, last)
    at = np.take_along_axis(moments, last[:, None], axis=1)[:, 0]
    end = draws.pick("end", _KINDS_OF_END)
    return _Fate(
        paid=np.where(is_paid, at, NEVER),
        voided=np.where(~is_paid & _may_be_void(found) & (end == 1), at + 10 * _DAY, NEVER),
        written_off=np.where(~is_paid & (end == 0), at + 30 * _DAY, NEVER),
        last_attempt=last,
        is_past_stripe=np.zeros(last.size, dtype=np.bool_),
    )


def _may_be_void(found: Invoices) -> Mask:
    """Where no credit was used up: it would come back."""
    return (found.starting_balance == 0) & (found.total > 0)
