"""Forms on the web site, and who filled them in.

What belongs here: form, contact_form_submission, submission_response. What does not: what sales does then.

Every lead filled in one, and again if it came again; so did who registered for a webinar or subscribed to the newsletter. Fields are
known since the connection was made, and hold what was typed: addresses with their capitals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.contacts import CrmContacts, crm_contacts
from dagster_open_platform_local.company.commercial.webinars import registrations
from dagster_open_platform_local.company.fivetran.assembly import assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.audience import MISTYPED, audience
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    PORTAL,
    SCHEMA,
    contact_ids,
    events_since,
    moment_of,
    uuid_of,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, moments, uuids
from dagster_open_platform_local.company.settings import CompanySettings

FORMS = ("Talk to us", "Newsletter", "Webinar registration", "Report download", "Conference follow-up")
_TALK, _NEWSLETTER, _WEBINAR, _REPORT, _CONFERENCE = range(len(FORMS))
_PATHS = ("contact", "newsletter", "webinars", "state-of-data-platforms", "events")
_FIELDS = ("email", "lastname")
_SUBSCRIBES_WITHIN = (60, 3600, 3 * DAY_SECONDS, 40 * DAY_SECONDS)


@dataclass(frozen=True)
class Submissions:
    """Forms that were filled in, as of a date, by contact and time.

    Args:
        number: Of each, the same on every date.
        contact: Index in the audience of the same date.
        form: Index into `FORMS`.
        moment: Unix seconds.
        email: The address as it was typed.
    """

    number: Integers
    contact: Integers
    form: Integers
    moment: Integers
    email: pa.Array


@lru_cache(maxsize=2)
def submissions(settings: CompanySettings, today: date) -> Submissions:
    """Everything that was sent before 00:00 UTC of a date by those who were contacts then."""
    people, crm, now = audience(settings, today), crm_contacts(settings, today), unix_seconds(today)
    registered = registrations(settings, today)
    leads, form = _of_leads(
        settings, crm, np.flatnonzero(crm.is_lead & (people.of_crm >= 0)), registered.contact
    )
    came = people.registered(registered)
    draws = people.draws(settings, "hubspot_subscriptions")
    subscribed = people.created + draws.quantile("subscribed", _SUBSCRIBES_WITHIN)
    subscribers = np.flatnonzero(people.subscribes(settings) & (subscribed < now))
    wrong = np.flatnonzero(people.number % 3 == MISTYPED)
    parts = (
        (4 * crm.number[leads], people.of_crm[leads], form, crm.created[leads]),
        (
            4 * registered.number[came] + 1,
            people.of_crm[registered.contact[came]],
            _WEBINAR,
            registered.registered[came],
        ),
        (4 * people.number[subscribers] + 2, subscribers, _NEWSLETTER, subscribed[subscribers]),
        (4 * people.number[wrong] + 3, wrong, _TALK, people.created[wrong]),
    )
    emails = (
        crm.email.take(pa.array(leads)), registered.email.take(pa.array(came)), people.email.take(pa.array(subscribers)),
        people.email.take(pa.array(wrong)),
    )  # fmt: skip
    number, contact, form, moment = (
        np.concatenate([np.broadcast_to(part[column], part[0].shape) for part in parts])
        for column in range(4)
    )
    # What was sent before HubSpot was there came with the import, as of then.
    moment = np.maximum(moment, people.created[contact])
    order = np.lexsort((number, moment, contact))
    order = order[moment[order] < people.gone[contact[order]]]
    return Submissions(
        number[order],
        contact[order],
        form[order],
        moment[order],
        pa.concat_arrays(emails).take(pa.array(order)),
    )


def _of_leads(
    settings: CompanySettings, crm: CrmContacts, leads: Integers, registered: Integers
) -> tuple[Integers, Integers]:
    """Which leads filled in a form (indices) and which, but for those of whom a registration for a webinar tells."""
    by_channel = {"webinar": _WEBINAR, "event": _CONFERENCE}
    of_campaign = np.array([*(by_channel.get(each.channel, -1) for each in campaigns(settings)), -1])
    draws = Draws(settings.seed, "hubspot_lead_forms", crm.number[leads])
    form = of_campaign[crm.campaign_index[leads]]
    told = (form == _WEBINAR) & np.isin(leads, registered)
    # Who came when a webinar was over wanted the recording.
    form = np.where(form == _WEBINAR, _REPORT, form)
    form = np.where(form < 0, np.where(draws.chance("talk", 0.55), _TALK, _REPORT), form)
    return leads[~told], form[~told]


def form_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    people, found = audience(settings, today), submissions(settings, today)
    guids = pa.array([_guid(settings, form) for form in range(len(FORMS))])
    conversion = uuids(Draws(settings.seed, "hubspot_submissions", found.number), "id")
    pages = pa.array([f"https://dagsterlabs.example.com/{path}" for path in _PATHS])
    form, page = guids.take(pa.array(found.form)), pages.take(pa.array(found.form))
    sent = assembled(
        SCHEMA,
        "contact_form_submission",
        {
            "contact_id": contact_ids(people.number[found.contact]),
            "conversion_id": conversion,
            "form_id": form,
            "page_url": page,
            "portal_id": np.full(found.number.size, PORTAL),
            "timestamp": moments(found.moment),
            "title": choice(FORMS, found.form),
        },
    )
    recent = np.repeat(np.flatnonzero(found.moment >= events_since(settings)), len(_FIELDS))
    field = np.tile(np.arange(len(_FIELDS)), recent.size // len(_FIELDS))
    chosen, contact = pa.array(recent), pa.array(found.contact[recent])
    values = [found.email.take(chosen), people.last_name.take(contact)]
    at = pa.array(field * recent.size + np.arange(recent.size))
    answers = assembled(
        SCHEMA,
        "submission_response",
        {
            "conversion_id": conversion.take(chosen),
            "field_name": choice(_FIELDS, field),
            "field_value": pa.concat_arrays(values).take(at),
            "form_id": form.take(chosen),
            "object_type_id": ["0-1"] * recent.size,
            "page_url": page.take(chosen),
            "submitted_at": found.moment[recent] * 1000,
        },
    )
    return {"form": _forms(settings), "contact_form_submission": sent, "submission_response": answers}


def _guid(settings: CompanySettings, form: int) -> str:
    return uuid_of(settings, "hubspot_forms", form)


def _forms(settings: CompanySettings) -> pa.Table:
    start = moment_of(events_since(settings) - 700 * DAY_SECONDS)
    return from_rows(
        SCHEMA,
        "form",
        [
            {
                "guid": _guid(settings, form), "name": name, "form_type": "HUBSPOT", "method": "POST", "portal_id": PORTAL,
                "created_at": start, "updated_at": start, "submit_text": "Send", "notify_recipients": form == _TALK,
                "redirect": f"https://dagsterlabs.example.com/{_PATHS[form]}/thank-you", "css_class": "hs-form",
            }
            for form, name in enumerate(FORMS)
        ],
    )  # fmt: skip
