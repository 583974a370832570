"""How contacts and accounts passed from one of sales to the next.

What belongs here: every handover, and who had something at a moment, which is the same on every later date. What does not: who has
what now (`staff.py`, `contacts.py`, `accounts.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.staff import owners, sales_people
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings


@dataclass(frozen=True)
class Handover:
    """What passed on when somebody left.

    Args:
        moment: When they left, in Unix seconds.
        owner: Number of who got each of the things then; -1 for what did not pass on.
    """

    moment: int
    owner: Integers


@lru_cache(maxsize=2)
def contact_handovers(settings: CompanySettings, today: date) -> tuple[Handover, ...]:
    """Of `crm_contacts` between SDRs, before 00:00 UTC of a date, by time."""
    crm = crm_contacts(settings, today)
    return _handovers(settings, today, "SDR", Draws(settings.seed, "crm_contacts", crm.number), crm.created)


@lru_cache(maxsize=4)
def account_handovers(settings: CompanySettings, today: date, role: str) -> tuple[Handover, ...]:
    """Of `crm_accounts` between account executives (AE) or customer success managers (CSM), before 00:00 UTC of a date, by time."""
    accounts = crm_accounts(settings, today)
    billed = np.where(accounts.billed < NEVER, accounts.billed, 0)
    since = accounts.created if role == "AE" else np.maximum(accounts.created, billed)
    return _handovers(settings, today, role, Draws(settings.seed, "crm_accounts", accounts.number), since)


def owner_at(first: Integers, passed: Sequence[Handover], index: Integers, moment: Integers) -> Integers:
    """Number of who had each thing at a moment.

    Args:
        first: Number of who had each of all things first.
        passed: All handovers, by time.
        index: Of the things that are asked about.
        moment: Of each of them, in Unix seconds.
    """
    found = first[index]
    for each in passed:
        now = each.owner[index]
        found = np.where((now >= 0) & (each.moment <= moment), now, found)
    return found


def _handovers(
    settings: CompanySettings, today: date, role: str, draws: Draws, since: Integers
) -> tuple[Handover, ...]:
    people = sales_people(settings, today)
    found: list[Handover] = []
    for moment in sorted(each.left for each in people if each.role == role and each.left < NEVER):
        # As it looked then: nobody who left later had left.
        as_of = tuple(replace(each, left=int(NEVER)) if each.left > moment else each for each in people)
        owned = owners(as_of, role, draws, since)
        found.append(Handover(moment, np.where((owned.since == moment) & (since < moment), owned.owner, -1)))
    return tuple(found)
