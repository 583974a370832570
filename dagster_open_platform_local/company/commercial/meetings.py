"""Meetings of sales with the people of accounts.

What belongs here: who met whom and when, as the calendar, Zoom and HubSpot agree on it. What does not: how a tool shows them.

The account executive of the account invites; customer success does for those who pay. The dirt in it: 12 % did not come, 8 % cancelled,
6 % was put off to another day (and is there twice); meetings are booked up to two weeks ahead, so some are still to come.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.handovers import account_handovers, owner_at
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask
from dagster_open_platform_local.company.product.happenings import children
from dagster_open_platform_local.company.settings import CompanySettings

OUTCOMES = ("COMPLETED", "NO_SHOW", "CANCELED", "RESCHEDULED", "SCHEDULED")
"""The last one: still to come."""
_OUTCOME_WEIGHTS = thresholds([74, 12, 8, 6])
_DAY = DAY_SECONDS
_COUNTS = ((0, 1, 2, 3), (78, 14, 6, 2))
_BOOKED_GAPS = (3600, 3 * _DAY, 20 * _DAY, 90 * _DAY, 400 * _DAY)
_AHEAD_DAYS = 14
_MINUTES = (15, 30, 30, 45, 60)
_FIRST_HOUR, _SLOTS = 13, 18
"""Meetings begin at one of the half hours from 13:00 UTC on."""


@dataclass(frozen=True)
class CrmMeetings:
    """Meetings as of a date, by the time they were booked.

    Args:
        number: 1, 2, 3, ... by that time.
        contact: Index in `crm_contacts` of the same date.
        account: Index in `crm_accounts` of the same date.
        host: Number of the one of sales who has the account when it begins.
        booked: When the invitation was sent, in Unix seconds.
        start: When it begins, in Unix seconds.
        minutes: How long it is planned to take.
        outcome: Index into `OUTCOMES`.
    """

    number: Integers
    contact: Integers
    account: Integers
    host: Integers
    booked: Integers
    start: Integers
    minutes: Integers
    outcome: Integers

    @property
    def was_held(self) -> Mask:
        """Which took place."""
        return self.outcome == 0


@lru_cache(maxsize=2)
def crm_meetings(settings: CompanySettings, today: date) -> CrmMeetings:
    """Every meeting that was booked before 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    contacts, accounts, now = (
        crm_contacts(settings, today),
        crm_accounts(settings, today),
        unix_seconds(today),
    )
    known = np.flatnonzero(contacts.is_contact & (contacts.account >= 0))
    draws = Draws(settings.seed, "crm_meetings", contacts.number[known])
    found = children(draws, contacts.converted[known], _COUNTS, _BOOKED_GAPS, now)
    contact = known[found.parent]
    own = Draws(settings.seed, "crm_meetings_each", (contacts.number[contact] << 8) | found.seat)
    account, start = contacts.account[contact], _starts(own, found.created)
    seller, manager = (
        owner_at(owned.first, account_handovers(settings, today, role), account, start)
        for owned, role in ((accounts.owners, "AE"), (accounts.managers, "CSM"))
    )
    host = np.where(accounts.billed[account] < start, manager, seller)
    outcome = own.pick("outcome", _OUTCOME_WEIGHTS)
    return CrmMeetings(
        number=found.ids,
        contact=contact,
        account=account,
        host=host,
        booked=found.created,
        start=start,
        minutes=np.array(_MINUTES, dtype=np.int64)[own.below("minutes", len(_MINUTES))],
        # A cancellation is known on the day; nobody of this company cancels earlier.
        outcome=np.where(start < now, outcome, len(OUTCOMES) - 1),
    )


def _starts(draws: Draws, booked: Integers) -> Integers:
    """On one of the days after the booking, the Monday if that is on a weekend."""
    day = booked // _DAY + 1 + draws.below("ahead", _AHEAD_DAYS)
    weekday = (day + 3) % 7
    day = day + np.where(weekday >= 5, 7 - weekday, 0)
    return day * _DAY + _FIRST_HOUR * 3600 + draws.below("slot", _SLOTS) * 1800
