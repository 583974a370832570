"""Prospects and the accounts where they work, with what ties them to Salesforce.

What belongs here: `prospect`, `prospect_email`, `email_address`, `phone_number`, `prospect_work_phone`, `prospect_tag`, `account`,
`account_tag`, `data_connection`. What does not: what was sent to whom.

The dirt in it: 1 % of the prospects are connected to a record of Salesforce whose id is not known yet (-1); a lead who was converted
is still connected to the lead as well; two prospects with one address, where Salesforce has two leads; company names are those that
were typed.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.outreach.catalogue import PERSONAS, STAGES
from dagster_open_platform_local.company.fivetran.outreach.facts import Facts
from dagster_open_platform_local.company.fivetran.outreach.tables import (
    known_moments,
    latest_of,
    outreach_since,
    repeated,
    table,
    user_ids,
)
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.ids import user_ids as salesforce_user_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import phone_numbers, picked
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    either,
    joined,
    moments,
    only,
)
from dagster_open_platform_local.company.product.happenings import latest

_TAGS = ("icp", "competitor-user", "open-source-user", "event")
_STAGE_OF_STATE = ("Approaching", "Unresponsive", "Approaching", "Bad Contact Info", "Do Not Contact")
_SALESFORCE = "https://dagsterlabs.my.salesforce.example.com/"


def prospect_tables(known: Facts) -> dict[str, pa.Table]:
    """The tables of prospects and accounts."""
    accounts = _accounts_here(known)
    emails = known.crm.contacts.email.take(pa.array(known.prospect))
    phones = _phones(known)
    has_phone = np.flatnonzero(~phones.is_null().to_numpy(zero_copy_only=False))
    ids = pa.array(known.prospect_id)
    return {
        "prospect": _prospects(known),
        "prospect_email": table("prospect_email", {"email": emails, "prospect_id": ids}),
        "email_address": _addresses(known, emails),
        "phone_number": _phone_numbers(known, phones, has_phone),
        "prospect_work_phone": table(
            "prospect_work_phone",
            {"phone_number": phones.take(pa.array(has_phone)), "prospect_id": ids.take(pa.array(has_phone))},
        ),
        "prospect_tag": _prospect_tags(known),
        "account": _accounts(known, accounts),
        "account_tag": _account_tags(known, accounts),
        "data_connection": _connections(known, accounts),
    }


def _accounts_here(known: Facts) -> Integers:
    """Indices of the accounts that a prospect works for, as far as Salesforce tells (contacts), and of those with a deal."""
    contacts = known.crm.contacts
    mine = known.prospect[contacts.is_contact[known.prospect]]
    return np.unique(np.concatenate([contacts.account[mine], known.crm.deals.account]))


def _last_states(known: Facts) -> Integers:
    """Index of the last state of each prospect; -1 if it was never put into a sequence."""
    found = np.full(known.prospect.size, -1, dtype=np.int64)
    order = np.argsort(known.states.created, kind="stable")
    found[known.states.prospect[order]] = order
    return found


def _stages(known: Facts) -> Integers:
    """Index into `STAGES`; who replied is interested or not."""
    state = _last_states(known)
    draws = known.crm.draws("outreach_prospect", known.crm.contacts.number[known.prospect])
    by_state = np.array([STAGES.index(each) for each in _STAGE_OF_STATE])
    found = np.where(state < 0, STAGES.index("New"), 0)
    if known.states.ids.size:
        safe = np.maximum(state, 0)
        found = np.where(state < 0, found, by_state[known.states.state[safe]])
        answer = STAGES.index("Replied") + draws.below("answer", 3)
        found = np.where((state >= 0) & (known.states.replied[safe] < NEVER), answer, found)
    return found


def _prospects(known: Facts) -> pa.Table:
    crm, index = known.crm, known.prospect
    contacts, chosen, size = crm.contacts, pa.array(index), known.prospect.size
    draws = crm.draws("outreach_prospect", contacts.number[index])
    owner = pa.array(user_ids(contacts.owners.owner[index]))
    account = np.where(contacts.is_contact[index], contacts.account[index], -1)
    touches = _touches(known)
    opted_out = touches["opted_out_at"]
    changed = latest(crm.now, known.added, contacts.owners.since[index], contacts.converted[index])
    states = known.states
    moved = latest_of(size, (states.prospect, states.created), (states.prospect, states.ended))
    for each in (moved, touches["touched_at"], touches["engaged_at"]):
        changed = np.maximum(changed, each)
    first, last = contacts.first_name.take(chosen), contacts.last_name.take(chosen)
    columns: Columns = {
        "id": pa.array(known.prospect_id),
        "type": repeated("prospect", size),
        "first_name": first,
        "last_name": last,
        "name": joined(first, " ", last),
        "title": contacts.title.take(chosen),
        "occupation": contacts.title.take(chosen),
        "company": picked(crm.accounts.name, contacts.account[index]),
        "address_country": picked(crm.accounts.country, contacts.account[index]),
        "relationship_account_id": pa.array(_account_ids(known, account), mask=account < 0),
        "relationship_owner_id": owner,
        "relationship_creator_id": owner,
        "relationship_persona_id": pa.array(
            1 + draws.below("persona", len(PERSONAS)), mask=draws.chance("none", 0.3)
        ),
        "relationship_stage_id": pa.array(_stages(known) + 1),
        "added_at": moments(known.added),
        "created_at": moments(known.added),
        "updated_at": moments(np.minimum(changed, crm.now - 1)),
        "source": choice(("Salesforce",), np.zeros(size, dtype=np.int64)),
        "external_source": repeated("outreach-salesforce", size),
        "campaign_name": only(contacts.campaign.take(chosen), contacts.campaign_index[index] >= 0),
        "emails_opt_status": choice(("null", "opted_out"), (opted_out >= 0).astype(np.int64)),
        "emails_opted_at": known_moments(opted_out),
        "email_opted_out": pa.array(opted_out >= 0),
        "opted_out": pa.array(opted_out >= 0),
        "opted_out_at": known_moments(opted_out),
        "touched_at": known_moments(touches["touched_at"]),
        "engaged_at": known_moments(touches["engaged_at"]),
        **_counts(known),
    }
    return table("prospect", columns)


def _account_ids(known: Facts, account: Integers) -> Integers:
    numbers = known.crm.accounts.number
    return numbers[np.maximum(account, 0)] if numbers.size else np.zeros_like(account)


def _touches(known: Facts) -> dict[str, Integers]:
    """When each prospect was last touched, did something, and opted out; -1: never."""
    sent, steps, size = known.mailings, known.steps, known.prospect.size
    by_step = known.states.prospect[steps.state]
    by_mail = by_step[sent.step]
    return {
        "touched_at": latest_of(size, (by_step, steps.moment)),
        "engaged_at": latest_of(
            size, (by_mail, sent.opened), (by_mail, sent.clicked), (by_mail, sent.replied)
        ),
        "opted_out_at": latest_of(size, (by_mail, sent.unsubscribed)),
    }


def _counts(known: Facts) -> Columns:
    sent, size = known.mailings, known.prospect.size
    by_mail = known.states.prospect[known.steps.state[sent.step]]
    replies = np.bincount(by_mail[sent.replied < NEVER], minlength=size)
    opens, clicks = (np.bincount(by_mail, weights, minlength=size) for weights in (sent.opens, sent.clicks))
    return {
        "open_count": pa.array(opens.astype(np.int64)),
        "click_count": pa.array(clicks.astype(np.int64)),
        "reply_count": pa.array(replies.astype(np.int64)),
        "engaged_score": pa.array((opens + 3 * clicks + 10 * replies).astype(np.float32)),
    }


def _addresses(known: Facts, emails: pa.Array) -> pa.Table:
    sent, size = known.mailings, known.prospect.size
    by_mail = known.states.prospect[known.steps.state[sent.step]]
    bounced, left = latest_of(size, (by_mail, sent.bounced)), latest_of(size, (by_mail, sent.unsubscribed))
    status = np.where(bounced >= 0, 2, np.where(left >= 0, 1, 0))
    changed = np.maximum(known.added, np.maximum(bounced, left))
    columns: Columns = {
        "id": pa.array(known.prospect_id * 2),
        "relationship_prospect_id": pa.array(known.prospect_id),
        "email": emails,
        "email_type": choice(("work",), np.zeros(size, dtype=np.int64)),
        "order": pa.array(np.zeros(size, dtype=np.int64)),
        "status": choice(("null", "opted_out", "bounced"), status),
        "status_changed_at": known_moments(np.maximum(bounced, left)),
        "unsubscribed_at": known_moments(left),
        "type": repeated("emailAddress", size),
        "created_at": moments(known.added),
        "updated_at": moments(changed),
    }
    return table("email_address", columns)


def _phones(known: Facts) -> pa.Array:
    """Those that Salesforce has."""
    return phone_numbers(known.crm.draws("person", known.crm.contacts.number[known.prospect]), 0.55)


def _phone_numbers(known: Facts, phones: pa.Array, index: Integers) -> pa.Table:
    added = moments(known.added[index])
    columns: Columns = {
        "id": pa.array(known.prospect_id[index] * 2 + 1),
        "relationship_prospect_id": pa.array(known.prospect_id[index]),
        "country_code": repeated("US", index.size),
        "number": phones.take(pa.array(index)),
        "raw_number": phones.take(pa.array(index)),
        "phone_type": repeated("work", index.size),
        "order": pa.array(np.zeros(index.size, dtype=np.int64)),
        "status": repeated("unverified", index.size),
        "type": repeated("phoneNumber", index.size),
        "created_at": added,
        "updated_at": added,
    }
    return table("phone_number", columns)


def _prospect_tags(known: Facts) -> pa.Table:
    draws = known.crm.draws("prospect_tag", known.prospect_id)
    index = np.flatnonzero(draws.chance("tagged", 0.25))
    names = choice(_TAGS, draws.below("tag", len(_TAGS))).take(pa.array(index))
    return table("prospect_tag", {"tag_name": names, "prospect_id": pa.array(known.prospect_id[index])})


def _account_tags(known: Facts, account: Integers) -> pa.Table:
    tier = choice(("customer", "target"), (~known.crm.accounts.is_customer[account]).astype(np.int64))
    return table(
        "account_tag", {"tag_name": tier, "account_id": pa.array(known.crm.accounts.number[account])}
    )


def _accounts(known: Facts, account: Integers) -> pa.Table:
    crm, chosen = known.crm, pa.array(account)
    accounts = crm.accounts
    work = crm.contacts.account[known.prospect]
    touched = latest_of(
        accounts.number.size + 1, (work[known.states.prospect[known.steps.state]], known.steps.moment)
    )
    created = np.maximum(accounts.created[account], outreach_since(known)) + 300
    changed = np.maximum(np.maximum(created, accounts.changed[account]), touched[account])
    owner = pa.array(user_ids(accounts.owners.owner[account]))
    columns: Columns = {
        "id": pa.array(accounts.number[account]),
        "type": repeated("account", account.size),
        "name": accounts.name.take(chosen),
        "natural_name": accounts.name.take(chosen),
        "named": pa.array(accounts.is_customer[account]),
        "domain": accounts.domain.take(chosen),
        "website_url": joined("https://", accounts.domain.take(chosen)),
        "industry": accounts.industry.take(chosen),
        "locality": accounts.country.take(chosen),
        "number_of_employees": accounts.employees.take(chosen),
        "custom_id": crm.account_ids.take(chosen),
        "external_source": repeated("outreach-salesforce", account.size),
        "relationship_owner_id": owner,
        "relationship_creator_id": owner,
        "touched_at": known_moments(touched[account]),
        "created_at": moments(created),
        "updated_at": moments(np.minimum(changed, crm.now - 1)),
    }
    return table("account", columns)


def _connections(known: Facts, account: Integers) -> pa.Table:
    """One for each account, prospect and user; two for a prospect who was a lead and is a contact."""
    crm, contacts = known.crm, known.crm.contacts
    unknown = crm.draws("data_connection", known.prospect_id).chance("unknown", 0.01)
    lead = np.flatnonzero(contacts.is_lead[known.prospect])
    contact = np.flatnonzero(contacts.is_contact[known.prospect])
    people = np.arange(len(crm.people), dtype=np.int64)
    leads = salesforce_ids("lead", contacts.number[known.prospect[lead]])
    parts = (
        ("account", "Account", crm.account_ids.take(pa.array(account)), crm.accounts.number[account]),
        (
            "prospect",
            "Lead",
            either(unknown[lead], repeated("-1", lead.size), leads),
            known.prospect_id[lead],
        ),
        (
            "prospect",
            "Contact",
            crm.contact_ids.take(pa.array(known.prospect[contact])),
            known.prospect_id[contact],
        ),
        ("opportunity", "Opportunity", crm.deal_ids, crm.deals.number),
        ("user", "User", salesforce_user_ids(people), user_ids(people)),
    )
    return pa.concat_tables(
        [
            table(
                "data_connection",
                {
                    "id": ids,
                    "parent_id": pa.array(parent),
                    "parent_type": repeated(kind, parent.size),
                    "type": repeated(type_, parent.size),
                    "connection": repeated("salesforce", parent.size),
                    "url": joined(_SALESFORCE, ids),
                },
            )
            for kind, type_, ids, parent in parts
        ]
    )
