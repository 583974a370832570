"""What marketing plans in HubSpot: campaigns, e-mails, events and who came to them.

What belongs here: marketing_campaign, marketing_campaign_asset, marketing_email, marketing_event, marketing_event_participant. What does
not: what is sent (`mailings.py`).

A campaign bears the name that it has now. Events are the webinars, by the connection to Zoom, and the conferences, of whom only the
leads that named them are known.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns_before
from dagster_open_platform_local.company.commercial.staff import sales_people
from dagster_open_platform_local.company.commercial.webinars import registrations, webinars
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.audience import audience
from dagster_open_platform_local.company.fivetran.hubspot.emails import MAIL_IDS
from dagster_open_platform_local.company.fivetran.hubspot.mailings import Mail, mails
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    SCHEMA,
    contact_ids,
    moment_of,
    owner_ids,
    user_ids,
    uuid_of,
)
from dagster_open_platform_local.company.fivetran.hubspot.subscriptions import SUBSCRIPTIONS
from dagster_open_platform_local.company.fivetran.zoom.numbers import webinar_ids
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import choice, moments
from dagster_open_platform_local.company.settings import CompanySettings

_EVENT_IDS, _PARTICIPANT_IDS = 5_600_000, 99_000_000_000
_STATES = ("REGISTERED", "ATTENDED", "CANCELLED", "NO_SHOW")
_ZOOM_APP = ("178192", "Zoom")


def plan_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    known, written = campaigns_before(settings, today), mails(settings, today)
    marketing = next((each.number for each in sales_people(settings, today) if each.role == "MARKETING"), 0)
    ids = {each.number: uuid_of(settings, "hubspot_campaigns", each.number) for each in known}
    assets = [
        {
            "asset_type": "MARKETING_EMAIL",
            "id": str(MAIL_IDS + each.key),
            "campaign_id": ids[each.campaign.number],
            "name": each.name,
        }
        for each in written
    ]
    return {
        "marketing_campaign": from_rows(
            SCHEMA,
            "marketing_campaign",
            [_campaign(each, ids[each.number], marketing, today) for each in known],
        ),
        "marketing_campaign_asset": from_rows(SCHEMA, "marketing_campaign_asset", assets),
        "marketing_email": from_rows(
            SCHEMA,
            "marketing_email",
            [_email(each, ids[each.campaign.number], marketing, today) for each in written],
        ),
        "marketing_event": _events(settings, today),
        "marketing_event_participant": _participants(settings, today),
    }


def _campaign(each: Campaign, identity: str, owner: int, today: date) -> dict[str, object]:
    is_over = each.end is not None and each.end < today
    started = unix_seconds(each.start)
    renamed = unix_seconds(each.renamed) if each.renamed and each.renamed < today else started
    days = ((each.end or today) - each.start).days + 1
    return {
        "id": identity,
        "created_at": moment_of(started - 7 * DAY_SECONDS),
        "updated_at": moment_of(max(renamed, started)),
        "property_hs_name": each.name_on(today),
        "property_hs_utm": each.utm_campaign,
        "property_hs_start_date": each.start,
        "property_hs_end_date": each.end,
        "property_hs_campaign_status": "completed" if is_over else "active",
        "property_hs_owner": owner_ids(owner),
        "property_hs_currency_code": each.currency,
        "property_hs_budget_items_sum_amount": each.daily_budget_cents * days / 100,
        "property_hs_audience": each.region,
        "property_hs_object_id": float(each.number),
    }


def _email(each: Mail, campaign: str, author: int, today: date) -> dict[str, object]:
    is_sent = each.is_automated or each.sent < unix_seconds(today)
    made, published = moment_of(each.written), moment_of(each.written if each.is_automated else each.sent)
    by = user_ids(author)
    return {
        "id": MAIL_IDS + each.key, "name": each.name, "subject": each.subject, "campaign": campaign,
        "campaign_name": each.campaign.name_on(today), "campaign_utm": each.campaign.utm_campaign, "archived": False,
        "created_at": made, "created_by_id": by, "updated_at": made, "updated_by_id": by, "is_ab": False,
        "is_published": is_sent, "is_transactional": False, "language": "en", "from_name": "Dagster Labs",
        "publish_date": published, "published_at": published if is_sent else None, "published_by_id": by if is_sent else None,
        "send_on_publish": not each.is_automated, "subcategory": "automated" if each.is_automated else "batch",
        "state": "AUTOMATED" if each.is_automated else "PUBLISHED" if is_sent else "SCHEDULED",
        "subscription_id": SUBSCRIPTIONS[{"newsletter": 0, "webinar": 1}.get(each.campaign.kind, 2)][0],
        "type": "AUTOMATED_EMAIL" if each.is_automated else "BATCH_EMAIL", "email_template_mode": "DRAG_AND_DROP",
    }  # fmt: skip


def _states(settings: CompanySettings, today: date) -> tuple[np.ndarray, np.ndarray]:
    """Index of the registrations of contacts, one for each contact and webinar, and what became of each (into `_STATES`)."""
    people, found = audience(settings, today), registrations(settings, today)
    came = people.registered(found)
    _, first = np.unique(
        found.webinar[came] * max(people.number.size, 1) + people.of_crm[found.contact[came]],
        return_index=True,
    )
    index = came[first]
    over = np.array([each.end for each in webinars(settings, today)], dtype=np.int64)[
        found.webinar[index]
    ] < unix_seconds(today)
    state = np.where(over, 3, 0)
    state = np.where(found.canceled[index] < NEVER, 2, state)
    return index, np.where(found.joined[index] < NEVER, 1, state)


def _events(settings: CompanySettings, today: date) -> pa.Table:
    now, known = unix_seconds(today), campaigns_before(settings, today)
    index, state = _states(settings, today)
    webinar = registrations(settings, today).webinar[index]
    held = webinars(settings, today)
    counts = np.zeros((max(len(held), 1), len(_STATES)), dtype=np.int64)
    np.add.at(counts, (webinar, state), 1)
    rows = [
        {
            "id": _EVENT_IDS + each.number, "app_id": _ZOOM_APP[0], "app_name": _ZOOM_APP[1], "event_name": known[each.campaign].name,
            "event_type": "WEBINAR", "event_organizer": "Dagster Labs", "external_event_id": str(webinar_ids(each.number)),
            "created_at": moment_of(each.opened), "updated_at": moment_of(min(each.end, now - 1)),
            "start_date_time": moment_of(each.start), "end_date_time": moment_of(each.end), "event_cancelled": False,
            "event_completed": each.end < now, "event_status": "PAST" if each.end < now else "UPCOMING",
            "registrants": int(counts[place].sum()), "attendees": int(counts[place, 1]), "cancellations": int(counts[place, 2]),
            "no_shows": int(counts[place, 3]),
        }
        for place, each in enumerate(held)
    ]  # fmt: skip
    for each in known:
        if each.channel == "event" and each.end is not None:
            start, end = unix_seconds(each.start), unix_seconds(each.end) + DAY_SECONDS
            rows.append(
                {
                    "id": _EVENT_IDS + each.number, "event_name": each.name, "event_type": "CONFERENCE",
                    "event_organizer": each.name.rpartition(" ")[0], "created_at": moment_of(start - 90 * DAY_SECONDS),
                    "updated_at": moment_of(start), "start_date_time": moment_of(start), "end_date_time": moment_of(end),
                    "event_cancelled": False, "event_completed": end <= now, "event_status": "PAST" if end <= now else "ONGOING",
                }
            )  # fmt: skip
    return from_rows(SCHEMA, "marketing_event", rows)


def _participants(settings: CompanySettings, today: date) -> pa.Table:
    people, found = audience(settings, today), registrations(settings, today)
    index, state = _states(settings, today)
    held = webinars(settings, today)
    numbers, start, end = (
        np.array([getattr(each, name) for each in held], dtype=np.int64)
        for name in ("number", "start", "end")
    )
    webinar, attended = found.webinar[index], state == 1
    seconds = np.where(attended, found.left[index] - np.minimum(found.joined[index], found.left[index]), 0)
    moment = np.select(
        [attended, state == 2, state == 3],
        [found.joined[index], found.canceled[index], end[webinar]],
        found.registered[index],
    )
    columns: dict[str, Values] = {
        "id": _PARTICIPANT_IDS
        + (people.number[people.of_crm[found.contact[index]]] << 12)
        + numbers[webinar],
        "contact_id": contact_ids(people.number[people.of_crm[found.contact[index]]]),
        "marketing_event_id": _EVENT_IDS + numbers[webinar],
        "created_at": moments(found.registered[index]),
        "properties_occurred_at": moments(moment),
        "properties_attendance_state": choice(_STATES, state),
        "properties_attendance_duration_seconds": pa.array(seconds, mask=~attended),
        "properties_attendance_percentage": pa.array(
            np.minimum(seconds * 10_000 // (end - start)[webinar], 10_000) / 100, mask=~attended
        ),
    }
    return assembled(SCHEMA, "marketing_event_participant", columns)
