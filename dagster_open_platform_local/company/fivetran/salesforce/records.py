"""What every record of Salesforce has: an id, who made it and when, who changed it and when.

What belongs here: that, and the facts that all tables are made from. What does not: the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform_local.company.commercial.accounts import CrmAccounts, crm_accounts
from dagster_open_platform_local.company.commercial.contacts import CrmContacts, crm_contacts
from dagster_open_platform_local.company.commercial.deals import Deals, deals
from dagster_open_platform_local.company.commercial.staff import SalesPerson, sales_people
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids, user_ids
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, Mask, choice, moments
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "salesforce"
COUNTRY_NAMES = {
    "US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France", "NL": "Netherlands", "CA": "Canada",
    "AU": "Australia", "IN": "India", "BR": "Brazil", "SE": "Sweden", "ES": "Spain", "IL": "Israel", "SG": "Singapore",
    "JP": "Japan", "PL": "Poland", "CH": "Switzerland",
}  # fmt: skip
LEAD_SOURCES = (
    "Web",
    "Paid Search",
    "Paid Social",
    "Newsletter",
    "Event",
    "Webinar",
    "Outbound",
    "Product Sign-up",
)
_SOURCE_OF_CHANNEL = {
    "google": "Paid Search",
    "bing": "Paid Search",
    "linkedin": "Paid Social",
    "reddit": "Paid Social",
    "email": "Newsletter",
    "event": "Event",
    "webinar": "Webinar",
}
ADMINISTRATOR, PRODUCT_SYNC, HUBSPOT, OUTREACH, FIVETRAN = 1, 2, 3, 4, 5
"""Users that are no people."""


@dataclass(frozen=True)
class Crm:
    """The facts as of a date.

    Args:
        settings: The company's.
        today: The date.
        now: The same in Unix seconds.
        accounts: Of `company/commercial/`, as the rest.
        contacts: Users and leads.
        deals: All of them.
        people: Of sales, by number.
    """

    settings: CompanySettings
    today: date
    now: int
    accounts: CrmAccounts
    contacts: CrmContacts
    deals: Deals
    people: tuple[SalesPerson, ...]

    def draws(self, table: str, numbers: Integers) -> Draws:
        """The columns of a table of Salesforce's."""
        return Draws(self.settings.seed, f"salesforce_{table}", numbers)

    @cached_property
    def account_ids(self) -> pa.Array:
        """Of every account."""
        return salesforce_ids("account", self.accounts.number)

    @cached_property
    def contact_ids(self) -> pa.Array:
        """Of everybody in `contacts`; null for who is no contact."""
        return salesforce_ids("contact", self.contacts.number, ~self.contacts.is_contact)

    @cached_property
    def who_ids(self) -> pa.Array:
        """Of everybody in `contacts`: that of the contact, or else of the lead."""
        leads = salesforce_ids("lead", self.contacts.number)
        return pc.call_function("coalesce", [self.contact_ids, leads])

    @cached_property
    def deal_ids(self) -> pa.Array:
        """Of every deal."""
        return salesforce_ids("opportunity", self.deals.number)

    @cached_property
    def deals_by_account(self) -> tuple[Integers, Integers]:
        """Indices of the deals by account and time, and a key to search them by (`account_moments`)."""
        order = np.lexsort((self.deals.created, self.deals.account))
        return order, account_moments(self.deals.account[order], self.deals.created[order])


@lru_cache(maxsize=2)
def crm(settings: CompanySettings, today: date) -> Crm:
    """The facts as of 00:00 UTC of a date."""
    return Crm(
        settings,
        today,
        unix_seconds(today),
        crm_accounts(settings, today),
        crm_contacts(settings, today),
        deals(settings, today),
        sales_people(settings, today),
    )


def account_moments(account: Integers, moment: Integers) -> Integers:
    """Account and moment as one number that sorts as they do."""
    return (account << 34) | moment


def table(name: str, columns: Mapping[str, Values]) -> pa.Table:
    """A table of Salesforce's."""
    return assembled(SCHEMA, name, columns)


def picked(values: pa.Array, index: Integers) -> pa.Array:
    """Values by index; null for -1."""
    return values.take(pa.array(np.maximum(index, 0), mask=index < 0))


def audit(
    created: Integers,
    modified: Integers,
    creator: pa.Array,
    modifier: pa.Array | None = None,
    deleted: Mask | None = None,
) -> dict[str, Values]:
    """Who made each record and when, who last changed it and when, and that it is not deleted.

    Args:
        created: Unix seconds.
        modified: Unix seconds; who never changed it is when it was made.
        creator: Ids of users.
        modifier: Ids of users; None: the same.
        deleted: What is in the recycle bin; None: the table has no such column.
    """
    changed = np.maximum(modified, created)
    found: dict[str, Values] = {
        "created_by_id": creator,
        "created_date": moments(created),
        "last_modified_by_id": creator if modifier is None else modifier,
        "last_modified_date": moments(changed),
        "system_modstamp": moments(changed),
    }
    return found if deleted is None else {**found, "is_deleted": pa.array(deleted)}


def nothing_deleted(size: int) -> Mask:
    """Of records none of which is in the recycle bin."""
    return np.zeros(size, dtype=np.bool_)


def system_user(number: int, size: int) -> pa.Array:
    """The id of a user that is no person, for each of some records."""
    return pa.repeat(salesforce_ids("user", np.array([number], dtype=np.int64))[0], size)


def people_ids(number: Integers) -> pa.Array:
    """Ids of people of sales, by number; null for -1."""
    return picked(user_ids(np.arange(int(number.max(initial=0)) + 1, dtype=np.int64)), number)


def people_emails(crm: Crm) -> pa.Array:
    """Addresses of the people of sales, by number."""
    return pa.array([each.email for each in crm.people], pa.string())


def lead_sources(crm: Crm, channels: Sequence[str]) -> pa.Array:
    """How everybody in `contacts` was found: through their campaign, or else by a guess that somebody entered.

    Args:
        crm: The facts.
        channels: Of each campaign, by its index.
    """
    contacts = crm.contacts
    draws = crm.draws("lead_source", contacts.number)
    found = np.where(draws.chance("outbound", 0.4), LEAD_SOURCES.index("Outbound"), LEAD_SOURCES.index("Web"))
    found = np.where(contacts.is_lead, found, LEAD_SOURCES.index("Product Sign-up"))
    by_campaign = np.array(
        [LEAD_SOURCES.index(_SOURCE_OF_CHANNEL[each]) for each in channels], dtype=np.int64
    )
    known = contacts.campaign_index >= 0
    if by_campaign.size:
        found = np.where(known, by_campaign[np.maximum(contacts.campaign_index, 0)], found)
    return choice(LEAD_SOURCES, found, ~known & draws.chance("nothing", 0.1))


def phone_numbers(draws: Draws, absent: float) -> pa.Array:
    """Numbers that belong to nobody (555-01xx), as people type them."""
    forms = ("+1 {}-555-01{:02d}", "({}) 555-01{:02d}", "{}.555.01{:02d}", "1{}55501{:02d}")
    area, line = draws.below("area", 800) + 200, draws.below("line", 100)
    texts = [
        forms[form].format(one, other)
        for form, one, other in zip(
            draws.below("phone_form", 4).tolist(), area.tolist(), line.tolist(), strict=True
        )
    ]
    return pa.array(texts, pa.string(), mask=draws.chance("no_phone", absent))


def country_names(codes: pa.Array) -> pa.Array:
    """Names of countries by their codes."""
    return pa.array([COUNTRY_NAMES.get(each) for each in codes.to_pylist()], pa.string())
