"""Deals, their stages and amounts in time, and who had a part in them.

What belongs here: `opportunity`, `opportunity_history`, `opportunity_field_history`, `opportunity_contact_role`. What does not: which
deals there are (`company/commercial/deals.py`).

The dirt in it: what `deals.py` names; roles of contacts are missing for a third of the deals; 1 % of the lost deals are in the
recycle bin.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.deals import KINDS, LOST, PROBABILITIES, STAGES, WON
from dagster_open_platform_local.company.fivetran.salesforce.histories import Change, history_table
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    Crm,
    audit,
    nothing_deleted,
    people_ids,
    picked,
    table,
)
from dagster_open_platform_local.company.fivetran.salesforce.setup import (
    FORECAST_CATEGORIES,
    FORECAST_CATEGORY_NAMES,
    record_type_ids,
)
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    dates,
    joined,
    moments,
    only,
)
from dagster_open_platform_local.company.product.happenings import happens, latest

_NEXT_STEPS = ("Send proposal", "Security review", "Call with champion", "Legal", "Pilot", "Wait for budget")
_LOSS_REASONS = ("Price", "No decision", "Competitor", "Built in-house", "Timing", "Open source is enough")
_ROLES = ("Decision Maker", "Economic Buyer", "Evaluator", "Influencer", "Business User")
_FIRST_RECORD_TYPE = 2
_STEPS = 16


def opportunity_tables(
    crm: Crm, sources: pa.Array, campaign_ids: pa.Array, last_activity: Integers
) -> dict[str, pa.Table]:
    """The tables of deals.

    Args:
        crm: The facts.
        sources: How everybody in `contacts` was found.
        campaign_ids: Of the campaign of everybody in `contacts`.
        last_activity: When somebody last did something about each deal, in Unix seconds; -1: never.
    """
    contact = main_contacts(crm)
    return {
        "opportunity": _opportunities(crm, contact, sources, campaign_ids, last_activity),
        "opportunity_history": _history(crm),
        "opportunity_field_history": _field_history(crm),
        "opportunity_contact_role": _roles(crm, contact),
    }


def main_contacts(crm: Crm) -> Integers:
    """The person with whom each deal is made: the account's first contact; -1 if it had none when the deal was made."""
    contacts = crm.contacts
    index = np.flatnonzero(contacts.is_contact)
    first = np.full(crm.accounts.number.size, -1, dtype=np.int64)
    # Backwards by time, so that the earliest stays.
    order = index[np.argsort(-contacts.converted[index], kind="stable")]
    first[contacts.account[order]] = order
    found = first[crm.deals.account]
    known = (found >= 0) & (contacts.converted[np.maximum(found, 0)] <= crm.deals.created)
    return np.where(known, found, -1)


def _deleted(crm: Crm) -> Integers:
    """When somebody deleted each deal; `NEVER` if nobody has."""
    deals = crm.deals
    lost = (deals.stage == LOST) & (deals.year < 0)
    draws = crm.draws("opportunity", deals.number)
    found = happens(draws, "deleted", 0.01, deals.close, (DAY_SECONDS, 20 * DAY_SECONDS, 90 * DAY_SECONDS))
    return np.where(lost & (found < crm.now), found, NEVER)


def _opportunities(
    crm: Crm, contact: Integers, sources: pa.Array, campaign_ids: pa.Array, last_activity: Integers
) -> pa.Table:
    deals = crm.deals
    owner, deleted = people_ids(deals.owner), _deleted(crm)
    seen = only(moments(np.maximum(last_activity, 0)), last_activity >= 0)
    columns: Columns = {
        "id": crm.deal_ids,
        "account_id": picked(crm.account_ids, deals.account),
        "contact_id": picked(crm.contact_ids, contact),
        "contract_id": salesforce_ids("contract", deals.number, ~deals.is_won),
        "campaign_id": picked(campaign_ids, contact),
        "name": opportunity_names(crm),
        "type": choice(KINDS, deals.kind),
        "record_type_id": record_type_ids(_FIRST_RECORD_TYPE + deals.kind),
        "lead_source": picked(sources, contact),
        "contract_year_c": pa.array(deals.year + 1, mask=deals.year < 0),
        "owner_id": owner,
        "last_activity_date": dates(np.maximum(last_activity, 0), last_activity < 0),
        "last_viewed_date": seen,
        "last_referenced_date": seen,
        **_state(crm),
        **_fiscal(deals.close),
    }
    modified = latest(crm.now, deals.changed, deleted)
    return table("opportunity", {**columns, **audit(deals.created, modified, owner, None, deleted < NEVER)})


def _state(crm: Crm) -> Columns:
    """How far each deal has come, and what it is worth."""
    deals = crm.deals
    draws = crm.draws("opportunity", deals.number)
    probability = np.array(PROBABILITIES)[deals.stage]
    entered = np.zeros(deals.number.size, dtype=np.int64)
    entered[deals.steps[0]] = deals.steps[2]
    is_open = ~deals.is_closed
    unsaid = (deals.stage != LOST) | draws.chance("unsaid", 0.2)
    return {
        "amount": only(pa.array(deals.amount_cents / 100), deals.has_amount),
        "currency_iso_code": deals.currency,
        "expected_revenue": only(pa.array(deals.amount_cents * probability / 10_000), deals.has_amount),
        "probability": pa.array(probability.astype(np.float64)),
        "stage_name": choice(STAGES, deals.stage),
        "close_date": dates(deals.close),
        "forecast_category": choice(FORECAST_CATEGORIES, deals.stage),
        "forecast_category_name": choice(FORECAST_CATEGORY_NAMES, deals.stage),
        "is_closed": pa.array(deals.is_closed),
        "is_won": pa.array(deals.is_won),
        "is_private": pa.array(nothing_deleted(deals.number.size)),
        "next_step": choice(
            _NEXT_STEPS, draws.below("next_step", len(_NEXT_STEPS)), ~is_open | draws.chance("none", 0.4)
        ),
        "loss_reason_c": choice(_LOSS_REASONS, draws.below("reason", len(_LOSS_REASONS)), unsaid),
        "has_opportunity_line_item": pa.array(deals.has_amount),
        "has_open_activity": pa.array(is_open & draws.chance("open_activity", 0.5)),
        "has_overdue_task": pa.array(is_open & draws.chance("overdue", 0.1)),
        "last_stage_change_date": moments(entered),
        "push_count": pa.array(draws.below("pushes", 4)),
    }


def opportunity_names(crm: Crm) -> pa.Array:
    """For example `Ball Data - Renewal 2026`."""
    deals = crm.deals
    year = deals.close.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    return joined(
        crm.accounts.name.take(pa.array(deals.account)), " - ", choice(KINDS, deals.kind), " ", year
    )


def _fiscal(close: Integers) -> Columns:
    months = close.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    year, quarter = 1970 + months // 12, months % 12 // 3 + 1
    return {
        "fiscal": joined(year, " ", quarter),
        "fiscal_quarter": pa.array(quarter),
        "fiscal_year": pa.array(year),
    }


def _history(crm: Crm) -> pa.Table:
    """A row a step, and one for each amount that was corrected."""
    deals = crm.deals
    deal, stage, moment = deals.steps
    corrected = np.flatnonzero(deals.corrected < NEVER)
    deal = np.concatenate([deal, corrected])
    stage = np.concatenate([stage, np.full(corrected.size, -1)])
    moment = np.concatenate([moment, deals.corrected[corrected]])
    order = np.lexsort((stage < 0, moment, deal))
    deal, stage, moment = deal[order], stage[order], moment[order]
    is_correction = stage < 0
    # A correction comes after the deal was won, so that the step before it has its stage.
    stage = np.where(is_correction, np.roll(stage, 1), stage)
    seat = np.arange(deal.size) - np.searchsorted(deal, deal)
    previous = np.where(seat > 0, np.roll(stage, 1), -1)
    amount = np.where(
        moment >= deals.corrected[deal], deals.amount_cents[deal], deals.first_amount_cents[deal]
    )
    has_amount = deals.has_amount[deal]
    probability = np.array(PROBABILITIES)[stage]
    last_of_deal = np.append(deal[1:] != deal[:-1], True) if deal.size else np.zeros(0, dtype=np.bool_)
    until = np.where(last_of_deal, NEVER, np.roll(moment, -1))
    return table(
        "opportunity_history",
        {
            "id": salesforce_ids("opportunity_history", deals.number[deal] * _STEPS + seat),
            "opportunity_id": crm.deal_ids.take(pa.array(deal)),
            "amount": only(pa.array(amount / 100), has_amount),
            "prev_amount": only(pa.array(deals.first_amount_cents[deal] / 100), has_amount & is_correction),
            "expected_revenue": only(pa.array(amount * probability / 10_000), has_amount),
            "currency_iso_code": deals.currency.take(pa.array(deal)),
            "probability": pa.array(probability.astype(np.float64)),
            "stage_name": choice(STAGES, stage),
            "forecast_category": choice(FORECAST_CATEGORIES, stage),
            "from_opportunity_stage_name": choice(STAGES, np.maximum(previous, 0), previous < 0),
            "from_forecast_category": choice(FORECAST_CATEGORIES, np.maximum(previous, 0), previous < 0),
            "close_date": dates(np.where(stage >= WON, deals.close[deal], deals.expected[deal])),
            "prev_close_date": dates(deals.expected[deal], stage < WON),
            "created_by_id": people_ids(deals.owner[deal]),
            "created_date": moments(moment),
            "valid_to_date": moments(until),
            "system_modstamp": moments(moment),
            "is_deleted": pa.array(nothing_deleted(deal.size)),
        },
    )


def _field_history(crm: Crm) -> pa.Table:
    """A row for each stage that was entered after the first, and for each amount that was corrected."""
    deals = crm.deals
    deal, stage, moment = deals.steps
    size = deals.number.size
    owner = people_ids(deals.owner)
    changes = [Change("created", deals.created, None, None, owner)]
    previous = np.where(np.append(False, deal[1:] == deal[:-1])[: deal.size], np.roll(stage, 1), -1)
    for each in range(1, len(STAGES)):
        entered, before = np.full(size, NEVER), np.zeros(size, dtype=np.int64)
        mine = (stage == each) & (previous >= 0)
        entered[deal[mine]], before[deal[mine]] = moment[mine], previous[mine]
        after = choice(STAGES, np.full(size, each))
        changes.append(Change("StageName", entered, choice(STAGES, before), after, owner, "DynamicEnum"))
    old, new = (
        pa.array(each / 100).cast(pa.string()) for each in (deals.first_amount_cents, deals.amount_cents)
    )
    changes.append(Change("Amount", deals.corrected, old, new, owner, "Currency"))
    return history_table("opportunity_field_history", "opportunity_id", crm.deal_ids, deals.number, changes)


def _roles(crm: Crm, contact: Integers) -> pa.Table:
    """The main contact of most deals."""
    deals = crm.deals
    draws = crm.draws("opportunity_contact_role", deals.number)
    index = np.flatnonzero((contact >= 0) & draws.chance("entered", 0.67))
    who = contact[index]
    created = np.maximum(deals.created[index], crm.contacts.converted[who])
    owner = people_ids(deals.owner[index])
    role = choice(_ROLES, draws.below("role", len(_ROLES)), draws.chance("no_role", 0.2)).take(
        pa.array(index)
    )
    return table(
        "opportunity_contact_role",
        {
            "id": salesforce_ids("opportunity_contact_role", deals.number[index]),
            "opportunity_id": crm.deal_ids.take(pa.array(index)),
            "contact_id": crm.contact_ids.take(pa.array(who)),
            "is_primary": pa.array(np.ones(index.size, dtype=np.bool_)),
            "role": role,
            **audit(created, created, owner, None, nothing_deleted(index.size)),
        },
    )
