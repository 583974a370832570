"""What is sold: contracts that were won year by year, and what was lost or is still open.

What belongs here: deals, their stages and amounts. What does not: how a tool shows them.

A customer with a contract (`customer_info.contract_start` of the product's database) has a deal for each year of it, won on its first
day: new business, then renewals. The next one is open before it is due; when the customer cancels then, it is lost. The amount is
twelve times the monthly commitment at the end of the year, or now: when the plan changes in the course of a year, sales operations
corrects the deal. The year's deal of somebody who had a free plan on its first day was entered late, when they changed, with the
close date of the year. Accounts without a contract have deals that are open, and lost in the end. The dirt in it:

- deals from before the tools came were entered when these came, so they were won before they were created;
- who pays by card has opened and won a deal in the same second;
- the expected close date of some open deals has passed;
- 6 % of those that are about no contract have no amount;
- an open deal goes away when the customer changes to the free plan.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.commercial.accounts import CrmAccounts, crm_accounts
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.organizations import plans
from dagster_open_platform_local.company.product.accounts import (
    MOST_RENEWALS,
    YEAR,
    billing_due,
    commitments,
    currencies,
    lacks_contract,
)
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.settings import CompanySettings

KINDS = ("New Business", "Renewal")
STAGES = (
    "Prospecting", "Qualification", "Value Proposition", "Proposal/Price Quote", "Negotiation/Review", "Closed Won",
    "Closed Lost",
)  # fmt: skip
"""Of Salesforce's standard picklist, in their order."""
PROBABILITIES = (10, 10, 50, 75, 90, 100, 0)
"""Percent, by stage: Salesforce's defaults."""
WON, LOST = STAGES.index("Closed Won"), STAGES.index("Closed Lost")
_OPEN_STAGES = WON
_FIRST_STAGE = np.array([0, 2])
"""By kind: a renewal needs no prospecting."""
_DAY = DAY_SECONDS
_RENEWAL_DAYS = 90
_CYCLE = (8 * _DAY, 25 * _DAY, 45 * _DAY, 90 * _DAY, 170 * _DAY)
_LOST_CYCLE = (5 * _DAY, 30 * _DAY, 80 * _DAY, 140 * _DAY, 260 * _DAY)
_OPENED_GAPS = (3600, 5 * _DAY, 40 * _DAY, 150 * _DAY, 500 * _DAY)
_ENTERED_PER_MILLE = np.array([0, 150, 350, 600, 850])
_BY_CARD = 0.4
"""Share of the customers who need nobody to buy."""
_COUNTS, _COUNT_WEIGHTS = np.array([0, 1, 2, 3]), thresholds([45, 35, 14, 6])
_HUNDREDS_OF_DOLLARS = (12, 60, 150, 300, 700, 2500)
_WITHOUT_AMOUNT = 0.06


@dataclass(frozen=True)
class Deals:
    """Deals as of a date, by the time they were made. A deal is meant by its index in these arrays on that date.

    Args:
        number: Of each deal, the same on every date: never given to another.
        account: Index in `crm_accounts` of the same date.
        owner: Number of the account executive.
        kind: Index into `KINDS`.
        year: Of the contract, from 0; -1 if it is about no contract of the product's.
        stage: Index into `STAGES`, now.
        created: When the deal was entered, in Unix seconds.
        close: When it was closed, or is expected to be, in Unix seconds.
        expected: When it was expected to be closed while it was open.
        changed: When anything of it last changed.
        amount_cents: For a year, in hundredths of the currency.
        first_amount_cents: What it was before it was corrected.
        corrected: When the amount was corrected; `NEVER` if it was not.
        has_amount: Whether anybody entered one.
        currency: ISO 4217.
        steps: Index of the deal, index into `STAGES` and the Unix second in which it was entered, a row a step, by deal and time.
    """

    number: Integers
    account: Integers
    owner: Integers
    kind: Integers
    year: Integers
    stage: Integers
    created: Integers
    close: Integers
    expected: Integers
    changed: Integers
    amount_cents: Integers
    first_amount_cents: Integers
    corrected: Integers
    has_amount: Mask
    currency: pa.Array
    steps: tuple[Integers, Integers, Integers]

    @property
    def is_won(self) -> Mask:
        """What was won."""
        return self.stage == WON

    @property
    def is_closed(self) -> Mask:
        """What was won or lost."""
        return self.stage >= _OPEN_STAGES


@dataclass(frozen=True)
class _Plan:
    """Deals before they have stages: when each is decided, and how.

    Args:
        decided: When it is closed, maybe after now.
        outcome: `WON` or `LOST`.
        planned: When it will be closed unless it is decided earlier.
        expected: The close date while it is open.
        (others): As in `Deals`.
    """

    number: Integers
    account: Integers
    kind: Integers
    year: Integers
    created: Integers
    decided: Integers
    outcome: Integers
    planned: Integers
    expected: Integers
    amount_cents: Integers
    first_amount_cents: Integers
    corrected: Integers
    has_amount: Mask
    currency: pa.Array


@lru_cache(maxsize=2)
def deals(settings: CompanySettings, today: date) -> Deals:
    """Every deal as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found, accounts = directory(settings, today), crm_accounts(settings, today)
    plan = _together(_contracts(found, accounts), _others(found, accounts), found.now)
    steps = _steps(settings, plan, found.now)
    # Steps are sorted by deal and time, so that the last one of a deal stays.
    stage = np.zeros(plan.number.size, dtype=np.int64)
    stage[steps[0]] = steps[1]
    changed = plan.created.copy()
    np.maximum.at(changed, steps[0], steps[2])
    closed = stage >= _OPEN_STAGES
    owned = accounts.owners
    # A deal stays with whoever closed it.
    since = owned.since[plan.account]
    before = closed & (plan.decided < since)
    moved = ~before & (since > plan.created)
    changed = np.maximum(changed, np.where(moved, since, 0))
    return Deals(
        number=plan.number,
        account=plan.account,
        owner=np.where(before, owned.first[plan.account], owned.owner[plan.account]),
        kind=plan.kind,
        year=plan.year,
        stage=stage,
        created=plan.created,
        close=np.where(closed, plan.decided, plan.expected),
        expected=plan.expected,
        changed=np.maximum(changed, np.where(plan.corrected < NEVER, plan.corrected, 0)),
        amount_cents=plan.amount_cents,
        first_amount_cents=plan.first_amount_cents,
        corrected=plan.corrected,
        has_amount=plan.has_amount,
        currency=plan.currency,
        steps=steps,
    )


def _contracts(found: Directory, accounts: CrmAccounts) -> _Plan:
    """The deals of contracts: a row a year, and the one that comes next."""
    ids = np.flatnonzero(_have_contracts(found)) + 1
    ids = ids[accounts.of_organization(ids) >= 0]
    organization = np.repeat(ids, MOST_RENEWALS + 1)
    year = np.tile(np.arange(MOST_RENEWALS + 1), ids.size)
    draws = found.draws("crm_deals", organization * 8 + year)
    canceled, account = found.canceled[organization - 1], accounts.of_organization(organization)
    due, until = billing_due(found)[organization - 1] + year * YEAR, np.minimum(canceled, found.now)
    won = due < until
    end = np.where(won & (due + YEAR < until), due + YEAR, np.where(won, found.now, until))
    before, at_end, changed = _levels(found, organization, np.minimum(due, end), end)
    level = np.where(at_end > 0, at_end, before)
    cycle = np.where(draws.chance("by_card", _BY_CARD), 0, draws.quantile("cycle", _CYCLE))
    opened = due - np.where(year > 0, _RENEWAL_DAYS * _DAY, cycle)
    opened = np.maximum(np.where(won & (before == 0), changed, opened), accounts.created[account])
    is_next = ~won & (opened < until) & ((year == 0) | (due - YEAR < until))
    customer = found.draws("customer_info", organization)
    amount, amount_before = (_cents(commitments(customer, each, year)) for each in (level, before))
    # Who changed before the tools came was entered as they were then.
    corrected = won & (before > 0) & (at_end > 0) & (before != at_end) & (changed > opened)
    kept = (won | is_next) & (level > 0)
    return _Plan(
        number=(organization * 8 + year)[kept] * 2,
        account=account[kept],
        kind=np.minimum(year, 1)[kept],
        year=year[kept],
        created=opened[kept],
        decided=np.where(won, due, canceled)[kept],
        outcome=np.where(won, WON, LOST)[kept],
        planned=due[kept],
        expected=due[kept],
        amount_cents=amount[kept],
        first_amount_cents=np.where(corrected, amount_before, amount)[kept],
        corrected=np.where(corrected, changed, NEVER)[kept],
        has_amount=np.ones(int(kept.sum()), dtype=np.bool_),
        currency=currencies(customer).filter(pa.array(kept)),
    )


def _have_contracts(found: Directory) -> Mask:
    """Which organizations have a contract, or will if they do not cancel first."""
    draws = found.draws("customer_info", np.arange(1, found.created.size + 1, dtype=np.int64))
    return (billing_due(found) < NEVER) & ~lacks_contract(draws)


def _levels(
    found: Directory, organization: Integers, start: Integers, end: Integers
) -> tuple[Integers, Integers, Integers]:
    """The plans at the beginning and at the end of a time (indices), and when the latter came."""
    draws, created = found.draws("organizations", organization), found.created[organization - 1]
    before, _ = plans(draws, created, start)
    after, changed = plans(draws, created, end)
    return before, after, changed


def _cents(monthly_micros: Integers) -> Integers:
    """Twelve times millionths as hundredths, halves up."""
    return (12 * monthly_micros + 5_000) // 10_000


def _others(found: Directory, accounts: CrmAccounts) -> _Plan:
    """What is tried with accounts that have no contract and never will."""
    excluded = np.concatenate([[False], _have_contracts(found)])
    tried = np.flatnonzero((accounts.duplicate_of < 0) & ~excluded[accounts.organization])
    numbers = Draws(found.settings.seed, "crm_accounts", accounts.number[tried])
    counts = _COUNTS[numbers.pick("deals", _COUNT_WEIGHTS)]
    account = np.repeat(tried, counts)
    seat = np.arange(account.size) - np.repeat(np.cumsum(counts) - counts, counts)
    number = accounts.number[account] * 8 + seat
    draws = Draws(found.settings.seed, "crm_other_deals", number)
    created = accounts.created[account] + draws.quantile("opened", _OPENED_GAPS)
    decided = created + draws.quantile("cycle", _LOST_CYCLE)
    early = np.where(draws.chance("early", 0.3), draws.below("days_early", 60) * _DAY, 0)
    amount = draws.quantile("amount", _HUNDREDS_OF_DOLLARS) * 10_000
    return _Plan(
        number=number * 2 + 1,
        account=account,
        kind=np.zeros_like(account),
        year=np.full_like(account, -1),
        created=created,
        decided=decided,
        outcome=np.full_like(account, LOST),
        planned=decided,
        expected=np.maximum(decided - early, created),
        amount_cents=amount,
        first_amount_cents=amount,
        corrected=np.full(account.size, NEVER),
        has_amount=~draws.chance("no_amount", _WITHOUT_AMOUNT),
        currency=pa.array(["USD"] * account.size, pa.string()),
    )


def _together(one: _Plan, other: _Plan, now: int) -> _Plan:
    """Both by the time of their creation, as far as they are there."""
    columns: dict[str, NDArray | pa.Array] = {}
    created = np.concatenate([one.created, other.created])
    order = np.lexsort((np.concatenate([one.number, other.number]), created))
    order = order[created[order] < now]
    for name, first in vars(one).items():
        second = vars(other)[name]
        if isinstance(first, pa.Array):
            columns[name] = pa.concat_arrays([first, second]).take(pa.array(order))
        else:
            columns[name] = np.concatenate([first, second])[order]
    return _Plan(**columns)


def _steps(settings: CompanySettings, plan: _Plan, now: int) -> tuple[Integers, Integers, Integers]:
    """Deal, stage and moment of each step that has come."""
    draws = Draws(settings.seed, "crm_deal_steps", plan.number)
    stage = np.arange(_OPEN_STAGES)[None, :]
    first = _FIRST_STAGE[plan.kind][:, None]
    jitter = np.stack([draws.below(f"stage_{each}", 100) for each in range(_OPEN_STAGES)], axis=1)
    per_mille = np.where(stage == first, 0, _ENTERED_PER_MILLE[None, :] + jitter)
    # To the plan, whatever comes of it: what was entered stays when the deal is decided.
    span = np.maximum(plan.planned - plan.created, 0)[:, None]
    entered = plan.created[:, None] + span // 1000 * per_mille
    is_contract = plan.year >= 0
    reach = np.where(is_contract, _OPEN_STAGES, first[:, 0] + draws.below("reach", 4))[:, None]
    come = (
        (stage >= first) & (stage <= reach) & (entered < np.minimum(plan.decided, now)[:, None]) & (span > 0)
    )
    deal, at = np.nonzero(come)
    decided = np.flatnonzero(plan.decided < now)
    closed = np.maximum(plan.decided[decided], plan.created[decided])
    deal, at = np.concatenate([deal, decided]), np.concatenate([at, plan.outcome[decided]])
    moment = np.concatenate([entered[come], closed])
    order = np.lexsort((at, moment, deal))
    return deal[order], at[order], moment[order]
