"""Who is a contact in HubSpot.

What belongs here: who, since when, under which address, and how far they have come. What does not: the tables.

An audience is made of everybody who signed up, but for internal test organizations, and of the leads of `commercial/contacts.py`,
each address once.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform_local.company.commercial.accounts import tools_since
from dagster_open_platform_local.company.commercial.contacts import FIRST_LEAD, CrmContacts, crm_contacts
from dagster_open_platform_local.company.commercial.webinars import Registrations
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.indices import looked_up
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, known_where
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.product.happenings import happens
from dagster_open_platform_local.company.settings import CompanySettings

USER, LEAD, MISTYPED = range(3)
"""What a contact's number divided by three leaves."""
PRIVATE_DOMAIN = "mail.example.org"
_DAY = DAY_SECONDS
_NOT_SENT, _MISTYPED, _MERGED, _ERASED = 0.02, 0.02, 0.5, 0.01
_MISTYPED_BEFORE = 75
"""Seconds from the wrong address to the right one."""
_SUBSCRIBES, _UNSUBSCRIBES = 0.07, 0.09


@dataclass(frozen=True)
class Audience:
    """Contacts as of a date, also those that are gone by then, by the time they were made. A contact is meant by its index here.

    Args:
        number: Of each, the same on every date; see `USER`.
        crm: Index in `crm_contacts` of the same date; -1 for who is not there.
        user: Id of the user of the product; 0 for leads.
        account: Index in `crm_accounts` of the same date; -1: none.
        first_name: Theirs.
        last_name: Theirs.
        email: In small letters.
        domain: Of that address.
        title: What they do; null where nobody knows.
        campaign: `utm_campaign` of the campaign that brought them; null if none is known.
        campaign_index: The same as an index into `campaigns(settings)`; -1 if none is known.
        created: Unix seconds.
        gone: When it was erased, or merged into another; `NEVER` if it is there.
        merged: Number of the contact that was merged into this one; -1: none.
        merged_at: When, in Unix seconds; `NEVER` if none was.
        opted_out: When they unsubscribed from everything; `NEVER` if they have not.
        first_owner: Number of the SDR who had them first; -1: nobody.
        owner: Number of who has them now; -1: nobody.
        owner_since: When they got them, in Unix seconds.
        of_crm: Index in these arrays of each of `crm_contacts`, also of a lead that came again; -1 if it is not here.
    """

    number: Integers
    crm: Integers
    user: Integers
    account: Integers
    first_name: pa.Array
    last_name: pa.Array
    email: pa.Array
    domain: pa.Array
    title: pa.Array
    campaign: pa.Array
    campaign_index: Integers
    created: Integers
    gone: Integers
    merged: Integers
    merged_at: Integers
    opted_out: Integers
    first_owner: Integers
    owner: Integers
    owner_since: Integers
    of_crm: Integers

    @property
    def is_there(self) -> Mask:
        """Who is neither erased nor merged."""
        return self.gone >= NEVER

    def draws(self, settings: CompanySettings, table: str) -> Draws:
        """The columns of a table that has a row a contact."""
        return Draws(settings.seed, table, self.number)

    def registered(self, found: Registrations) -> Integers:
        """Index of the registrations for webinars that were made by somebody who was a contact then."""
        contact = self.of_crm[found.contact]
        # Nobody has gone before ever having come.
        gone = looked_up(self.gone, contact, otherwise=0)
        return np.flatnonzero(found.is_known & (contact >= 0) & (found.registered < gone))

    def subscribes(self, settings: CompanySettings) -> Mask:
        """Who subscribed to the newsletter, whether they have unsubscribed since or not."""
        return self.draws(settings, "hubspot_subscriptions").chance("newsletter", _SUBSCRIBES)


@dataclass(frozen=True)
class _Part:
    number: Integers
    crm: Integers
    user: Integers
    created: Integers
    first_name: pa.Array
    last_name: pa.Array
    email: pa.Array


@lru_cache(maxsize=2)
def audience(settings: CompanySettings, today: date) -> Audience:
    """Everybody who is or was a contact as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found, crm = directory(settings, today), crm_contacts(settings, today)
    leads = _leads(crm)
    wrong, merged_at = _mistyped(settings, leads, found.now)
    parts = [_users(found, crm), leads, wrong]
    number, crm_index, user, created = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("number", "crm", "user", "created")
    )
    created = np.maximum(
        created, tools_since(settings) + Draws(settings.seed, "hubspot", number).below("import", 7200)
    )
    draws = Draws(settings.seed, "hubspot_contacts", number)
    erased = happens(draws, "erased", _ERASED, created, (_DAY, 60 * _DAY, 300 * _DAY, 700 * _DAY))
    gone = np.minimum(erased, np.concatenate([np.full(number.size - wrong.number.size, NEVER), merged_at]))
    order = np.lexsort((number, created))
    order = order[created[order] < found.now]
    texts = {
        name: pa.concat_arrays([getattr(part, name) for part in parts]).take(pa.array(order))
        for name in ("first_name", "last_name", "email")
    }
    merges = dict(zip((wrong.number - 1).tolist(), merged_at.tolist(), strict=True))
    merged_since = np.array([merges.get(each, NEVER) for each in number[order].tolist()], dtype=np.int64)
    merged_since = np.where(merged_since < found.now, merged_since, NEVER)
    out = happens(draws, "opted_out", _UNSUBSCRIBES, created, (2 * _DAY, 40 * _DAY, 200 * _DAY, 800 * _DAY))
    return Audience(
        number=number[order],
        crm=crm_index[order],
        user=user[order],
        **_text_columns(texts, crm, crm_index[order]),
        **_crm_columns(crm, crm_index[order], created[order]),
        created=created[order],
        gone=np.where(gone < found.now, gone, NEVER)[order],
        merged=np.where(merged_since < NEVER, number[order] + 1, -1),
        merged_at=merged_since,
        opted_out=np.where(out < np.minimum(gone, found.now), out, NEVER)[order],
        of_crm=_of_crm(crm, texts["email"]),
    )


def _users(found: Directory, crm: CrmContacts) -> _Part:
    """Who signed up."""
    internal = found.organizations["is_internal"].to_numpy()
    users = np.arange(1, found.user_created.size + 1, dtype=np.int64)
    arrives = ~Draws(found.settings.seed, "hubspot_users", users).chance("not_sent", _NOT_SENT)
    chosen = np.flatnonzero(arrives & ~internal[found.user_organization - 1])
    place = np.full(users.size, -1, dtype=np.int64)
    place[crm.user[crm.user > 0] - 1] = np.flatnonzero(crm.user > 0)
    taken = pa.array(chosen)
    first, last, email = (
        found.users[name].combine_chunks().take(taken) for name in ("first_name", "last_name", "email")
    )
    return _Part(
        3 * (chosen + 1) + USER,
        place[chosen],
        chosen + 1,
        found.user_created[chosen],
        first,
        last,
        pc.call_function("utf8_lower", [email]),
    )


def _leads(crm: CrmContacts) -> _Part:
    """Each address of a lead once: as it was entered first."""
    index = np.flatnonzero(crm.is_lead)
    emails = pc.call_function("utf8_lower", [crm.email.take(pa.array(index))])
    codes = emails.dictionary_encode().indices.to_numpy()
    _, first = np.unique(codes, return_index=True)
    chosen = pa.array(index[first])
    return _Part(
        3 * (crm.number[index[first]] - FIRST_LEAD) + LEAD,
        index[first],
        np.zeros(first.size, dtype=np.int64),
        crm.created[index[first]],
        crm.first_name.take(chosen),
        crm.last_name.take(chosen),
        emails.take(pa.array(first)),
    )


def _mistyped(settings: CompanySettings, leads: _Part, now: int) -> tuple[_Part, Integers]:
    """The wrong addresses, and when each was merged into the right one (`NEVER` if it was not)."""
    draws = Draws(settings.seed, "hubspot_mistyped", leads.number)
    index = np.flatnonzero(draws.chance("mistyped", _MISTYPED))
    merged = leads.created + draws.quantile("merged_gap", (_DAY, 6 * _DAY, 30 * _DAY, 90 * _DAY))
    merged = np.where(draws.chance("merged", _MERGED) & (merged < now), merged, NEVER)
    chosen = pa.array(index)
    # Two letters change places, or one is missing where they are the same.
    emails = [
        each[1:] if each[0] == each[1] else f"{each[1]}{each[0]}{each[2:]}"
        for each in leads.email.take(chosen).to_pylist()
    ]
    part = _Part(
        leads.number[index] + 1,
        np.full(index.size, -1, dtype=np.int64),
        np.zeros(index.size, dtype=np.int64),
        leads.created[index] - _MISTYPED_BEFORE,
        leads.first_name.take(chosen),
        leads.last_name.take(chosen),
        pa.array(emails, pa.string()),
    )
    return part, merged[index]


def _text_columns(texts: dict[str, pa.Array], crm: CrmContacts, index: Integers) -> dict[str, pa.Array]:
    known = pa.array(np.maximum(index, 0), mask=index < 0)
    campaign = crm.campaign.take(known)
    is_named = pc.call_function("greater", [pc.call_function("utf8_length", [campaign]), pa.scalar(0)])
    return {
        **texts,
        "domain": pa.array([each.rpartition("@")[2] for each in texts["email"].to_pylist()], pa.string()),
        "title": crm.title.take(known),
        "campaign": pc.call_function("if_else", [is_named, campaign, pa.scalar(None, pa.string())]),
    }


def _crm_columns(crm: CrmContacts, index: Integers, created: Integers) -> dict[str, Integers]:
    known = index >= 0
    return {
        "account": known_where(known, crm.account, index, -1),
        "campaign_index": known_where(known, crm.campaign_index, index, -1),
        "first_owner": known_where(known, crm.owners.first, index, -1),
        "owner": known_where(known, crm.owners.owner, index, -1),
        "owner_since": np.maximum(known_where(known, crm.owners.since, index, NEVER), created),
    }


def _of_crm(crm: CrmContacts, email: pa.Array) -> Integers:
    place = {address: index for index, address in enumerate(email.to_pylist())}
    addresses = pc.call_function("utf8_lower", [crm.email]).to_pylist()
    return np.array([place.get(each, -1) for each in addresses], dtype=np.int64)
