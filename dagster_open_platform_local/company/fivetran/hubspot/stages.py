"""How far contacts and companies have come on the way to customers.

What belongs here: the stages of the life cycle and when each was reached. What does not: deals' stages (`sales.py`).

HubSpot never lets a stage go back: who cancelled stays a customer.
"""

from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.commercial.contacts import crm_contacts
from dagster_open_platform_local.company.commercial.deals import deals
from dagster_open_platform_local.company.fivetran.hubspot.audience import audience
from dagster_open_platform_local.company.fivetran.hubspot.firms import firms
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, known_where, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice
from dagster_open_platform_local.company.product.happenings import happens
from dagster_open_platform_local.company.settings import CompanySettings

STAGES = ("lead", "marketingqualifiedlead", "opportunity", "customer")
_QUALIFIES = 0.4
_DAY = DAY_SECONDS


def _first_deals(settings: CompanySettings, today: date) -> Integers:
    """When each account got its first deal, in Unix seconds; `NEVER` if it has none."""
    found, sold = np.full(crm_accounts(settings, today).number.size + 1, NEVER), deals(settings, today)
    np.minimum.at(found, sold.account, sold.created)
    return found


def _as_reached(moments: list[Integers], created: Integers, until: "Integers | int") -> NDArray[np.int64]:
    """A row a stage: none before the object was made, none after a later one, none that had not come by some moment."""
    stacked = np.maximum(np.stack(moments), created[None, :])
    reached = np.minimum.accumulate(stacked[::-1], axis=0)[::-1]
    return np.where(reached < until, reached, NEVER)


@lru_cache(maxsize=2)
def contact_stages(settings: CompanySettings, today: date) -> NDArray[np.int64]:
    """When each contact reached each stage, in Unix seconds, a row a stage; `NEVER` if it has not."""
    people, accounts, crm = (
        audience(settings, today),
        crm_accounts(settings, today),
        crm_contacts(settings, today),
    )
    draws = people.draws(settings, "hubspot_stages")
    qualified = happens(
        draws, "qualified", _QUALIFIES, people.created, (3600, 2 * _DAY, 12 * _DAY, 80 * _DAY)
    )
    known = people.crm >= 0
    converted = known_where(known, crm.converted, people.crm, NEVER)
    has_account = people.account >= 0
    billed = known_where(has_account, accounts.billed, people.account, NEVER)
    sold = known_where(has_account, _first_deals(settings, today), people.account, NEVER)
    belongs = has_account & (converted < NEVER)
    return _as_reached(
        [
            people.created,
            np.minimum(qualified, converted),
            np.where(belongs, np.maximum(sold, converted), NEVER),
            np.where(belongs, np.maximum(billed, converted), NEVER),
        ],
        people.created,
        np.minimum(people.gone, unix_seconds(today)),
    )


@lru_cache(maxsize=2)
def company_stages(settings: CompanySettings, today: date) -> NDArray[np.int64]:
    """When each company reached each stage, in Unix seconds, a row a stage; `NEVER` if it has not."""
    found, accounts = firms(settings, today), crm_accounts(settings, today)
    has_account, account = found.account >= 0, np.maximum(found.account, 0)
    doubled = accounts.duplicate_of[account] >= 0
    return _as_reached(
        [
            found.created,
            np.where(has_account, accounts.created[account], NEVER),
            np.where(has_account, _first_deals(settings, today)[account], NEVER),
            np.where(has_account & ~doubled, accounts.billed[account], NEVER),
        ],
        found.created,
        unix_seconds(today),
    )


def current(reached: NDArray[np.int64]) -> pa.Array:
    """The name of the stage that each one has now."""
    return choice(STAGES, (reached < NEVER).sum(axis=0) - 1)
