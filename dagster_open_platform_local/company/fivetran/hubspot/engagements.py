"""Tables of what sales did with contacts: calls, e-mails, meetings, notes and tasks.

What belongs here: engagement and the tables of its types and links. What does not: who met whom (`commercial/meetings.py`).

An engagement stays when its contact is erased, without the link. Bodies hold what people type (`product/texts.py`), texts that break
careless readers among it.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.contacts import CrmContacts, crm_contacts
from dagster_open_platform_local.company.commercial.deals import deals
from dagster_open_platform_local.company.commercial.meetings import OUTCOMES, CrmMeetings, crm_meetings
from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.hubspot.activities import (
    CALL,
    EMAIL,
    MEETING,
    NOTE,
    TASK,
    TYPES,
    Engagements,
    engagements,
)
from dagster_open_platform_local.company.fivetran.hubspot.audience import audience
from dagster_open_platform_local.company.fivetran.hubspot.firms import firms
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    ENGAGEMENT_TO_COMPANY,
    ENGAGEMENT_TO_CONTACT,
    ENGAGEMENT_TO_DEAL,
    PORTAL,
    SCHEMA,
    company_ids,
    contact_ids,
    deal_ids,
    links,
    owner_ids,
    user_ids,
)
from dagster_open_platform_local.company.fivetran.hubspot.sales import synced_deals
from dagster_open_platform_local.company.fivetran.zoom.numbers import join_urls, meeting_ids
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.indices import looked_up
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, moments, only
from dagster_open_platform_local.company.product.texts import typed
from dagster_open_platform_local.company.settings import CompanySettings

_DAY = DAY_SECONDS
_DISPOSITIONS = (
    "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "73a0d17f-1163-4015-bdd5-ec830791da20",
    "b2cf5968-551e-4856-9783-52b3da59a7d0",
)
"""HubSpot's own outcomes of a call: connected, no answer, left voicemail (developers.hubspot.com, "CRM API: Calls")."""
_SUBJECTS = (
    "Following up",
    "Your trial",
    "Pricing for your team",
    "Re: security review",
    "Next steps",
    "Introduction",
)
_NOTES = (
    "Uses Airflow today, wants to move within the year",
    "Evaluates with two teams",
    "Needs SSO and an audit log",
)
_TASKS = ("Call back", "Send the contract", "Prepare the demo", "Check usage before the renewal")


def engagement_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    found = engagements(settings, today)
    whole: dict[str, Values] = {
        "id": found.ids,
        "portal_id": np.full(found.number.size, PORTAL),
        "type": choice(TYPES, found.type),
    }
    crm, met = crm_contacts(settings, today), crm_meetings(settings, today)
    return {
        "engagement": assembled(SCHEMA, "engagement", whole),
        **_links(settings, today, found),
        "engagement_call": _calls(settings, found, crm),
        **_emails(settings, today, found, crm),
        "engagement_meeting": _meetings(settings, found, met),
        "engagement_note": _notes(settings, found),
        "engagement_task": _tasks(settings, today, found),
    }


def _common(found: Engagements, index: Integers) -> dict[str, Values]:
    """What the tables of all types have."""
    created = moments(found.created[index])
    return {
        "engagement_id": found.ids[index],
        "type": choice(TYPES, found.type[index]),
        "property_hs_object_id": found.ids[index],
        "property_hs_createdate": created,
        "property_hs_lastmodifieddate": created,
        "property_hs_created_by_user_id": user_ids(found.owner[index]),
        "property_hs_timestamp": moments(found.moment[index]),
        "timestamp": moments(found.moment[index]),
        "property_hubspot_owner_id": owner_ids(found.owner[index]),
    }


def _of(found: Engagements, settings: CompanySettings, kind: int) -> tuple[Integers, Draws]:
    index = np.flatnonzero(found.type == kind)
    return index, Draws(settings.seed, f"hubspot_engagements_{TYPES[kind]}", found.number[index])


def _calls(settings: CompanySettings, found: Engagements, crm: CrmContacts) -> pa.Table:
    index, draws = _of(found, settings, CALL)
    outcome = draws.below("outcome", len(_DISPOSITIONS))
    columns: dict[str, Values] = {
        **_common(found, index),
        "property_hs_call_direction": choice(
            ("OUTBOUND", "INBOUND"), draws.chance("inbound", 0.15).astype(np.int64)
        ),
        "property_hs_call_disposition": choice(_DISPOSITIONS, outcome, draws.chance("untold", 0.1)),
        # Milliseconds; nobody talked where there was no answer.
        "property_hs_call_duration": np.where(
            outcome == 0, draws.quantile("duration", (20, 90, 400, 2400)) * 1000, 0
        ),
        "property_hs_call_status": pa.array(["COMPLETED"] * index.size, pa.string()),
        "property_hs_call_title": joined("Call with ", crm.first_name.take(pa.array(found.contact[index]))),
        "property_hs_call_to_number": joined("+1 555 01", draws.below("to", 90) + 10),
        "property_hs_call_body": typed(
            draws, "body", choice(_NOTES, draws.below("text", len(_NOTES))), 0.05, 0.5
        ),
    }
    return assembled(SCHEMA, "engagement_call", columns)


def _emails(
    settings: CompanySettings, today: date, found: Engagements, crm: CrmContacts
) -> dict[str, pa.Table]:
    index, draws = _of(found, settings, EMAIL)
    staff = sales_people(settings, today)
    incoming = draws.chance("incoming", 0.3)
    contact = pa.array(found.contact[index])
    ours = choice([each.email for each in staff], found.owner[index])
    theirs = crm.email.take(contact)
    first, last = (
        choice([getattr(each, name) for each in staff], found.owner[index])
        for name in ("first_name", "last_name")
    )
    columns: dict[str, Values] = {
        **_common(found, index),
        "property_hs_email_direction": choice(("EMAIL", "INCOMING_EMAIL"), incoming.astype(np.int64)),
        "property_hs_email_from_email": _either(incoming, theirs, ours),
        "property_hs_email_from_firstname": _either(incoming, crm.first_name.take(contact), first),
        "property_hs_email_from_lastname": _either(incoming, crm.last_name.take(contact), last),
        "property_hs_email_to_email": _either(incoming, ours, theirs),
        "property_hs_email_status": only(pa.array(["SENT"] * index.size, pa.string()), ~incoming),
        "property_hs_email_subject": choice(_SUBJECTS, draws.below("subject", len(_SUBJECTS))),
        "property_hs_email_text": typed(
            draws, "text", choice(_NOTES, draws.below("body", len(_NOTES))), 0.05
        ),
        "property_hs_email_open_count": pa.array(draws.below("opens", 4), mask=incoming),
    }
    to: dict[str, Values] = {
        "engagement_id": found.ids[index],
        "email": columns["property_hs_email_to_email"],
        "first_name": _either(incoming, first, crm.first_name.take(contact)),
        "last_name": _either(incoming, last, crm.last_name.take(contact)),
    }
    manager = np.array([each.manager for each in staff], dtype=np.int64)[found.owner[index]]
    copied = np.flatnonzero(draws.chance("copied", 0.08) & (manager >= 0) & ~incoming)
    cc: dict[str, Values] = {
        "engagement_id": found.ids[index[copied]],
        **{
            column: choice([getattr(each, column) for each in staff], manager[copied])
            for column in ("email", "first_name", "last_name")
        },
    }
    return {
        "engagement_email": assembled(SCHEMA, "engagement_email", columns),
        "engagement_email_to": assembled(SCHEMA, "engagement_email_to", to),
        "engagement_email_cc": assembled(SCHEMA, "engagement_email_cc", cc),
    }


def _either(mask: np.ndarray, one: pa.Array, other: pa.Array) -> pa.Array:
    index = np.where(mask, 0, mask.size) + np.arange(mask.size)
    return pa.concat_arrays([one, other]).take(pa.array(index))


def _meetings(settings: CompanySettings, found: Engagements, met: CrmMeetings) -> pa.Table:
    index, draws = _of(found, settings, MEETING)
    meeting = found.meeting[index]
    columns: dict[str, Values] = {
        **_common(found, index),
        "property_hs_meeting_start_time": moments(met.start[meeting]),
        "property_hs_meeting_end_time": moments(met.start[meeting] + met.minutes[meeting] * 60),
        # Nobody told the outcome of some.
        "property_hs_meeting_outcome": choice(OUTCOMES, met.outcome[meeting], draws.chance("untold", 0.1)),
        "property_hs_meeting_title": choice(_SUBJECTS, draws.below("subject", len(_SUBJECTS))),
        "property_hs_meeting_external_url": join_urls(meeting_ids(met.number[meeting])),
        "property_hs_meeting_location": pa.array(["Zoom"] * index.size, pa.string()),
        "property_hs_meeting_source": pa.array(["MEETINGS_PUBLIC"] * index.size, pa.string()),
        "property_hs_attendee_owner_ids": pa.array(owner_ids(found.owner[index])).cast(pa.string()),
        "property_hs_internal_meeting_notes": typed(
            draws, "notes", choice(_NOTES, draws.below("text", len(_NOTES))), 0.05, 0.6
        ),
    }
    return assembled(SCHEMA, "engagement_meeting", columns)


def _notes(settings: CompanySettings, found: Engagements) -> pa.Table:
    index, draws = _of(found, settings, NOTE)
    body = typed(draws, "body", choice(_NOTES, draws.below("text", len(_NOTES))), 0.08)
    columns: dict[str, Values] = {**_common(found, index), "property_hs_note_body": body, "body": body}
    return assembled(SCHEMA, "engagement_note", columns)


def _tasks(settings: CompanySettings, today: date, found: Engagements) -> pa.Table:
    index, draws = _of(found, settings, TASK)
    # Some are done late, some never.
    done = found.moment[index] + draws.quantile("late", (-_DAY // 2, 0, 600, 2 * _DAY, 20 * _DAY))
    done = np.maximum(done, found.created[index] + 60)
    done = np.where(draws.chance("done", 0.85) & (done < unix_seconds(today)), done, NEVER)
    columns: dict[str, Values] = {
        **_common(found, index),
        "property_hs_task_subject": choice(_TASKS, draws.below("subject", len(_TASKS))),
        "property_hs_task_status": choice(("NOT_STARTED", "COMPLETED"), (done < NEVER).astype(np.int64)),
        "property_hs_task_is_completed": (done < NEVER).astype(np.int64),
        "property_hs_task_completion_date": moments(done),
        "property_hs_task_priority": choice(("NONE", "LOW", "MEDIUM", "HIGH"), draws.below("priority", 4)),
        "property_hs_task_type": choice(("TODO", "CALL", "EMAIL"), draws.below("type", 3)),
    }
    return assembled(SCHEMA, "engagement_task", columns)


def _links(settings: CompanySettings, today: date, found: Engagements) -> dict[str, pa.Table]:
    people, who = audience(settings, today), firms(settings, today)
    account = crm_contacts(settings, today).account[found.contact]
    contact = people.of_crm[found.contact]
    contact = np.where(looked_up(people.is_there, contact, otherwise=False), contact, -1)
    company = looked_up(who.of_account, account, otherwise=-1)
    deal = _deal_at(settings, today, account, found.created)
    tables: dict[str, pa.Table] = {}
    for table, column, place, ids, kinds in (
        ("engagement_contact", "contact_id", contact, contact_ids(people.number), ENGAGEMENT_TO_CONTACT),
        ("engagement_company", "company_id", company, company_ids(who.number), ENGAGEMENT_TO_COMPANY),
        ("engagement_deal", "deal_id", deal, deal_ids(deals(settings, today).number), ENGAGEMENT_TO_DEAL),
    ):
        there = np.flatnonzero(place >= 0)
        type_ids = np.array([kinds[each] for each in TYPES], dtype=np.int64)[found.type[there]]
        tables[table] = links(table, {"engagement_id": found.ids[there], column: ids[place[there]]}, type_ids)
    return tables


def _deal_at(settings: CompanySettings, today: date, account: Integers, moment: Integers) -> Integers:
    """Index of the account's deal that came last before each moment and was not closed then; -1 if there is none."""
    sold, came = deals(settings, today), synced_deals(settings, today)
    order = np.lexsort((came.entered, sold.account[came.index]))
    index, entered = came.index[order], came.entered[order]
    # One number for both, since neither is large: accounts first, then time.
    keys = (sold.account[index] << 34) | entered
    place = np.searchsorted(keys, (np.maximum(account, 0) << 34) | moment) - 1
    deal = index[np.maximum(place, 0)] if index.size else np.zeros_like(place)
    if not index.size:
        return np.full(account.size, -1, dtype=np.int64)
    fits = (place >= 0) & (account >= 0) & (sold.account[deal] == account)
    is_open = ~sold.is_closed[deal] | (sold.close[deal] > moment)
    return np.where(fits & is_open, deal, -1)
