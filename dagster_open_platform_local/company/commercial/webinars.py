"""Who registered for the company's webinars, and who came.

What belongs here: that, as Zoom and HubSpot both know it. What does not: the webinars' plan (`campaigns.py`), how a tool shows them.

Whoever came to know the company by a webinar registered for it; of all others who were known by then, a few did. The dirt in it:

- 4 % register with a private address, by which nobody finds them among the contacts;
- 45 % come, some of them late; 6 % of these lose the connection and come again; 3 % cancel.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import campaigns_before
from dagster_open_platform_local.company.commercial.contacts import CrmContacts, crm_contacts
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask, either, joined
from dagster_open_platform_local.company.settings import CompanySettings

MINUTES = 60
"""How long a webinar is planned to take."""
_REGISTERS = 0.011
_STARTS = (15, 16, 17)
"""Hours of the day (UTC) at which webinars begin."""
_LATE = (-420, -60, 0, 45, 150, 600, 2400)
_STAYS = (240, 1200, 2400, 3200, 3600, 3900)
_CAMPAIGNS = 12
"""Bits of a campaign's number."""


@dataclass(frozen=True)
class Webinar:
    """A webinar.

    Args:
        campaign: Index of its campaign in `campaigns(settings)`.
        number: Of its campaign.
        opened: When registration opened, in Unix seconds.
        start: When it begins or began, in Unix seconds.
        end: When it is to end.
    """

    campaign: int
    number: int
    opened: int
    start: int
    end: int


@dataclass(frozen=True)
class Registrations:
    """Registrations as of a date, by the time they were made.

    Args:
        number: Of each, the same on every date.
        webinar: Index in `webinars` of the same date.
        contact: Index in `crm_contacts` of the same date.
        email: As it was typed.
        is_known: Whether that is an address of the contact's.
        registered: Unix seconds.
        canceled: Unix seconds; `NEVER` if they have not.
        joined: When they first came, in Unix seconds; `NEVER` if they have not.
        left: When they went for good; `NEVER` if they have not come.
        broken: When the connection broke for some minutes; `NEVER` if it did not.
    """

    number: Integers
    webinar: Integers
    contact: Integers
    email: pa.Array
    is_known: Mask
    registered: Integers
    canceled: Integers
    joined: Integers
    left: Integers
    broken: Integers


BREAK_SECONDS = 150
"""How long somebody whose connection broke was away."""


def webinars(settings: CompanySettings, today: date) -> tuple[Webinar, ...]:
    """Every webinar whose registration opened before a date, by that day; those that are still to come too."""
    found: list[Webinar] = []
    for index, each in enumerate(campaigns_before(settings, today)):
        if each.channel != "webinar" or each.end is None:
            continue
        draws = Draws(settings.seed, "webinars", np.array([each.number], dtype=np.int64))
        start = unix_seconds(each.end) + _STARTS[int(draws.below("start", len(_STARTS))[0])] * 3600
        opened = unix_seconds(each.start) + 8 * 3600
        found.append(Webinar(index, each.number, opened, start, start + MINUTES * 60))
    return tuple(found)


@lru_cache(maxsize=2)
def registrations(settings: CompanySettings, today: date) -> Registrations:
    """Every registration as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    contacts, now = crm_contacts(settings, today), unix_seconds(today)
    webinar, contact, registered = _who(settings, contacts, webinars(settings, today))
    kept = registered < now
    webinar, contact, registered = webinar[kept], contact[kept], registered[kept]
    start = np.array([each.start for each in webinars(settings, today)], dtype=np.int64)[webinar]
    numbers = np.array([each.number for each in webinars(settings, today)], dtype=np.int64)[webinar]
    number = (contacts.number[contact] << _CAMPAIGNS) | numbers
    order = np.lexsort((number, registered))
    number, webinar, contact, registered, start = (
        each[order] for each in (number, webinar, contact, registered, start)
    )
    draws = Draws(settings.seed, "webinar_registrations", number)
    canceled = registered + draws.quantile("canceled_gap", (600, DAY_SECONDS, 9 * DAY_SECONDS))
    cancels = draws.chance("cancels", 0.03) & (canceled < np.minimum(start, now))
    comes = draws.chance("comes", 0.45) & ~cancels & (start < now)
    joined = np.maximum(start + draws.quantile("late", _LATE), registered + 15)
    left = np.maximum(
        np.minimum(joined + draws.quantile("stays", _STAYS), start + MINUTES * 60 + 240), joined + 30
    )
    breaks = comes & draws.chance("breaks", 0.06) & (left - joined > 4 * BREAK_SECONDS)
    private = draws.chance("private", 0.04)
    return Registrations(
        number=number,
        webinar=webinar,
        contact=contact,
        email=_addresses(contacts, contact, private),
        is_known=~private,
        registered=registered,
        canceled=np.where(cancels, canceled, NEVER),
        joined=np.where(comes, joined, NEVER),
        left=np.where(comes, left, NEVER),
        broken=np.where(breaks, joined + (left - joined) // 2, NEVER),
    )


def _who(
    settings: CompanySettings, contacts: CrmContacts, held: tuple[Webinar, ...]
) -> tuple[Integers, Integers, Integers]:
    """Index of the webinar and of the contact, and when they registered, whether that is past or not."""
    webinar, contact, registered = [], [], []
    for index, each in enumerate(held):
        key = (contacts.number << _CAMPAIGNS) | each.number
        draws = Draws(settings.seed, "webinar_audience", key)
        is_known = contacts.created < each.start - 60
        brought = contacts.is_lead & (contacts.campaign_index == each.campaign) & is_known
        others = draws.chance("registers", _REGISTERS) & is_known & ~brought
        since = np.maximum(each.opened, contacts.created + 30)
        room = np.maximum(each.start - since, 1)
        moment = np.where(brought, contacts.created, since + draws.below_each("moment", room))
        chosen = np.flatnonzero(brought | (others & (moment < each.start)))
        webinar.append(np.full(chosen.size, index, dtype=np.int64))
        contact.append(chosen)
        registered.append(moment[chosen])
    none = np.zeros(0, dtype=np.int64)
    return (
        np.concatenate([none, *webinar]),
        np.concatenate([none, *contact]),
        np.concatenate([none, *registered]),
    )


def _addresses(contacts: CrmContacts, contact: Integers, private: Mask) -> pa.Array:
    chosen = pa.array(contact)
    # The number tells people of one name apart; a plus sign, so that it is nobody else's address.
    other = joined("p+", contacts.number[contact], "@mail.example.org")
    return either(private, other, contacts.email.take(chosen))
