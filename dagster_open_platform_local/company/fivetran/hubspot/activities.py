"""What sales did with contacts, whatever kind it is of.

What belongs here: which engagements there are, with whom and when. What does not: the tables (`engagements.py`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.handovers import contact_handovers, owner_at
from dagster_open_platform_local.company.commercial.meetings import crm_meetings
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.happenings import children
from dagster_open_platform_local.company.settings import CompanySettings

TYPES = ("CALL", "EMAIL", "MEETING", "NOTE", "TASK")
CALL, EMAIL, MEETING, NOTE, TASK = range(len(TYPES))
_DAY = DAY_SECONDS
_COUNTS = {
    CALL: ((0, 1, 2, 3), (88, 8, 3, 1)),
    EMAIL: ((0, 1, 2, 4), (87, 8, 4, 1)),
    NOTE: ((0, 1, 2), (93, 6, 1)),
    TASK: ((0, 1, 2), (92, 6, 2)),
}
_GAPS = (1800, _DAY, 5 * _DAY, 30 * _DAY, 300 * _DAY)
_BITS = 10
"""Of a number among those of its contact: the place and the type."""


@dataclass(frozen=True)
class Engagements:
    """Engagements as of a date, in no order that means anything.

    Args:
        number: Of each, the same on every date.
        type: Index into `TYPES`.
        contact: Index in `crm_contacts` of the same date.
        owner: Number of the one of sales.
        moment: When it took place, or is to, in Unix seconds.
        created: When it was entered, in Unix seconds.
        meeting: Index in `crm_meetings` of the same date; -1 if it is none.
    """

    number: Integers
    type: Integers
    contact: Integers
    owner: Integers
    moment: Integers
    created: Integers
    meeting: Integers

    @property
    def ids(self) -> Integers:
        """Of each."""
        return 81_000_000_000 + self.number


def engagements(settings: CompanySettings, today: date) -> Engagements:
    """Everything that was entered before 00:00 UTC of a date."""
    crm, met, now = crm_contacts(settings, today), crm_meetings(settings, today), unix_seconds(today)
    parts: list[tuple[Integers, ...]] = []
    # In a shape of their own, so that numbers stay small: a lead's own one is above 2^41.
    short = np.where(crm.is_lead, 2 * (crm.number % (1 << 41)) + 1, 2 * crm.number)
    for kind, counts in _COUNTS.items():
        born = children(
            Draws(settings.seed, f"hubspot_{TYPES[kind]}", crm.number), crm.created, counts, _GAPS, now
        )
        number = (short[born.parent] << _BITS) + (born.seat << 3) + kind
        owner = owner_at(crm.owners.first, contact_handovers(settings, today), born.parent, born.created)
        later = np.where(kind == TASK, Draws(settings.seed, "hubspot_due", number).below("due", 9 * _DAY), 0)
        parts.append(
            (
                number,
                np.full_like(number, kind),
                born.parent,
                owner,
                born.created + later,
                born.created,
                np.full_like(number, -1),
            )
        )
    every = np.arange(met.number.size)
    number = (met.number << _BITS) + MEETING
    parts.append((number, np.full_like(number, MEETING), met.contact, met.host, met.start, met.booked, every))
    return Engagements(*(np.concatenate(column) for column in zip(*parts, strict=True)))
