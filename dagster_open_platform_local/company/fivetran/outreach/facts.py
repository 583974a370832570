"""Who is engaged in Outreach: the facts that all tables are made from.

What belongs here: who is a prospect. What does not: what happened to them (`engagement.py`, `mailings.py`), tables.

Most leads and a third of the users of the company's accounts are prospects, from minutes to hours after Salesforce has them.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dagster_open_platform_local.company.commercial.contacts import FIRST_LEAD
from dagster_open_platform_local.company.fivetran.outreach.engagement import States, Steps, engaged
from dagster_open_platform_local.company.fivetran.outreach.mailings import Mailings, mailings
from dagster_open_platform_local.company.fivetran.salesforce.records import Crm, crm
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

SINCE_DAYS = 540
"""Days before the epoch since which the company uses Outreach."""
SCHEMA = "outreach"
_DAY = DAY_SECONDS
_LEADS, _USERS = 0.85, 0.35


@dataclass(frozen=True)
class Facts:
    """The facts as of a date.

    Args:
        crm: What Salesforce knows.
        prospect: Index into `crm.contacts` of each prospect, by that.
        prospect_id: Its id in Outreach, the same on every date.
        added: When it was added, in Unix seconds.
        states: Who was put into which sequence.
        steps: The steps that have come.
        mailings: What became of those that are mailings.
    """

    crm: Crm
    prospect: Integers
    prospect_id: Integers
    added: Integers
    states: States
    steps: Steps
    mailings: Mailings


@lru_cache(maxsize=2)
def facts(settings: CompanySettings, today: date) -> Facts:
    """The facts as of 00:00 UTC of a date."""
    known = crm(settings, today)
    contacts = known.contacts
    draws = known.draws("outreach_prospect", contacts.number)
    since = unix_seconds(settings.epoch) - SINCE_DAYS * _DAY
    added = np.maximum(contacts.created, since) + draws.quantile("lag", (300, 900, 3600, 6 * 3600))
    chosen = np.where(contacts.is_lead, draws.chance("lead", _LEADS), draws.chance("user", _USERS))
    prospect = np.flatnonzero(chosen & (added < known.now))
    number = contacts.number[prospect]
    ids = np.where(number < FIRST_LEAD, number * 2, (number - FIRST_LEAD) * 2 + 1)
    states, steps = engaged(known, prospect, ids, added[prospect])
    return Facts(known, prospect, ids, added[prospect], states, steps, mailings(known, states, steps))
