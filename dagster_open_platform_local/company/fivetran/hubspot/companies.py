"""Tables of companies.

What belongs here: company, its history, and lists of companies. What does not: who is a company (`firms.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import crm_accounts, tools_since
from dagster_open_platform_local.company.commercial.deals import deals
from dagster_open_platform_local.company.commercial.handovers import account_handovers
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.hubspot.contacts import COUNTRIES
from dagster_open_platform_local.company.fivetran.hubspot.firms import Firms, firms
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    PORTAL,
    SCHEMA,
    Changes,
    company_ids,
    history,
    moment_of,
    owner_ids,
)
from dagster_open_platform_local.company.fivetran.hubspot.stages import STAGES, company_stages, current
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER, known_where
from dagster_open_platform_local.company.product.columns import (
    Integers,
    Mask,
    choice,
    either,
    joined,
    moments,
)
from dagster_open_platform_local.company.product.directory import directory
from dagster_open_platform_local.company.settings import CompanySettings

_LISTS = ((7_001, "Customers"), (7_002, "Enterprise"))
_THOUSANDS_A_HEAD = (60, 110, 160, 240, 420)
"""Revenue by employee, in dollars."""


def company_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    who = firms(settings, today)
    reached = company_stages(settings, today)
    columns: dict[str, Values] = {
        "id": company_ids(who.number),
        "property_hs_object_id": company_ids(who.number),
        "portal_id": np.full(who.number.size, PORTAL),
        "is_deleted": np.zeros(who.number.size, dtype=np.bool_),
        "property_name": who.name,
        "property_domain": who.domain,
        "property_website": joined("https://www.", who.domain),
        "property_createdate": moments(who.created),
        "property_lifecyclestage": current(reached),
        "property_type": choice(("PROSPECT", "CUSTOMER"), (reached[-1] < NEVER).astype(np.int64)),
        "property_num_associated_contacts": who.people,
        "property_hs_object_source_label": choice(
            ("CONTACTS", "SALESFORCE"), (who.account >= 0).astype(np.int64)
        ),
        **_described(settings, today, who),
        **_of_accounts(settings, today, who),
    }
    return {
        "company": assembled(SCHEMA, "company", columns),
        "company_property_history": _history(settings, today, who),
        **_lists(settings, today, who),
    }


def _described(settings: CompanySettings, today: date, who: Firms) -> dict[str, Values]:
    """What the account says, or what the organization itself said at sign-up."""
    found, accounts = directory(settings, today), crm_accounts(settings, today)
    has_account, has_organization = who.account >= 0, who.organization > 0
    account = pa.array(np.maximum(who.account, 0), mask=~has_account)
    organization = pa.array(np.maximum(who.organization, 1) - 1, mask=~has_organization)
    orgs = found.organizations.combine_chunks()
    country = either(
        has_account, accounts.country.take(account), orgs["country"].combine_chunks().take(organization)
    )
    employees = either(
        has_account,
        accounts.employees.take(account),
        orgs["employee_count"].combine_chunks().take(organization),
    )
    draws = Draws(settings.seed, "hubspot_companies", who.number)
    a_head = np.array(_THOUSANDS_A_HEAD)[draws.below("revenue", len(_THOUSANDS_A_HEAD))] * 1_000
    unknown = employees.is_null().to_numpy(zero_copy_only=False) | draws.chance("no_revenue", 0.4)
    signed_up = known_where(has_organization, found.created, who.organization - 1, NEVER)
    return {
        "property_country": pa.array(
            [None if each is None else COUNTRIES[each][0] for each in country.to_pylist()], pa.string()
        ),
        "property_numberofemployees": employees,
        "property_annualrevenue": pa.array(employees.fill_null(0).to_numpy() * a_head, mask=unknown),
        "property_industry": accounts.industry.take(account),
        "property_organization_id": pa.array(who.organization, mask=~has_organization),
        "property_organization_public_id": orgs["public_id"].combine_chunks().take(organization),
        "property_dagster_plan": orgs["plan"].combine_chunks().take(organization),
        "property_signed_up_at": moments(signed_up),
    }


def _of_accounts(settings: CompanySettings, today: date, who: Firms) -> dict[str, Values]:
    """What comes from Salesforce."""
    accounts, sold = crm_accounts(settings, today), deals(settings, today)
    none, account = who.account < 0, np.maximum(who.account, 0)
    size = accounts.number.size
    first, last = np.full(size, NEVER), np.full(size, -1)
    np.minimum.at(first, sold.account, sold.created)
    won = np.flatnonzero(sold.is_won)
    won = won[np.argsort(sold.close[won], kind="stable")]
    # The last assignment stays: that of the latest close date.
    last[sold.account[won]] = won
    recent, total = np.where(none, -1, last[account]), np.zeros(size, dtype=np.int64)
    np.add.at(total, sold.account[won], sold.amount_cents[won])
    changed = np.maximum(who.created, np.where(none, 0, accounts.changed[account]))
    return {
        "property_salesforceaccountid": salesforce_ids("account", accounts.number[account], none),
        "property_salesforcelastsynctime": moments(np.where(none, NEVER, changed)),
        "property_hs_lastmodifieddate": moments(changed),
        "property_hubspot_owner_id": pa.array(owner_ids(accounts.owners.owner[account]), mask=none),
        "property_hubspot_owner_assigneddate": moments(
            np.where(none, NEVER, np.maximum(accounts.owners.since[account], who.created))
        ),
        "property_num_associated_deals": np.where(
            none, 0, np.bincount(sold.account, minlength=size)[account]
        ),
        "property_first_deal_created_date": moments(np.where(none, NEVER, first[account])),
        "property_recent_deal_amount": pa.array(
            known_where(recent >= 0, sold.amount_cents, recent, 0) / 100, mask=recent < 0
        ),
        "property_recent_deal_close_date": moments(known_where(recent >= 0, sold.close, recent, NEVER)),
        "property_total_revenue": pa.array(total[account] / 100, mask=none | (recent < 0)),
    }


def _history(settings: CompanySettings, today: date, who: Firms) -> pa.Table:
    # Sales' second entry of an organization would be gone when it is merged, with what it was.
    doubles = who.number % 2 == 1
    return history(
        "company_property_history",
        "company_id",
        company_ids(who.number),
        [
            *(
                Changes("lifecyclestage", np.where(doubles, NEVER, moment), stage, "CALCULATED")
                for stage, moment in zip(STAGES, company_stages(settings, today), strict=True)
            ),
            *_owners(settings, today, who, (who.account >= 0) & ~doubles),
        ],
    )


def _owners(settings: CompanySettings, today: date, who: Firms, mask: Mask) -> Iterator[Changes]:
    """Who had each account among those that are marked."""
    accounts, account = crm_accounts(settings, today), np.maximum(who.account, 0)
    given = np.where(mask, np.maximum(accounts.created[account], who.created), NEVER)
    first = pa.array(owner_ids(accounts.owners.first[account])).cast(pa.string())
    yield Changes("hubspot_owner_id", given, first, "INTEGRATION")
    for each in account_handovers(settings, today, "AE"):
        owner = each.owner[account]
        passed = np.where(mask & (owner >= 0), np.maximum(given, each.moment), NEVER)
        now = pa.array(owner_ids(owner)).cast(pa.string())
        yield Changes("hubspot_owner_id", passed, now, "INTEGRATION")


def _lists(settings: CompanySettings, today: date, who: Firms) -> dict[str, pa.Table]:
    start = moment_of(tools_since(settings))
    rows = [
        {
            "id": number, "name": name, "created_at": start, "updated_at": start, "filters_updated_at": start,
            "list_version": 1, "object_type_id": "0-2", "processing_status": "COMPLETE", "processing_type": "DYNAMIC",
        }
        for number, name in _LISTS
    ]  # fmt: skip
    customers = company_stages(settings, today)[-1]
    found = directory(settings, today)
    plan = (
        found.organizations["plan"]
        .combine_chunks()
        .take(pa.array(who.organization - 1, mask=who.organization == 0))
    )
    large = np.array([each == "ENTERPRISE" for each in plan.to_pylist()], dtype=np.bool_) & (
        who.organization > 0
    )
    joined_at: list[Integers] = [
        customers,
        np.maximum(known_where(large, found.changed, who.organization - 1, NEVER), who.created),
    ]
    there = [np.flatnonzero(each < NEVER) for each in joined_at]
    members = {
        "company_id": company_ids(who.number[np.concatenate(there)]),
        "company_list_id": np.repeat([number for number, _ in _LISTS], [each.size for each in there]),
        "added_at": moments(
            np.concatenate([each[index] for each, index in zip(joined_at, there, strict=True)])
        ),
    }
    return {
        "company_list": from_rows(SCHEMA, "company_list", rows),
        "company_list_member": assembled(SCHEMA, "company_list_member", members),
    }
