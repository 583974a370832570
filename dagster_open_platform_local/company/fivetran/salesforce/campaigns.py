"""Marketing campaigns, and who was in them.

What belongs here: `campaign`, `campaign_member`, `campaign_member_status`. What does not: which campaigns there are and whom they
brought (`company/commercial/`).

The dirt in it: a campaign has the name that it has now, whatever it was called before; some were left open after they ended; what was
really spent is entered for half of them.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns_before
from dagster_open_platform_local.company.commercial.staff import owners
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    HUBSPOT,
    Crm,
    audit,
    nothing_deleted,
    people_ids,
    picked,
    system_user,
    table,
)
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Columns, Integers, choice, dates, joined, only
from dagster_open_platform_local.company.product.happenings import latest

_TYPES = {
    "google": "Advertisement",
    "linkedin": "Advertisement",
    "reddit": "Advertisement",
    "bing": "Advertisement",
    "email": "Email",
    "event": "Conference",
    "webinar": "Webinar",
}
"""By channel; of Salesforce's standard picklist."""
_STATUSES = {
    "Advertisement": ("Sent", "Responded"),
    "Email": ("Sent", "Responded"),
    "Conference": ("Registered", "Attended"),
    "Webinar": ("Registered", "Attended"),
}
_DAY = DAY_SECONDS


def campaign_ids(crm: Crm, index: Integers) -> pa.Array:
    """Ids of campaigns by their index; null for -1."""
    return salesforce_ids("campaign", index + 1, index < 0)


def campaign_tables(crm: Crm) -> dict[str, pa.Table]:
    """The tables of campaigns."""
    known = campaigns_before(crm.settings, crm.today)
    return {
        "campaign": _campaigns(crm, known),
        "campaign_member": _members(crm, known),
        "campaign_member_status": _statuses(crm, known),
    }


def _campaigns(crm: Crm, known: tuple[Campaign, ...]) -> pa.Table:
    index = np.arange(len(known), dtype=np.int64)
    draws = crm.draws("campaign", index + 1)
    start = np.array([unix_seconds(each.start) for each in known], dtype=np.int64)
    ends = [each.end for each in known]
    endless = np.array([each is None for each in ends], dtype=np.bool_)
    end = np.array([unix_seconds(each) if each else crm.now for each in ends], dtype=np.int64)
    over = ~endless & (end + _DAY < crm.now)
    forgotten = over & draws.chance("forgotten", 0.08)
    days = (np.minimum(end, crm.now) - start) // _DAY + 1
    budget = np.array([each.daily_budget_cents for each in known], dtype=np.int64) * days
    spent = budget * (800 + draws.below("spent", 300)) // 1000
    owned = owners(crm.people, "MARKETING", draws, start)
    owner = people_ids(owned.owner)
    status = np.where(over & ~forgotten, 1, 0)
    # What may be spent is entered day by day.
    modified = latest(crm.now, start, owned.since, np.where(over, end + _DAY, crm.now - 1))
    columns: Columns = {
        "id": campaign_ids(crm, index),
        "name": pa.array([each.name_on(crm.today) for each in known], pa.string()),
        "type": pa.array([_TYPES[each.channel] for each in known], pa.string()),
        "status": choice(("In Progress", "Completed"), status),
        "is_active": pa.array(~over | forgotten),
        "start_date": dates(start),
        "end_date": dates(end, endless),
        "budgeted_cost": pa.array(budget / 100),
        "actual_cost": only(pa.array(spent / 100), draws.chance("entered", 0.5)),
        "utm_campaign_c": pa.array([each.utm_campaign for each in known], pa.string()),
        "owner_id": owner,
        **_counts(crm, len(known)),
    }
    return table("campaign", {**columns, **audit(start, modified, owner, None, nothing_deleted(index.size))})


def _counts(crm: Crm, size: int) -> Columns:
    """What Salesforce counts of the members and deals of each campaign."""
    contacts = crm.contacts
    member = contacts.campaign_index >= 0

    def count(mask: np.ndarray) -> pa.Array:
        return pa.array(np.bincount(contacts.campaign_index[mask & member], minlength=size).astype(np.int64))

    return {
        "number_of_contacts": count(contacts.is_contact),
        "number_of_leads": count(contacts.is_lead),
        "number_of_converted_leads": count(contacts.is_lead & contacts.is_contact),
        "number_of_responses": count(_responded(crm)),
    }


def _responded(crm: Crm) -> np.ndarray:
    """Who did what the campaign asked for; who signed up for the product did."""
    draws = crm.draws("campaign_member", crm.contacts.number)
    return ~crm.contacts.is_lead | draws.chance("responded", 0.7)


def _members(crm: Crm, known: tuple[Campaign, ...]) -> pa.Table:
    contacts = crm.contacts
    index = np.flatnonzero(contacts.campaign_index >= 0)
    chosen, campaign = pa.array(index), contacts.campaign_index[index]
    created, responded = contacts.created[index], _responded(crm)[index]
    kinds = [_STATUSES[_TYPES[each.channel]] for each in known]
    status = [kinds[one][int(did)] for one, did in zip(campaign.tolist(), responded.tolist(), strict=True)]
    is_lead = contacts.is_lead[index]
    converted = contacts.converted[index]
    name = joined(contacts.first_name.take(chosen), " ", contacts.last_name.take(chosen))
    columns: Columns = {
        "id": salesforce_ids("campaign_member", contacts.number[index]),
        "campaign_id": campaign_ids(crm, campaign),
        "lead_id": salesforce_ids("lead", contacts.number[index], ~is_lead),
        "contact_id": crm.contact_ids.take(chosen),
        "lead_or_contact_id": crm.who_ids.take(chosen),
        "lead_or_contact_owner_id": people_ids(contacts.owners.owner[index]),
        "account_id": only(picked(crm.account_ids, contacts.account[index]), contacts.is_contact[index]),
        "company_or_account": picked(crm.accounts.name, contacts.account[index]),
        "email": contacts.email.take(chosen),
        "first_name": contacts.first_name.take(chosen),
        "last_name": contacts.last_name.take(chosen),
        "name": name,
        "title": contacts.title.take(chosen),
        "type": choice(("Contact", "Lead"), is_lead.astype(np.int64)),
        "status": pa.array(status, pa.string()),
        "has_responded": pa.array(responded),
        "first_responded_date": dates(created, ~responded),
        "utm_source_c": pa.array([known[one].channel for one in campaign.tolist()], pa.string()),
        "utm_medium_c": pa.array([known[one].kind for one in campaign.tolist()], pa.string()),
    }
    modified = latest(crm.now, created, converted)
    by = system_user(HUBSPOT, index.size)
    return table(
        "campaign_member", {**columns, **audit(created, modified, by, None, nothing_deleted(index.size))}
    )


def _statuses(crm: Crm, known: tuple[Campaign, ...]) -> pa.Table:
    """Two of each campaign."""
    index = np.repeat(np.arange(len(known), dtype=np.int64), 2)
    place = np.tile(np.arange(2), len(known))
    start = np.array([unix_seconds(known[one].start) for one in index.tolist()], dtype=np.int64)
    labels = [
        _STATUSES[_TYPES[known[one].channel]][at]
        for one, at in zip(index.tolist(), place.tolist(), strict=True)
    ]
    by = system_user(HUBSPOT, index.size)
    columns: Columns = {
        "id": salesforce_ids("campaign_member_status", (index + 1) * 4 + place),
        "campaign_id": campaign_ids(crm, index),
        "label": pa.array(labels, pa.string()),
        "is_default": pa.array(place == 0),
        "has_responded": pa.array(place == 1),
        "sort_order": pa.array(place + 3),
    }
    return table(
        "campaign_member_status", {**columns, **audit(start, start, by, None, nothing_deleted(index.size))}
    )
