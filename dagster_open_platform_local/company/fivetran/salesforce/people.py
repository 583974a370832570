"""Contacts and leads, and their history.

What belongs here: `contact`, `contact_history`, `lead`, `lead_history`. What does not: who these people are
(`company/commercial/contacts.py`).

`user_id_c` holds the id of a contact's user in the product; who came as a lead has none. The dirt in it:

- the same person is two leads, under one address; addresses are in capitals, private, or bounced;
- 1.5 % of the contacts were deleted by somebody, and are in the recycle bin;
- the company of a lead whom nobody knows is what the form demanded: `[not provided]`, `-`, `self` and the like;
- countries, titles, phone numbers and sources are missing.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.salesforce.histories import Change, history_table
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    HUBSPOT,
    PRODUCT_SYNC,
    Crm,
    account_moments,
    audit,
    country_names,
    nothing_deleted,
    people_ids,
    phone_numbers,
    picked,
    system_user,
    table,
)
from dagster_open_platform_local.company.fivetran.salesforce.setup import LEAD_STATUSES, record_type_ids
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    dates,
    either,
    joined,
    moments,
    only,
)
from dagster_open_platform_local.company.product.happenings import happens, latest

_DAY = DAY_SECONDS
_NEW, _WORKING, _NURTURING, _UNQUALIFIED, _QUALIFIED = range(len(LEAD_STATUSES))
_COMPANIES = ("[not provided]", "-", "self", "n/a", "Freelance", "student", "Independent")
_STEP_GAPS = (1800, 6 * 3600, _DAY, 5 * _DAY)
_END_GAPS = (3 * _DAY, 14 * _DAY, 40 * _DAY, 120 * _DAY)
_BOUNCE = "550 5.1.1 The email account that you tried to reach does not exist"
_RATINGS = ("Hot", "Warm", "Cold")
_LEAD_TYPE = 4


def people_tables(crm: Crm, sources: pa.Array, last_activity: Integers) -> dict[str, pa.Table]:
    """The tables of people.

    Args:
        crm: The facts.
        sources: How everybody in `contacts` was found.
        last_activity: When somebody last did something about each of them, in Unix seconds; -1: never.
    """
    contacts = np.flatnonzero(crm.contacts.is_contact)
    leads = np.flatnonzero(crm.contacts.is_lead)
    course = lead_course(crm, leads)
    return {
        "contact": _contacts(crm, contacts, sources, last_activity),
        "contact_history": _contact_history(crm, contacts),
        "lead": _leads(crm, leads, course, sources, last_activity),
        "lead_history": _lead_history(crm, leads, course),
    }


def lead_course(crm: Crm, leads: Integers) -> tuple[Integers, Integers, Integers]:
    """When somebody began to work on each lead, when that ended (or `NEVER`), and its status now.

    Args:
        crm: The facts.
        leads: Indices into `contacts`.
    """
    contacts = crm.contacts
    draws = crm.draws("lead", contacts.number[leads])
    created, converted = contacts.created[leads], contacts.converted[leads]
    working = np.minimum(happens(draws, "working", 0.9, created, _STEP_GAPS), converted)
    end = np.where(working < NEVER, working + draws.quantile("end", _END_GAPS), NEVER)
    end = np.where(draws.chance("ends", 0.75), end, NEVER)
    working, end = (np.where(each < crm.now, each, NEVER) for each in (working, np.minimum(end, converted)))
    given_up = np.where(draws.chance("unqualified", 0.6), _UNQUALIFIED, _NURTURING)
    status = np.where(working < NEVER, _WORKING, _NEW)
    status = np.where(end < NEVER, given_up, status)
    return working, end, np.where(converted < NEVER, _QUALIFIED, status)


def _shared(crm: Crm, index: Integers, sources: pa.Array, last_activity: Integers) -> Columns:
    """What contacts and leads have in common."""
    contacts, chosen = crm.contacts, pa.array(index)
    draws = crm.draws("person", contacts.number[index])
    activity = last_activity[index]
    bounced = _bounced(crm, index)
    name = joined(contacts.first_name.take(chosen), " ", contacts.last_name.take(chosen))
    seen = only(moments(np.maximum(activity, 0)), activity >= 0)
    return {
        "first_name": contacts.first_name.take(chosen),
        "last_name": contacts.last_name.take(chosen),
        "name": name,
        "email": contacts.email.take(chosen),
        "title": contacts.title.take(chosen),
        "phone": phone_numbers(draws, 0.55),
        "lead_source": sources.take(chosen),
        "utm_campaign_c": only(contacts.campaign.take(chosen), contacts.campaign_index[index] >= 0),
        "has_opted_out_of_email": pa.array(draws.chance("opted_out", 0.06)),
        "do_not_call": pa.array(draws.chance("do_not_call", 0.02)),
        "email_bounced_date": moments(bounced),
        "email_bounced_reason": only(pa.repeat(pa.scalar(_BOUNCE), index.size), bounced < NEVER),
        "owner_id": people_ids(contacts.owners.owner[index]),
        "last_activity_date": dates(np.maximum(activity, 0), activity < 0),
        "last_viewed_date": seen,
        "last_referenced_date": seen,
    }


def _bounced(crm: Crm, index: Integers) -> Integers:
    """When a message to each of them first came back: who left their organization bounces in the end."""
    draws = crm.draws("person", crm.contacts.number[index])
    left = crm.contacts.left[index]
    gone = np.where(left < NEVER, left, crm.contacts.created[index])
    bounced = happens(draws, "bounces", 0.5, gone, (_DAY, 20 * _DAY, 90 * _DAY))
    typo = draws.chance("bad_address", 0.03)
    return np.where((bounced < crm.now) & ((left < NEVER) | typo), bounced, NEVER)


def _contacts(crm: Crm, index: Integers, sources: pa.Array, last_activity: Integers) -> pa.Table:
    contacts = crm.contacts
    draws = crm.draws("contact", contacts.number[index])
    account = contacts.account[index]
    since, owners = contacts.converted[index], contacts.owners
    deleted = happens(draws, "deleted", 0.015, since, (5 * _DAY, 90 * _DAY, 500 * _DAY))
    came = np.where(owners.since[index] > since, owners.since[index], since)
    modified = latest(crm.now, since, came, contacts.left[index], deleted)
    is_user = ~contacts.is_lead[index]
    creator = either(is_user, system_user(PRODUCT_SYNC, index.size), people_ids(owners.first[index]))
    bounced = _bounced(crm, index) < NEVER
    columns: Columns = {
        **_shared(crm, index, sources, last_activity),
        "id": crm.contact_ids.take(pa.array(index)),
        "account_id": picked(crm.account_ids, account),
        "user_id_c": only(pa.array(contacts.user[index]).cast(pa.string()), is_user),
        "department": choice(
            ("Data", "Engineering", "IT", "Finance"), draws.below("department", 4), draws.chance("none", 0.6)
        ),
        "is_email_bounced": pa.array(bounced),
        "mailing_country": only(
            country_names(picked(crm.accounts.country, account)), draws.chance("country", 0.7)
        ),
    }
    return table("contact", {**columns, **audit(since, modified, creator, None, deleted < crm.now)})


def _contact_history(crm: Crm, index: Integers) -> pa.Table:
    contacts, owners = crm.contacts, crm.contacts.owners
    since = contacts.converted[index]
    moved = (owners.first[index] != owners.owner[index]) & (owners.since[index] > since)
    changes = (
        Change("created", since, None, None, people_ids(owners.first[index])),
        Change(
            "Owner",
            np.where(moved, owners.since[index], NEVER),
            people_ids(owners.first[index]),
            people_ids(owners.owner[index]),
            people_ids(owners.owner[index]),
            "EntityId",
        ),
    )
    ids = crm.contact_ids.take(pa.array(index))
    return history_table("contact_history", "contact_id", ids, contacts.number[index], changes)


def _leads(
    crm: Crm,
    index: Integers,
    course: tuple[Integers, Integers, Integers],
    sources: pa.Array,
    last_activity: Integers,
) -> pa.Table:
    contacts = crm.contacts
    draws = crm.draws("lead", contacts.number[index])
    account, converted = contacts.account[index], contacts.converted[index]
    working, end, status = course
    is_converted = converted < NEVER
    unknown = choice(_COMPANIES, draws.below("company", len(_COMPANIES)))
    company = either(account >= 0, picked(crm.accounts.name, account), unknown)
    created = contacts.created[index]
    by_form = contacts.campaign_index[index] >= 0
    first = people_ids(contacts.owners.first[index])
    columns: Columns = {
        **_shared(crm, index, sources, last_activity),
        "id": salesforce_ids("lead", contacts.number[index]),
        "company": company,
        "status": choice(LEAD_STATUSES, status),
        "record_type_id": record_type_ids(np.full(index.size, _LEAD_TYPE)),
        "industry": only(picked(crm.accounts.industry, account), draws.chance("industry", 0.5)),
        "country": only(country_names(picked(crm.accounts.country, account)), draws.chance("country", 0.8)),
        "number_of_employees": only(picked(crm.accounts.employees, account), draws.chance("employees", 0.5)),
        "rating": choice(_RATINGS, draws.below("rating", 3), draws.chance("no_rating", 0.5)),
        "is_converted": pa.array(is_converted),
        "converted_date": dates(np.where(is_converted, converted, 0), ~is_converted),
        "converted_account_id": only(picked(crm.account_ids, account), is_converted),
        "converted_contact_id": crm.contact_ids.take(pa.array(index)),
        "converted_opportunity_id": _converted_deals(crm, account, converted),
        "is_unread_by_owner": pa.array(status == _NEW),
    }
    creator = either(by_form, system_user(HUBSPOT, index.size), first)
    modified = latest(crm.now, created, working, end, converted, contacts.owners.since[index])
    return table("lead", {**columns, **audit(created, modified, creator, first, nothing_deleted(index.size))})


def _converted_deals(crm: Crm, account: Integers, converted: Integers) -> pa.Array:
    """The first deal of the account that was opened within thirty days of the conversion."""
    order, keys = crm.deals_by_account
    known = (converted < NEVER) & (account >= 0)
    wanted = account_moments(np.where(known, account, 0), np.where(known, converted - _DAY, 0))
    place = np.searchsorted(keys, wanted)
    found = order[np.minimum(place, max(order.size - 1, 0))] if order.size else np.zeros_like(place)
    fits: Mask = known & (place < order.size)
    if order.size:
        soon = np.abs(crm.deals.created[found] - np.where(known, converted, 0)) <= 30 * _DAY
        fits &= (crm.deals.account[found] == account) & soon
    return (
        picked(crm.deal_ids, np.where(fits, found, -1)) if order.size else pa.nulls(account.size, pa.string())
    )


def _lead_history(crm: Crm, index: Integers, course: tuple[Integers, Integers, Integers]) -> pa.Table:
    contacts = crm.contacts
    working, end, _ = course
    converted = contacts.converted[index]
    by = people_ids(contacts.owners.first[index])
    size = index.size
    new, worked = (choice(LEAD_STATUSES, np.full(size, each)) for each in (_NEW, _WORKING))
    changes = (
        Change("created", contacts.created[index], None, None, by),
        Change("Status", np.where(working < converted, working, NEVER), new, worked, by),
        Change("Status", np.where(end < converted, end, NEVER), worked, _ended(crm, index), by),
        Change("leadConverted", converted, None, None, by),
    )
    ids = salesforce_ids("lead", contacts.number[index])
    return history_table("lead_history", "lead_id", ids, contacts.number[index], changes)


def _ended(crm: Crm, index: Integers) -> pa.Array:
    """The status with which work on each lead ended."""
    draws = crm.draws("lead", crm.contacts.number[index])
    given_up = np.where(draws.chance("unqualified", 0.6), _UNQUALIFIED, _NURTURING)
    return choice(LEAD_STATUSES, given_up)
