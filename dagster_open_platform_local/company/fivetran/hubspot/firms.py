"""Who is a company in HubSpot.

What belongs here: which, since when, and which of them somebody belongs to by the domain of their address. What does not: the tables.

Every account of `commercial/accounts.py` is one, by Salesforce; every other organization is one by the domain of its people, unless
another one had that domain before. An organization that becomes an account stays the company it was.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import crm_accounts, tools_since
from dagster_open_platform_local.company.fivetran.hubspot.audience import audience
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, known_where
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.settings import CompanySettings

ACCOUNT_NUMBERS = 4
"""The number of an organization's account is its id times this (`CrmAccounts.number`); HubSpot's companies go by it."""


@dataclass(frozen=True)
class Firms:
    """Companies as of a date, by the time they were made. A company is meant by its index in these arrays on that date.

    Args:
        number: Of each, the same on every date.
        account: Index in `crm_accounts` of the same date; -1: none.
        organization: Id of its organization; 0 for a prospect.
        name: As it was entered.
        domain: Of its people's addresses.
        created: Unix seconds.
        of_contact: Index of the company of each contact of the audience; -1: none.
        people: How many contacts each one has.
        of_account: Index of the company of each account; every account has one.
    """

    number: Integers
    account: Integers
    organization: Integers
    name: pa.Array
    domain: pa.Array
    created: Integers
    of_contact: Integers
    people: Integers
    of_account: Integers


@lru_cache(maxsize=2)
def firms(settings: CompanySettings, today: date) -> Firms:
    """Every company as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found, accounts = directory(settings, today), crm_accounts(settings, today)
    others = _other_organizations(found, accounts.organization)
    organizations = found.organizations.combine_chunks()
    chosen = pa.array(others - 1)
    number = np.concatenate([accounts.number, others * ACCOUNT_NUMBERS])
    organization = np.concatenate([accounts.organization, others])
    account = np.concatenate([np.arange(accounts.number.size), np.full(others.size, -1)])
    made = np.concatenate([accounts.created, np.full(others.size, NEVER)])
    signed_up = known_where(organization > 0, found.created, organization - 1, NEVER)
    # An account that doubles another is only known from when sales entered it.
    signed_up = np.where(number % 2 == 1, NEVER, signed_up)
    start = tools_since(settings) + Draws(settings.seed, "hubspot_companies", number).below("import", 5400)
    created = np.maximum(np.minimum(made, signed_up), start)
    order = np.lexsort((number, created))
    order = order[created[order] < found.now]
    name, domain = (
        pa.concat_arrays([kept, organizations[column].combine_chunks().take(chosen)]).take(pa.array(order))
        for kept, column in ((accounts.name, "name"), (accounts.domain, "domain"))
    )
    people = audience(settings, today)
    of_contact = _by_domain(domain.to_pylist(), people.domain.to_pylist())
    of_account = np.full(accounts.number.size, -1, dtype=np.int64)
    with_account = np.flatnonzero(account[order] >= 0)
    of_account[account[order][with_account]] = with_account
    return Firms(
        number=number[order],
        account=account[order],
        organization=organization[order],
        name=name,
        domain=domain,
        created=created[order],
        of_contact=of_contact,
        people=np.bincount(of_contact[(of_contact >= 0) & people.is_there], minlength=order.size),
        of_account=of_account,
    )


def _other_organizations(found: Directory, with_account: Integers) -> Integers:
    """Ids of the organizations that are no accounts, but for internal ones and those whose domain an earlier one has."""
    domains = found.organizations["domain"].combine_chunks().dictionary_encode().indices.to_numpy()
    _, first = np.unique(domains, return_index=True)
    is_first = np.zeros(domains.size, dtype=np.bool_)
    is_first[first] = True
    is_account = np.isin(np.arange(1, domains.size + 1), with_account)
    internal = found.organizations["is_internal"].to_numpy()
    return np.flatnonzero(is_first & ~is_account & ~internal) + 1


def _by_domain(domains: list[str], wanted: list[str]) -> Integers:
    """Index of the first one that has each wanted domain; -1 if none has."""
    place = {domain: index for index, domain in reversed(list(enumerate(domains)))}
    return np.array([place.get(each, -1) for each in wanted], dtype=np.int64)
