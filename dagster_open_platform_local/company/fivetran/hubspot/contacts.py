"""Tables of contacts.

What belongs here: contact, contact_company, contact_property_history. What does not: who is a contact (`audience.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.campaigns import campaigns, sign_up_sources
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.deals import deals
from dagster_open_platform_local.company.commercial.handovers import contact_handovers
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.hubspot.audience import LEAD, Audience, audience
from dagster_open_platform_local.company.fivetran.hubspot.firms import firms
from dagster_open_platform_local.company.fivetran.hubspot.forms import FORMS, submissions
from dagster_open_platform_local.company.fivetran.hubspot.mailings import messages
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    CONSULTANT,
    CONTACT_TO_PRIMARY_COMPANY,
    SCHEMA,
    Changes,
    company_ids,
    contact_ids,
    history,
    links,
    owner_ids,
)
from dagster_open_platform_local.company.fivetran.hubspot.stages import STAGES, contact_stages, current
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.moments import NEVER, known_where, unix_seconds
from dagster_open_platform_local.company.product.columns import (
    Integers,
    choice,
    either,
    joined,
    moments,
    only,
)
from dagster_open_platform_local.company.product.directory import directory
from dagster_open_platform_local.company.settings import CompanySettings

_SOURCES = {
    "google": ("PAID_SEARCH", "cpc"),
    "bing": ("PAID_SEARCH", "cpc"),
    "linkedin": ("PAID_SOCIAL", "paid-social"),
    "reddit": ("PAID_SOCIAL", "paid-social"),
    "email": ("EMAIL_MARKETING", "email"),
    "event": ("OFFLINE", "event"),
    "webinar": ("OTHER_CAMPAIGNS", "webinar"),
}
"""HubSpot's source (developers.hubspot.com, "Understand HubSpot's traffic sources") and the tag of the medium, by channel."""
_UNPAID = ("ORGANIC_SEARCH", "DIRECT_TRAFFIC", "REFERRALS", "OFFLINE")
_LEAD_STATUS = ("NEW", "OPEN", "IN_PROGRESS", "ATTEMPTED_TO_CONTACT", "CONNECTED", "UNQUALIFIED")
COUNTRIES = {
    "US": ("United States", "USA", "us"), "GB": ("United Kingdom", "UK", "England"), "DE": ("Germany", "Deutschland", "germany"),
    "FR": ("France", "France", "FR"), "NL": ("Netherlands", "The Netherlands", "NL"), "CA": ("Canada", "Canada", "canada"),
    "AU": ("Australia", "Australia", "AU"), "IN": ("India", "India", "india"), "BR": ("Brazil", "Brasil", "BR"),
    "SE": ("Sweden", "Sverige", "SE"), "ES": ("Spain", "España", "ES"), "IL": ("Israel", "Israel", "IL"),
    "SG": ("Singapore", "Singapore", "SG"), "JP": ("Japan", "日本", "JP"), "PL": ("Poland", "Polska", "PL"),
    "CH": ("Switzerland", "Schweiz", "CH"),
}  # fmt: skip
"""What people type for a country: the usual name mostly."""


def contact_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    people = audience(settings, today)
    columns: dict[str, Values] = {
        "id": contact_ids(people.number),
        "property_hs_object_id": contact_ids(people.number),
        "property_email": people.email,
        "property_hs_email_domain": people.domain,
        "property_firstname": people.first_name,
        "property_lastname": people.last_name,
        "property_jobtitle": people.title,
        "property_createdate": moments(people.created),
        "property_dagster_user_id": pa.array(people.user, mask=people.user == 0),
        "property_hs_object_source_label": choice(("INTEGRATION", "FORM"), np.where(people.user > 0, 0, 1)),
        **_relations(settings, today, people),
        **_origin(settings, today, people),
        **_progress(settings, today, people),
        **_mail_figures(settings, today, people),
        **_form_figures(settings, today, people),
    }
    return {
        "contact": assembled(SCHEMA, "contact", columns).filter(pa.array(people.is_there)),
        "contact_company": _companies(settings, today, people),
        "contact_property_history": _history(settings, today, people),
    }


def _relations(settings: CompanySettings, today: date, people: Audience) -> dict[str, Values]:
    """To companies, organizations, owners, and Salesforce."""
    found, crm, who = directory(settings, today), crm_contacts(settings, today), firms(settings, today)
    accounts, sold = crm_accounts(settings, today), deals(settings, today)
    is_user = people.user > 0
    organization = known_where(is_user, found.user_organization, people.user - 1, 0)
    known, in_company, in_crm = people.account >= 0, who.of_contact >= 0, people.crm >= 0
    company = pa.array(who.of_contact, mask=~in_company)
    of_users = (
        found.organizations["country"]
        .combine_chunks()
        .take(pa.array(np.maximum(organization, 1) - 1, mask=~is_user))
    )
    country = either(is_user, of_users, accounts.country.take(pa.array(people.account, mask=~known)))
    is_contact = known_where(in_crm, crm.converted, people.crm, NEVER) < NEVER
    is_lead = known_where(in_crm, crm.is_lead.astype(np.int64), people.crm, 0) > 0
    numbers = known_where(in_crm, crm.number, people.crm, 0)
    has_owner = people.owner >= 0
    counts = np.bincount(sold.account, minlength=accounts.number.size)
    return {
        "property_organization_id": pa.array(organization, mask=~is_user),
        "property_associatedcompanyid": pa.array(
            company_ids(known_where(in_company, who.number, who.of_contact, 0)), mask=~in_company
        ),
        "property_company": who.name.take(company),
        "property_country": _typed_countries(settings, people, country),
        "property_hubspot_owner_id": pa.array(owner_ids(people.owner), mask=~has_owner),
        "property_hubspot_owner_assigneddate": moments(people.owner_since),
        "property_num_associated_deals": pa.array(
            known_where(known, counts, people.account, 0), mask=~(known & is_contact)
        ),
        "property_salesforcecontactid": salesforce_ids("contact", numbers, ~is_contact),
        "property_salesforceleadid": salesforce_ids("lead", numbers, ~is_lead),
        "property_salesforceaccountid": salesforce_ids(
            "account", known_where(known, accounts.number, people.account, 0), ~(known & is_contact)
        ),
        "property_salesforcelastsynctime": moments(np.where(people.crm >= 0, people.created + 420, NEVER)),
        "property_hs_merged_object_ids": _text_of_ids(people.merged),
        "property_hs_calculated_merged_vids": _text_of_ids(people.merged),
    }


def _text_of_ids(number: Integers) -> pa.Array:
    return pa.array(contact_ids(number), mask=number < 0).cast(pa.string())


def _typed_countries(settings: CompanySettings, people: Audience, country: pa.Array) -> pa.Array:
    draws = people.draws(settings, "hubspot_countries")
    way = np.where(draws.chance("usual", 0.8), 0, 1 + draws.below("way", 2)).tolist()
    return pa.array(
        [
            None if code is None else COUNTRIES[code][each]
            for code, each in zip(country.to_pylist(), way, strict=True)
        ],
        pa.string(),
    )


def _origin(settings: CompanySettings, today: date, people: Audience) -> dict[str, Values]:
    """How they came. Only who came by a form or signed up first of their organization was seen on the web site."""
    every = campaigns(settings)
    channel = [each.channel for each in every]
    source = pa.array([_SOURCES[each][0] for each in channel], pa.string())
    medium = pa.array([_SOURCES[each][1] for each in channel], pa.string())
    is_known = people.campaign_index >= 0
    index = pa.array(np.maximum(people.campaign_index, 0), mask=~is_known)
    draws = people.draws(settings, "hubspot_origin")
    other = choice(_UNPAID, np.where(people.user > 0, len(_UNPAID) - 1, draws.below("source", len(_UNPAID))))
    came = is_known & (people.user > 0)
    organization = known_where(came, directory(settings, today).user_organization, people.user - 1, 0)
    touched = known_where(came, sign_up_sources(settings, today).touched, organization - 1, NEVER)
    first = np.where(came, touched, people.created)
    visits = 1 + draws.below("visits", 12)
    return {
        "property_hs_analytics_source": either(is_known, source.take(index), other),
        "property_hs_analytics_source_data_1": people.campaign,
        "property_hs_analytics_first_timestamp": moments(first),
        "property_hs_analytics_first_url": only(
            joined("https://dagsterlabs.example.com/?utm_campaign=", people.campaign.fill_null("")), is_known
        ),
        "property_hs_analytics_num_visits": visits,
        "property_hs_analytics_num_page_views": visits * (1 + draws.below("pages", 6)),
        "property_utm_campaign": people.campaign,
        "property_utm_medium": medium.take(index),
        "property_utm_source": pa.array(channel, pa.string()).take(index),
    }


def _progress(settings: CompanySettings, today: date, people: Audience) -> dict[str, Values]:
    reached = contact_stages(settings, today)
    draws = people.draws(settings, "hubspot_progress")
    status = choice(_LEAD_STATUS, draws.below("status", len(_LEAD_STATUS)))
    dates = {
        f"property_hs_lifecyclestage_{name}_date": moments(moment)
        for name, moment in zip(STAGES, reached, strict=True)
    }
    last = np.max(np.where(reached < NEVER, reached, 0), axis=0)
    for each in (people.owner_since, people.opted_out, people.merged_at):
        last = np.maximum(last, np.where(each < unix_seconds(today), each, 0))
    return {
        **dates,
        "property_lifecyclestage": current(reached),
        "property_hs_lead_status": only(status, (people.number % 3 == LEAD) & (people.owner >= 0)),
        "property_hubspotscore": (reached < NEVER).sum(axis=0) * 20 + draws.below("score", 20),
        "property_lastmodifieddate": moments(np.maximum(last, people.created)),
        "property_hs_email_optout": people.opted_out < NEVER,
    }


def _mail_figures(settings: CompanySettings, today: date, people: Audience) -> dict[str, Values]:
    """What marketing's e-mails came to, as far as they are known."""
    found = messages(settings, today)
    columns: dict[str, Values] = {}
    for name, moment in (
        ("delivered", found.delivered), ("open", found.opened), ("click", found.clicked), ("bounce", found.bounced),
    ):  # fmt: skip
        count = np.bincount(found.contact[moment < NEVER], minlength=people.number.size)
        columns[f"property_hs_email_{name}"] = pa.array(count, mask=count == 0)
    first, sent = np.full(people.number.size, NEVER), found.dropped >= NEVER
    np.minimum.at(first, found.contact[sent], found.sent[sent])
    columns["property_hs_email_first_send_date"] = moments(first)
    for name, moment in (
        ("send", np.where(sent, found.sent, NEVER)),
        ("open", found.opened),
        ("click", found.clicked),
    ):
        last, happened = np.full(people.number.size, -1), moment < NEVER
        np.maximum.at(last, found.contact[happened], moment[happened])
        columns[f"property_hs_email_last_{name}_date"] = moments(np.where(last < 0, NEVER, last))
    return columns


def _form_figures(settings: CompanySettings, today: date, people: Audience) -> dict[str, Values]:
    found = submissions(settings, today)
    count = np.bincount(found.contact, minlength=people.number.size)
    end = np.cumsum(count)
    none, names = count == 0, pa.array(FORMS, pa.string())
    columns: dict[str, Values] = {"property_num_conversion_events": count}
    for name, index in (("first", end - count), ("recent", end - 1)):
        # Submissions are in the order of contact and time.
        place = np.minimum(np.maximum(index, 0), max(found.number.size - 1, 0))
        moment, form = (
            (found.moment[place], found.form[place])
            if found.number.size
            else (np.zeros_like(place), np.zeros_like(place))
        )
        columns[f"property_{name}_conversion_date"] = moments(np.where(none, NEVER, moment))
        columns[f"property_{name}_conversion_event_name"] = names.take(pa.array(form, mask=none))
    pairs = np.unique(found.contact * len(FORMS) + found.form)
    columns["property_num_unique_conversion_events"] = np.bincount(
        pairs // len(FORMS), minlength=people.number.size
    )
    return columns


def _companies(settings: CompanySettings, today: date, people: Audience) -> pa.Table:
    """Everybody belongs to the company of their address's domain; 1 % advise another one besides."""
    who = firms(settings, today)
    member = np.flatnonzero((who.of_contact >= 0) & people.is_there)
    draws = people.draws(settings, "hubspot_consultants")
    # By the number, so that whom they advise does not change when companies come.
    other = np.searchsorted(who.created, people.created) - 1 - draws.below("whom", 40)
    advises = draws.chance("advises", 0.01) & people.is_there
    adviser = np.flatnonzero(advises & (other >= 0) & (other != who.of_contact))
    contact = np.concatenate([member, adviser])
    company = np.concatenate([who.of_contact[member], other[adviser]])
    kind = np.concatenate(
        [np.full(member.size, CONTACT_TO_PRIMARY_COMPANY), np.full(adviser.size, CONSULTANT)]
    )
    columns: dict[str, Values] = {
        "contact_id": contact_ids(people.number[contact]),
        "company_id": company_ids(who.number[company]),
    }
    return links("contact_company", columns, kind)


def _history(settings: CompanySettings, today: date, people: Audience) -> pa.Table:
    reached, until = contact_stages(settings, today), np.minimum(people.gone, unix_seconds(today))
    return history(
        "contact_property_history",
        "contact_id",
        contact_ids(people.number),
        [
            *(
                Changes("lifecyclestage", moment, name, "CALCULATED")
                for name, moment in zip(STAGES, reached, strict=True)
            ),
            *_owners(settings, today, people, until),
            Changes("hs_email_optout", people.opted_out, "true", "EMAIL"),
        ],
    )


def _owners(settings: CompanySettings, today: date, people: Audience, until: Integers) -> Iterator[Changes]:
    """Who had each contact, since sales knew of it; until it was gone."""
    crm = crm_contacts(settings, today)
    known, there = people.crm >= 0, np.maximum(people.crm, 0)
    given = np.where(known, np.maximum(crm.created[there], people.created), NEVER)
    first = pa.array(owner_ids(people.first_owner)).cast(pa.string())
    yield Changes("hubspot_owner_id", np.where(given < until, given, NEVER), first, "INTEGRATION")
    for each in contact_handovers(settings, today):
        owner, passed = each.owner[there], np.maximum(given, each.moment)
        happened = known & (owner >= 0) & (passed < until)
        now = pa.array(owner_ids(owner)).cast(pa.string())
        yield Changes("hubspot_owner_id", np.where(happened, passed, NEVER), now, "CRM_UI")
