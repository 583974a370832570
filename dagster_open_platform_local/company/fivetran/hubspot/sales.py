"""Tables of deals, as they come from Salesforce.

What belongs here: deals, pipelines, stages, histories and links of deals. What does not: which deals there are (`commercial/deals.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import CrmAccounts, crm_accounts, tools_since
from dagster_open_platform_local.company.commercial.deals import (
    KINDS,
    LOST,
    PROBABILITIES,
    STAGES,
    WON,
    Deals,
    deals,
)
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.audience import audience
from dagster_open_platform_local.company.fivetran.hubspot.firms import firms
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    DEAL_TO_COMPANY,
    DEAL_TO_CONTACT,
    DEAL_TO_PRIMARY_COMPANY,
    PORTAL,
    SCHEMA,
    Changes,
    company_ids,
    contact_ids,
    deal_ids,
    history,
    links,
    moment_of,
    owner_ids,
)
from dagster_open_platform_local.company.fivetran.hubspot.portal import team_id
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, TIMESTAMP, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask, choice, joined, moments, only
from dagster_open_platform_local.company.settings import CompanySettings

PIPELINES = ("default", "74210993")
"""Ids by kind of deal."""
_STAGE_IDS = (
    ("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent", "closedwon",
     "closedlost"),
    tuple(str(141_306_550 + 3 * stage) for stage in range(len(STAGES))),
)  # fmt: skip
"""Of the stages of `commercial/deals.py`: HubSpot's own in its first pipeline, numbers in others."""
_FORECAST = ("PIPELINE", "BEST_CASE", "COMMIT", "CLOSED", "OMIT")
_LOST_BECAUSE = ("Price", "Chose Airflow", "No budget", "No decision", "Timing", "Built in-house")
_RATES = {"USD": 100, "EUR": 108, "GBP": 127}
"""What 100 units are worth in dollars, for the home currency."""
_NOT_SENT, _NO_OWNER, _NO_CONTACT = 0.01, 0.08, 0.1
_SENT_AFTER = (240, 420, 900)


@dataclass(frozen=True)
class SyncedDeals:
    """The deals that came from Salesforce, as of a date.

    Args:
        index: Of each in `deals` of the same date.
        entered: When it came, in Unix seconds.
    """

    index: Integers
    entered: Integers


@lru_cache(maxsize=2)
def synced_deals(settings: CompanySettings, today: date) -> SyncedDeals:
    """Which deals had come before 00:00 UTC of a date."""
    sold = deals(settings, today)
    draws = Draws(settings.seed, "hubspot_deals", sold.number)
    entered = sold.created + draws.quantile("delay", _SENT_AFTER)
    index = np.flatnonzero(~draws.chance("not_sent", _NOT_SENT) & (entered < unix_seconds(today)))
    return SyncedDeals(index, entered[index])


def deal_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    sold, accounts, came = (
        deals(settings, today),
        crm_accounts(settings, today),
        synced_deals(settings, today),
    )
    return {
        "deal": _deals(settings, sold, accounts, came),
        **_pipelines(settings),
        "deal_stage": _stays(sold, came),
        "deal_property_history": _history(sold, came),
        **_links(settings, today, sold, came),
    }


def _stage_ids(sold: Deals, index: Integers, stage: Integers) -> pa.Array:
    every = [each for stages in _STAGE_IDS for each in stages]
    return choice(every, sold.kind[index] * len(STAGES) + stage)


def _deals(settings: CompanySettings, sold: Deals, accounts: CrmAccounts, came: SyncedDeals) -> pa.Table:
    index = came.index
    stage, account = sold.stage[index], sold.account[index]
    draws = Draws(settings.seed, "hubspot_deals", sold.number[index])
    closed, won = stage >= WON, stage == WON
    names = accounts.name.take(pa.array(account))
    of_contract = won & (sold.year[index] >= 0)
    columns: dict[str, Values] = {
        "deal_id": deal_ids(sold.number[index]),
        "property_hs_object_id": deal_ids(sold.number[index]),
        "deal_pipeline_id": choice(PIPELINES, sold.kind[index]),
        "deal_pipeline_stage_id": _stage_ids(sold, index, stage),
        "is_deleted": np.zeros(index.size, dtype=np.bool_),
        "owner_id": pa.array(owner_ids(sold.owner[index]), mask=draws.chance("no_owner", _NO_OWNER)),
        "portal_id": np.full(index.size, PORTAL),
        "property_dealname": joined(names, " - ", choice(KINDS, sold.kind[index])),
        "property_dealtype": choice(("newbusiness", "existingbusiness"), sold.kind[index]),
        "property_closedate": moments(sold.close[index]),
        "property_createdate": moments(sold.created[index]),
        "property_hs_createdate": moments(came.entered),
        "property_hs_lastmodifieddate": moments(np.maximum(sold.changed[index], came.entered)),
        "property_hubspot_owner_assigneddate": moments(came.entered),
        "property_hubspot_team_id": pa.array([str(team_id("AE"))] * index.size, pa.string()),
        "property_hs_is_closed": closed,
        "property_hs_is_closed_won": won,
        "property_hs_deal_stage_probability": np.array(PROBABILITIES)[stage] / 100,
        "property_hs_forecast_category": choice(_FORECAST, np.where(won, 3, np.where(closed, 4, stage // 2))),
        "property_closed_lost_reason": only(
            choice(_LOST_BECAUSE, draws.below("lost", len(_LOST_BECAUSE))),
            (stage == LOST) & draws.chance("told", 0.7),
        ),
        "property_days_to_close": pa.array((sold.close - sold.created)[index] // DAY_SECONDS, mask=~closed),
        "property_hs_object_source_label": pa.array(["SALESFORCE"] * index.size, pa.string()),
        "property_hs_salesforceopportunityid": salesforce_ids("opportunity", sold.number[index]),
        "property_salesforcelastsynctime": moments(np.maximum(sold.changed[index], came.entered)),
        "property_contract_start_date": moments(np.where(of_contract, sold.close[index], NEVER)),
        "property_contract_term_months": pa.array(np.full(index.size, 12), mask=~of_contract),
        **_amounts(sold, index),
    }
    return assembled(SCHEMA, "deal", columns)


def _amounts(sold: Deals, index: Integers) -> dict[str, Values]:
    """HubSpot keeps numbers as floating point, in units of the currency."""
    missing, currency = ~sold.has_amount[index], sold.currency.take(pa.array(index))
    amount = sold.amount_cents[index]
    rate = np.array([_RATES[each] for each in currency.to_pylist()], dtype=np.int64)
    home = amount * rate // 100
    probability = np.array(PROBABILITIES)[sold.stage[index]]
    return {
        "property_amount": pa.array(amount / 100, mask=missing),
        "property_amount_in_home_currency": pa.array(home / 100, mask=missing),
        "property_deal_currency_code": currency,
        "property_hs_acv": pa.array(amount / 100, mask=missing),
        "property_hs_arr": pa.array(amount / 100, mask=missing),
        "property_hs_tcv": pa.array(amount / 100, mask=missing),
        "property_hs_mrr": pa.array(amount / 1200, mask=missing),
        "property_hs_forecast_amount": pa.array(amount * probability / 10_000, mask=missing),
    }


def _pipelines(settings: CompanySettings) -> dict[str, pa.Table]:
    start = moment_of(tools_since(settings))
    labels = ("Sales pipeline", "Renewals")
    pipelines = [
        {
            "pipeline_id": pipeline, "label": label, "active": True, "display_order": place, "object_type_id": "0-3",
            "created_at": start, "updated_at": start,
        }
        for place, (pipeline, label) in enumerate(zip(PIPELINES, labels, strict=True))
    ]  # fmt: skip
    stages = [
        {
            "stage_id": _STAGE_IDS[kind][stage], "pipeline_id": pipeline, "label": label, "active": True,
            "display_order": stage, "probability": PROBABILITIES[stage] / 100, "is_closed": stage >= WON,
            # HubSpot's old name of is_closed.
            "closed_won": stage >= WON,
            "created_at": start, "updated_at": start, "write_permissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }
        for kind, pipeline in enumerate(PIPELINES)
        for stage, label in enumerate(STAGES)
    ]  # fmt: skip
    return {
        "deal_pipeline": from_rows(SCHEMA, "deal_pipeline", pipelines),
        "deal_pipeline_stage": from_rows(SCHEMA, "deal_pipeline_stage", stages),
    }


def _steps(sold: Deals, came: SyncedDeals) -> tuple[Integers, Integers, Integers]:
    """Index in `came`, stage and moment of each step; of several in one second only the last."""
    place = np.full(sold.number.size, -1, dtype=np.int64)
    place[came.index] = np.arange(came.index.size)
    deal, stage, moment = sold.steps
    kept = np.flatnonzero(place[deal] >= 0)
    deal, stage, moment = place[deal[kept]], stage[kept], moment[kept]
    # They are in the order of deal and time.
    last = np.ones(deal.size, dtype=np.bool_)
    last[:-1] = (deal[1:] != deal[:-1]) | (moment[1:] != moment[:-1])
    return deal[last], stage[last], moment[last]


def _stays(sold: Deals, came: SyncedDeals) -> pa.Table:
    """How long each deal was in each stage: the history of `dealstage`, in its own shape."""
    found = _changes_of_stage(sold, came)
    return assembled(
        SCHEMA,
        "deal_stage",
        {
            "deal_id": found["deal_id"],
            **{
                name: found[name]
                for name in ("_fivetran_start", "_fivetran_end", "_fivetran_active", "source", "value")
            },
            "date_entered": found["_fivetran_start"].cast(TIMESTAMP),
            "source_id": ["SalesforceSync"] * found.num_rows,
        },
    )


def _stage_changes(sold: Deals, came: SyncedDeals) -> Changes:
    deal, stage, moment = _steps(sold, came)
    return Changes("dealstage", moment, _stage_ids(sold, came.index[deal], stage), "INTEGRATION", deal)


def _changes_of_stage(sold: Deals, came: SyncedDeals) -> pa.Table:
    ids = deal_ids(sold.number[came.index])
    return history("deal_property_history", "deal_id", ids, [_stage_changes(sold, came)])


def _history(sold: Deals, came: SyncedDeals) -> pa.Table:
    index = came.index
    first, now = (
        pa.array(cents[index] / 100).cast(pa.string())
        for cents in (sold.first_amount_cents, sold.amount_cents)
    )
    created = np.where(sold.has_amount[index], sold.created[index], NEVER)
    corrected = np.maximum(sold.corrected[index], sold.created[index] + 1)
    return history(
        "deal_property_history",
        "deal_id",
        deal_ids(sold.number[index]),
        [
            _stage_changes(sold, came),
            Changes("amount", created, first, "INTEGRATION"),
            Changes("amount", np.where(sold.corrected[index] < NEVER, corrected, NEVER), now, "INTEGRATION"),
        ],
    )


def _links(settings: CompanySettings, today: date, sold: Deals, came: SyncedDeals) -> dict[str, pa.Table]:
    who, index = firms(settings, today), came.index
    company = who.of_account[sold.account[index]]
    there = np.flatnonzero(company >= 0)
    deal = np.tile(there, 2)
    kind = np.repeat([DEAL_TO_PRIMARY_COMPANY, DEAL_TO_COMPANY], there.size)
    companies: dict[str, Values] = {
        "deal_id": deal_ids(sold.number[index[deal]]),
        "company_id": company_ids(who.number[company[deal]]),
    }
    deal, contact = _buyers(settings, today, sold, came)
    contacts: dict[str, Values] = {
        "deal_id": deal_ids(sold.number[index[deal]]),
        "contact_id": contact_ids(audience(settings, today).number[contact]),
    }
    return {
        "deal_company": links("deal_company", companies, kind),
        "deal_contact": links("deal_contact", contacts, DEAL_TO_CONTACT),
    }


def _buyers(
    settings: CompanySettings, today: date, sold: Deals, came: SyncedDeals
) -> tuple[Integers, Integers]:
    """Index in `came` and index of a contact: the first two of the account who were there when the deal came, and still are."""
    people = audience(settings, today)
    draws = Draws(settings.seed, "hubspot_deal_contacts", sold.number[came.index])
    of_account = np.flatnonzero(people.account >= 0)
    of_account = of_account[np.argsort(people.account[of_account], kind="stable")]
    first = np.searchsorted(people.account[of_account], sold.account[came.index])
    deals_, found = [], []
    for seat, share in enumerate((1 - _NO_CONTACT, 0.5)):
        place = np.minimum(first + seat, max(of_account.size - 1, 0))
        contact = of_account[place] if of_account.size else place
        fits: Mask = (
            (first + seat < of_account.size)
            & (people.account[contact] == sold.account[came.index])
            & (people.created[contact] < came.entered)
            & people.is_there[contact]
        )
        chosen = np.flatnonzero(fits & draws.chance(f"buyer_{seat}", share))
        deals_.append(chosen)
        found.append(contact[chosen])
    return np.concatenate(deals_), np.concatenate(found)
