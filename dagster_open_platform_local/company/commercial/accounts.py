"""Whom the company sells to: its customers, those who only signed up, and prospects who never did.

What belongs here: the accounts that every commercial tool knows, and since when. What does not: people (`contacts.py`), money
(`deals.py`), how a tool shows them (`company/fivetran/<tool>/`).

An organization becomes an account when it matters: with its fifth user, the plan PRO or ENTERPRISE, or a billing address. Once
there it stays. Internal test organizations never come. The dirt in it:

- accounts that were there before the tools came are as old as the tools: imported within an hour;
- 2 % of the organizations are there twice, entered again by somebody else with another spelling and the same domain; after some
  weeks half of these are merged into the first one, and gone;
- the same company that signed up twice is two accounts of one domain;
- prospects lack a country or a number of employees more often than customers do;
- names are what they were when the account was made.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.staff import Ownership, owners, sales_people
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, known_where, unix_seconds
from dagster_open_platform_local.company.names import ORGANIZATION_SUFFIXES, people_names
from dagster_open_platform_local.company.organizations import PLANS, plans
from dagster_open_platform_local.company.product.accounts import billing_begun
from dagster_open_platform_local.company.product.columns import Integers, Mask, choice, either, joined
from dagster_open_platform_local.company.product.directory import Directory, directory
from dagster_open_platform_local.company.product.happenings import daily
from dagster_open_platform_local.company.settings import CompanySettings

TOOLS_SINCE_DAYS = 860
"""Days before the epoch since which sales has tools."""
LARGE = PLANS.index("PRO")
"""From this plan on an organization is an account."""
_USERS_OF_AN_ACCOUNT = 5
_DAY = DAY_SECONDS
_PROSPECTS_A_DAY = 2
_ENTERED_AGAIN, _MERGED = 0.02, 0.5
_COUNTRIES = ("US", "GB", "DE", "FR", "NL", "CA", "AU", "IN", "BR", "SE", "ES", "IL", "SG", "JP", "PL", "CH")
_COUNTRY_WEIGHTS = thresholds([52, 9, 8, 5, 3, 5, 3, 3, 2, 2, 2, 1, 2, 1, 1, 1])
_EMPLOYEES = (20, 80, 200, 500, 1200, 4000, 30000)
_INDUSTRIES = {
    "Bank": "Banking",
    "Biotech": "Biotechnology",
    "Capital": "Finance",
    "Commerce": "Retail",
    "Energy": "Energy",
    "Foods": "Food & Beverage",
    "Games": "Entertainment",
    "Health": "Healthcare",
    "Insurance": "Insurance",
    "Logistics": "Transportation",
    "Media": "Media",
    "Mobility": "Transportation",
    "Networks": "Telecommunications",
    "Pharma": "Biotechnology",
    "Retail": "Retail",
    "Travel": "Hospitality",
    "Ventures": "Finance",
}
"""By the last word of the name; everybody else is in technology. The values are of Salesforce's standard picklist."""


@dataclass(frozen=True)
class CrmAccounts:
    """Accounts as of a date, by the time they were made. An account is meant by its index in these arrays on that date.

    Args:
        number: Of each account, the same on every date: never given to another.
        organization: Id of its organization; 0 for a prospect.
        public_id: Of its organization; null for a prospect.
        name: As it was entered.
        domain: Of its web site and e-mail addresses.
        country: ISO 3166-1 alpha-2; null where nobody knows.
        employees: How many; null where nobody knows.
        industry: One of Salesforce's.
        plan: Of its organization now; null for a prospect.
        created: When the account was made, in Unix seconds.
        signed_up: When its organization signed up; `NEVER` for a prospect.
        billed: When its organization gave a billing address; `NEVER` if it has not.
        canceled: When its organization canceled; `NEVER` if it has not.
        changed: When anything of it last changed.
        owners: The account executive.
        managers: The customer success manager; means something only where `billed` does.
        duplicate_of: Index of the account that it doubles; -1: none.
    """

    number: Integers
    organization: Integers
    public_id: pa.Array
    name: pa.Array
    domain: pa.Array
    country: pa.Array
    employees: pa.Array
    industry: pa.Array
    plan: pa.Array
    created: Integers
    signed_up: Integers
    billed: Integers
    canceled: Integers
    changed: Integers
    owners: Ownership
    managers: Ownership
    duplicate_of: Integers

    @property
    def is_customer(self) -> Mask:
        """Who pays now."""
        return (self.billed < NEVER) & (self.canceled >= NEVER)

    def of_organization(self, organization: Integers) -> Integers:
        """Index of the account of each of some organizations, by id: the first one of two; -1 if it has none."""
        mask = (self.organization > 0) & (self.duplicate_of < 0)
        most = max(int(self.organization.max(initial=0)), int(organization.max(initial=0)))
        found = np.full(most + 1, -1, dtype=np.int64)
        found[self.organization[mask]] = np.flatnonzero(mask)
        return found[organization]


def tools_since(settings: CompanySettings) -> int:
    """When sales got tools, in Unix seconds."""
    return unix_seconds(settings.epoch) - TOOLS_SINCE_DAYS * _DAY


@lru_cache(maxsize=2)
def crm_accounts(settings: CompanySettings, today: date) -> CrmAccounts:
    """Every account as of 00:00 UTC of a date.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found = directory(settings, today)
    since = _important_since(found)
    organization = np.flatnonzero(since < NEVER) + 1
    prospects = daily(settings, "crm_prospects", today, _PROSPECTS_A_DAY, -TOOLS_SINCE_DAYS)
    number = np.concatenate([organization * 4, prospects.ids * 4 + 2])
    draws = Draws(settings.seed, "crm_accounts", number)
    start = tools_since(settings) + draws.below("import", 3600)
    created = np.maximum(np.concatenate([since[organization - 1], prospects.created]), start)
    again, entered, merged = _entered_again(draws, number, created)
    again, entered = again[merged >= found.now], entered[merged >= found.now]
    number, created = np.concatenate([number, number[again] + 1]), np.concatenate([created, entered])
    order = np.lexsort((number, created))
    order = order[created[order] < found.now]
    return _described(found, number[order], created[order])


def _important_since(found: Directory) -> Integers:
    """When each organization became an account, in Unix seconds; `NEVER` if it has not."""
    ids = np.arange(1, found.created.size + 1, dtype=np.int64)
    draws = found.draws("organizations", ids)
    first, _ = plans(draws, found.created, found.created)
    now, changed = plans(draws, found.created, found.now)
    by_plan = np.where(first >= LARGE, found.created, np.where(now >= LARGE, changed, NEVER))
    since = np.minimum(np.minimum(by_plan, billing_begun(found)), _nth_user(found, _USERS_OF_AN_ACCOUNT))
    internal = found.organizations["is_internal"].to_numpy()
    return np.where(internal, NEVER, since)


def _nth_user(found: Directory, count: int) -> Integers:
    """When so many users had joined each organization, in Unix seconds; `NEVER` if they have not."""
    order = np.argsort(found.user_organization, kind="stable")
    organization = found.user_organization[order]
    place = np.arange(order.size) - np.searchsorted(organization, organization)
    moment = np.full(found.created.size, NEVER)
    moment[organization[place == count - 1] - 1] = found.user_created[order[place == count - 1]]
    return moment


@dataclass(frozen=True)
class MergedAccounts:
    """Accounts that are no longer there, because somebody found that another one is the same company.

    Args:
        number: Of each, as in `CrmAccounts`; never that of another.
        survivor: Index in `crm_accounts` of the one that is still there.
        name: As it was entered.
        created: When it was made, in Unix seconds.
        merged: When it was merged into the other, in Unix seconds.
    """

    number: Integers
    survivor: Integers
    name: pa.Array
    created: Integers
    merged: Integers


def merged_accounts(settings: CompanySettings, today: date) -> MergedAccounts:
    """What was merged before 00:00 UTC of a date, by number.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    accounts, now = crm_accounts(settings, today), unix_seconds(today)
    draws = Draws(settings.seed, "crm_accounts", accounts.number)
    again, entered, merged = _entered_again(draws, accounts.number, accounts.created)
    order = np.argsort(accounts.number[again])
    order = order[merged[order] < now]
    survivor = again[order]
    number = accounts.number[survivor] + 1
    names = _as_entered(
        Draws(settings.seed, "crm_accounts", number),
        accounts.name.take(pa.array(survivor)),
        np.ones(number.size, dtype=np.bool_),
    )
    return MergedAccounts(number, survivor, names, entered[order], merged[order])


def _entered_again(draws: Draws, number: Integers, created: Integers) -> tuple[Integers, Integers, Integers]:
    """Index of the organizations' accounts that are there twice, when they are entered again, and when merged (or `NEVER`)."""
    entered = created + draws.quantile("again_gap", (_DAY, 30 * _DAY, 120 * _DAY, 300 * _DAY))
    merged = np.where(
        draws.chance("merged", _MERGED),
        entered + draws.quantile("merged_gap", (5 * _DAY, 20 * _DAY, 60 * _DAY)),
        NEVER,
    )
    again = np.flatnonzero(draws.chance("again", _ENTERED_AGAIN) & (number % 4 == 0))
    return again, entered[again], merged[again]


def _described(found: Directory, number: Integers, created: Integers) -> CrmAccounts:
    is_organization = number % 4 < 2
    index = np.where(is_organization, number // 4 - 1, 0)
    billed = known_where(is_organization, billing_begun(found), index, NEVER)
    people, draws = sales_people(found.settings, found.today), found.draws("crm_accounts", number)
    owned = owners(people, "AE", draws, created)
    managed = owners(people, "CSM", draws, np.where(billed < NEVER, np.maximum(created, billed), created))
    changed = known_where(is_organization, found.changed, index, 0)
    for moment in (created, owned.since, np.where(billed < NEVER, managed.since, 0)):
        changed = np.maximum(changed, moment)
    by_number = np.argsort(number)
    first = by_number[np.searchsorted(number[by_number], number // 2 * 2)]
    names = _identities(found, number, is_organization, index)
    industry = [_INDUSTRIES.get(each.rpartition(" ")[2], "Technology") for each in names["name"].to_pylist()]
    return CrmAccounts(
        number=number,
        organization=np.where(is_organization, number // 4, 0),
        **{**names, "name": _as_entered(draws, names["name"], number % 2 == 1)},
        industry=pa.array(industry, pa.string()),
        created=created,
        signed_up=known_where(is_organization, found.created, index, NEVER),
        billed=billed,
        canceled=known_where(is_organization, found.canceled, index, NEVER),
        changed=changed,
        owners=owned,
        managers=managed,
        duplicate_of=np.where(number % 2 == 1, first, -1),
    )


def _identities(
    found: Directory, number: Integers, is_organization: Mask, index: Integers
) -> dict[str, pa.Array]:
    """What organizations said of themselves when they signed up, and what sales knows of prospects."""
    taken = {
        name: found.organizations[name].combine_chunks().take(pa.array(index, mask=~is_organization))
        for name in ("public_id", "name", "domain", "country", "employee_count", "plan")
    }
    draws = found.draws("crm_accounts", number)
    names, domains = _prospects(found.settings, number // 4)
    country = choice(_COUNTRIES, draws.pick("country", _COUNTRY_WEIGHTS), draws.chance("no_country", 0.15))
    employees = pa.array(draws.quantile("employees", _EMPLOYEES), mask=draws.chance("no_employees", 0.3))
    return {
        "public_id": taken["public_id"],
        "name": either(is_organization, taken["name"], names),
        "domain": either(is_organization, taken["domain"], domains),
        "country": either(is_organization, taken["country"], country),
        "employees": either(is_organization, taken["employee_count"], employees),
        "plan": taken["plan"],
    }


def _as_entered(draws: Draws, name: pa.Array, again: Mask) -> pa.Array:
    """What the second one typed: in capitals, with a legal form, or with a blank too many."""
    way = draws.below("spelling", 3)
    typed = [
        (each.upper(), f"{each}, Inc.", each.replace(" ", "  "))[kind] if twice else each
        for each, kind, twice in zip(name.to_pylist(), way.tolist(), again.tolist(), strict=True)
    ]
    return pa.array(typed, pa.string())


def _prospects(settings: CompanySettings, ids: Integers) -> tuple[pa.Array, pa.Array]:
    """Name and domain of prospects. The top-level domain is one that nobody who signed up has."""
    draws = Draws(settings.seed, "crm_prospects_names", ids)
    surnames = people_names(settings.seed)[1]
    word = choice(surnames, draws.below("word", len(surnames)))
    kind = choice(ORGANIZATION_SUFFIXES, draws.below("suffix", len(ORGANIZATION_SUFFIXES)))
    slugs = ["".join(c for c in each.lower() if c.isascii() and c.isalnum()) for each in surnames]
    slug = choice(slugs, draws.below("word", len(surnames)))
    return joined(word, " ", kind), joined(slug, "-", ids, ".example.net")
