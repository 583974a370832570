"""Whom the company knows by name: the users of its accounts, and leads.

What belongs here: people, as every commercial tool knows them. What does not: accounts (`accounts.py`), and what anybody said to them.

A user of an account's organization is a contact, from when both were there, with the address of `users.py`. A lead is somebody who
filled in a form, came to a stand or was found; some work for an account, and become contacts when an SDR converts them. The dirt:

- 2 % of the leads filled in another form later: another lead, the same name and address;
- 2 % of the addresses are in capitals, 8 % private ones, 25 % of the titles are missing;
- of a third of the leads nobody knows by which campaign they came; of users only the first of an organization has one.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import (
    TOOLS_SINCE_DAYS,
    CrmAccounts,
    crm_accounts,
)
from dagster_open_platform_local.company.commercial.campaigns import campaigns_before, sign_up_sources
from dagster_open_platform_local.company.commercial.staff import Ownership, owners, sales_people
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.people import person_names
from dagster_open_platform_local.company.product.columns import Integers, Mask, choice
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.product.happenings import Daily, daily, happens, pick_existing
from dagster_open_platform_local.company.settings import CompanySettings

FIRST_LEAD = 1 << 41
"""Among the people of `people.py`: lead k is person `FIRST_LEAD + k`."""
_LEADS_A_DAY = 5
_DAY = DAY_SECONDS
_AGAIN, _AT_ACCOUNT, _CONVERTED, _PRIVATE, _SHOUTED = 0.02, 0.65, 0.45, 0.08, 0.02
_CONVERT_GAPS = (3600, 2 * _DAY, 7 * _DAY, 20 * _DAY, 60 * _DAY)
TITLES = (
    "Data Engineer", "Senior Data Engineer", "Head of Data", "Analytics Engineer", "Staff Software Engineer", "VP Engineering",
    "CTO", "Data Platform Lead", "Machine Learning Engineer", "Director of Analytics", "Software Engineer", "Data Scientist",
)  # fmt: skip


@dataclass(frozen=True)
class CrmContacts:
    """People as of a date: users by id, then leads by number. Somebody is meant by their index in these arrays on that date.

    Args:
        number: Of each person, the same on every date: a user's is their id, a lead's is above `FIRST_LEAD`.
        user: Id of the user; 0 for a lead.
        account: Index in `crm_accounts` of the same date; -1: nobody knows where they work.
        first_name: Theirs.
        last_name: Theirs.
        email: Theirs, as it was typed.
        title: What they do; null where nobody knows.
        created: When they became known, in Unix seconds.
        converted: When a lead became a contact; `created` for a user; `NEVER` if a lead has not.
        left: When a user was deactivated; `NEVER` if not, and for leads.
        campaign: `utm_campaign` of the campaign that brought them; "" if none is known.
        campaign_index: The same as an index into `campaigns(settings)`; -1 if none is known.
        owners: The SDR.
    """

    number: Integers
    user: Integers
    account: Integers
    first_name: pa.Array
    last_name: pa.Array
    email: pa.Array
    title: pa.Array
    created: Integers
    converted: Integers
    left: Integers
    campaign: pa.Array
    campaign_index: Integers
    owners: Ownership

    @property
    def is_lead(self) -> Mask:
        """Who came as a lead, converted or not."""
        return self.user == 0

    @property
    def is_contact(self) -> Mask:
        """Who is a contact of an account: users and converted leads."""
        return self.converted < NEVER


@lru_cache(maxsize=2)
def crm_contacts(settings: CompanySettings, today: date) -> CrmContacts:
    """Everybody who is known as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found, accounts = directory(settings, today), crm_accounts(settings, today)
    account_of_user = accounts.of_organization(found.user_organization)
    user = np.flatnonzero(account_of_user >= 0)
    leads = daily(settings, "crm_leads", today, _LEADS_A_DAY, -TOOLS_SINCE_DAYS)
    lead_account = _lead_accounts(settings, leads, accounts)
    account = np.concatenate([account_of_user[user], lead_account])
    number = np.concatenate([user + 1, FIRST_LEAD + leads.ids])
    user_created = np.maximum(found.user_created[user], accounts.created[account_of_user[user]])
    created = np.concatenate([user_created, leads.created])
    draws = Draws(settings.seed, "crm_contacts", number)
    converted = happens(draws, "converted", _CONVERTED, created, _CONVERT_GAPS)
    converted = np.where((account >= 0) & (converted < found.now), converted, NEVER)
    names = _users(found, user), _leads(settings, leads, lead_account, accounts)
    first_name, last_name, email = (
        pa.concat_arrays([names[0][column], names[1][column]]) for column in range(3)
    )
    campaign = np.concatenate([_user_campaigns(found, user), _lead_campaigns(settings, today, leads)])
    slugs = [each.utm_campaign for each in campaigns_before(settings, today)]
    return CrmContacts(
        number=number,
        user=np.where(number < FIRST_LEAD, number, 0),
        account=account,
        first_name=first_name,
        last_name=last_name,
        email=email,
        title=choice(TITLES, draws.below("title", len(TITLES)), draws.chance("no_title", 0.25)),
        created=created,
        converted=np.where(number < FIRST_LEAD, created, converted),
        left=np.concatenate([found.user_left[user], np.full(leads.ids.size, NEVER)]),
        campaign=choice(["", *slugs], campaign + 1),
        campaign_index=campaign,
        owners=owners(sales_people(settings, today), "SDR", draws, created),
    )


def _original(settings: CompanySettings, leads: Daily) -> Integers:
    """The lead that each one really is: itself, or an earlier one."""
    draws = Draws(settings.seed, "crm_leads", leads.ids)
    return np.where(draws.chance("again", _AGAIN), 1 + draws.below_each("original", leads.ids), leads.ids)


def _lead_accounts(settings: CompanySettings, leads: Daily, accounts: CrmAccounts) -> Integers:
    """The prospect that each lead works for; -1 if nobody knows."""
    prospects = np.flatnonzero(accounts.organization == 0)
    original = _original(settings, leads)
    draws = Draws(settings.seed, "crm_leads", original)
    born = leads.created[original - 1]
    picked = pick_existing(draws, "account", accounts.created[prospects], born)
    at_account = draws.chance("at_account", _AT_ACCOUNT) & (picked >= 0)
    found = np.full(leads.ids.size, -1, dtype=np.int64)
    found[at_account] = prospects[picked[at_account]]
    return found


def _users(found: Directory, user: Integers) -> tuple[pa.Array, ...]:
    chosen = pa.array(user)
    return tuple(
        found.users[name].combine_chunks().take(chosen) for name in ("first_name", "last_name", "email")
    )


def _leads(
    settings: CompanySettings, leads: Daily, account: Integers, accounts: CrmAccounts
) -> tuple[pa.Array, ...]:
    """First names, last names and addresses. The number in an address is that of the lead; users' have no dash."""
    original = _original(settings, leads)
    draws = Draws(settings.seed, "crm_leads", original)
    private = (account < 0) | draws.chance("private", _PRIVATE)
    shouted = Draws(settings.seed, "crm_leads", leads.ids).chance("shouted", _SHOUTED)
    names = person_names(settings.seed, FIRST_LEAD + original)
    domains = accounts.domain.take(pa.array(account, mask=account < 0)).to_pylist()
    addresses: list[str] = []
    for i, ((first, last), number) in enumerate(zip(names, original.tolist(), strict=True)):
        name = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
        address = f"{name}-{number}@{'mail.example.org' if private[i] else domains[i]}"
        addresses.append(address.upper() if shouted[i] else address)
    return (
        pa.array([first for first, _ in names], pa.string()),
        pa.array([last for _, last in names], pa.string()),
        pa.array(addresses, pa.string()),
    )


def _user_campaigns(found: Directory, user: Integers) -> Integers:
    organization = found.user_organization[user] - 1
    sources = sign_up_sources(found.settings, found.today).campaign
    return np.where(found.founders[organization] == user + 1, sources[organization], -1)


def _lead_campaigns(settings: CompanySettings, today: date, leads: Daily) -> Integers:
    """One of the campaigns that ran on the day on which each lead came."""
    known = campaigns_before(settings, today)
    epoch = settings.epoch.toordinal()
    start = np.array([each.start.toordinal() - epoch for each in known], dtype=np.int64)
    end = np.array([each.end.toordinal() - epoch if each.end else NEVER for each in known], dtype=np.int64)
    days, place = np.unique(leads.day, return_inverse=True)
    running = (start[None, :] <= days[:, None]) & (days[:, None] <= end[None, :])
    count = running.sum(axis=1)[place]
    draws = Draws(settings.seed, "crm_leads", leads.ids)
    rank = draws.below_each("campaign", np.maximum(count, 1))
    # Column of the n-th campaign that runs on each day: those that run come first, by number.
    in_order = (
        np.argsort(~running, axis=1, kind="stable") if known else np.zeros((days.size, 1), dtype=np.int64)
    )
    is_known = draws.chance("campaign_known", 2 / 3) & (count > 0)
    return np.where(is_known, in_order[place, rank], -1)
