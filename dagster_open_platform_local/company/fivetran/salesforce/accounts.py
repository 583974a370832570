"""Accounts and their history.

What belongs here: `account`, `account_history`. What does not: who the accounts are (`company/commercial/accounts.py`).

`organization_id_c` holds the public id of the organization in the product; prospects have none. The dirt in it:

- less than 1 % of the organizations are mistyped: two characters changed places, the last one is missing, O stands for 0, or all
  are capitals;
- two accounts of one organization (`company/commercial/accounts.py`); those that were merged are in the recycle bin, with the one
  that is left as `master_record_id`;
- the billing country is missing, and the website is written in three ways.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import MergedAccounts, merged_accounts
from dagster_open_platform_local.company.fivetran.salesforce.histories import Change, history_table
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    ADMINISTRATOR,
    PRODUCT_SYNC,
    Crm,
    audit,
    country_names,
    nothing_deleted,
    people_ids,
    phone_numbers,
    system_user,
    table,
)
from dagster_open_platform_local.company.fivetran.salesforce.setup import record_type_ids
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    dates,
    either,
    joined,
    moments,
    only,
)

TYPES = ("Prospect", "Free", "Customer", "Former Customer")
_RATINGS = ("Hot", "Warm", "Cold")
_MISTYPED_EVERY, _MISTYPED_REST = 257, 200
"""Of so many organizations one, so that never as many as 1 % are: the first is organization 200."""


def account_tables(crm: Crm, last_activity: Integers) -> dict[str, pa.Table]:
    """The tables of accounts.

    Args:
        crm: The facts.
        last_activity: When somebody last did something about each account, in Unix seconds; -1: never.
    """
    return {
        "account": pa.concat_tables([_accounts(crm, last_activity), _merged(crm)], promote_options="default"),
        "account_history": _history(crm),
    }


def account_types(crm: Crm) -> Integers:
    """Index into `TYPES` of each account, now."""
    accounts = crm.accounts
    free = np.where(accounts.organization > 0, TYPES.index("Free"), TYPES.index("Prospect"))
    paid = np.where(accounts.canceled < NEVER, TYPES.index("Former Customer"), TYPES.index("Customer"))
    return np.where(accounts.billed < NEVER, paid, free)


def _accounts(crm: Crm, last_activity: Integers) -> pa.Table:
    accounts = crm.accounts
    draws = crm.draws("account", accounts.number)
    kind = account_types(crm)
    employees = accounts.employees
    is_organization = accounts.organization > 0
    owner = people_ids(accounts.owners.owner)
    managed = accounts.billed < NEVER
    revenue = pa.array(draws.quantile("revenue", (1, 4, 15, 60, 250, 2000)) * 1_000_000.0)
    creator = either(is_organization, system_user(PRODUCT_SYNC, kind.size), people_ids(accounts.owners.first))
    columns: Columns = {
        "id": crm.account_ids,
        "name": accounts.name,
        "type": choice(TYPES, kind),
        "record_type_id": record_type_ids(np.where(managed, 1, 0)),
        "account_source": choice(("Product", "Outbound", "Web", "Event"), _sources(crm)),
        "industry": only(accounts.industry, ~draws.chance("no_industry", 0.12)),
        "number_of_employees": employees,
        "annual_revenue": only(revenue, draws.chance("revenue_known", 0.35)),
        "rating": choice(_RATINGS, draws.below("rating", 3), draws.chance("no_rating", 0.6)),
        "website": _websites(crm),
        "phone": phone_numbers(draws, 0.4),
        "billing_country": country_names(accounts.country),
        "shipping_country": only(country_names(accounts.country), draws.chance("shipping", 0.3)),
        "owner_id": owner,
        "customer_success_manager_c": only(people_ids(accounts.managers.owner), managed),
        "domain_c": accounts.domain,
        "organization_id_c": _organization_ids(crm),
        "plan_c": accounts.plan,
        "signed_up_at_c": moments(accounts.signed_up),
        "cancelled_at_c": moments(accounts.canceled),
        "last_activity_date": dates(np.maximum(last_activity, 0), last_activity < 0),
        "photo_url": joined("/services/images/photo/", crm.account_ids),
        "clean_status": choice(("Pending",), np.zeros_like(kind)),
        "last_viewed_date": only(moments(np.maximum(last_activity, 0)), last_activity >= 0),
        "last_referenced_date": only(moments(np.maximum(last_activity, 0)), last_activity >= 0),
    }
    modifier = system_user(PRODUCT_SYNC, kind.size)
    stamped = audit(accounts.created, accounts.changed, creator, modifier, nothing_deleted(kind.size))
    return table("account", {**columns, **stamped})


def _sources(crm: Crm) -> Integers:
    draws = crm.draws("account", crm.accounts.number)
    return np.where(crm.accounts.organization > 0, 0, 1 + draws.below("source", 3))


def _websites(crm: Crm) -> pa.Array:
    draws = crm.draws("account", crm.accounts.number)
    prefix = choice(("https://", "www.", "http://www."), draws.below("website", 3))
    return only(joined(prefix, crm.accounts.domain), ~draws.chance("no_website", 0.08))


def _organization_ids(crm: Crm) -> pa.Array:
    """As they were typed: right, save for a few."""
    accounts = crm.accounts
    wrong = (accounts.organization % _MISTYPED_EVERY == _MISTYPED_REST) & (accounts.duplicate_of < 0)
    way = crm.draws("account", accounts.number).below("mistyped", 4).tolist()
    texts = accounts.public_id.to_pylist()
    for i in np.flatnonzero(wrong).tolist():
        texts[i] = _mistyped(str(texts[i]), way[i])
    return pa.array(texts, pa.string())


def _mistyped(text: str, way: int) -> str:
    """The text with one of four mistakes; with another one where that makes no difference."""
    swapped = next((i for i in range(len(text) - 1, 5, -1) if text[i] != text[i - 1]), len(text) - 1)
    tries = (
        f"{text[: swapped - 1]}{text[swapped]}{text[swapped - 1]}{text[swapped + 1 :]}",
        text[:-1],
        text.replace("0", "O"),
        text.upper(),
    )
    return next((each for each in (tries[way], *tries) if each != text), text)


def _merged(crm: Crm) -> pa.Table:
    """What is in the recycle bin."""
    merged: MergedAccounts = merged_accounts(crm.settings, crm.today)
    survivor = pa.array(merged.survivor)
    owner = people_ids(crm.accounts.owners.owner[merged.survivor])
    size = merged.number.size
    return table(
        "account",
        {
            "id": salesforce_ids("account", merged.number),
            "name": merged.name,
            "type": choice(TYPES, np.full(size, TYPES.index("Free"))),
            "record_type_id": record_type_ids(np.zeros(size, dtype=np.int64)),
            "domain_c": crm.accounts.domain.take(survivor),
            "organization_id_c": crm.accounts.public_id.take(survivor),
            "master_record_id": crm.account_ids.take(survivor),
            "owner_id": owner,
            **audit(merged.created, merged.merged, owner, None, np.ones(size, dtype=np.bool_)),
        },
    )


def _history(crm: Crm) -> pa.Table:
    """The creation, a change of owner, changes of type."""
    accounts = crm.accounts
    size = accounts.number.size
    moved = accounts.owners.first != accounts.owners.owner
    free, customer = (choice(TYPES, np.full(size, TYPES.index(each))) for each in ("Free", "Customer"))
    product, administrator = system_user(PRODUCT_SYNC, size), system_user(ADMINISTRATOR, size)
    first, now = people_ids(accounts.owners.first), people_ids(accounts.owners.owner)
    # Who paid before the account was there was a customer from the start.
    paid = np.where(accounts.billed > accounts.created, accounts.billed, NEVER)
    canceled = np.where(accounts.billed < NEVER, accounts.canceled, NEVER)
    former = choice(TYPES, account_types(crm))
    changes = (
        Change("created", accounts.created, None, None, product),
        Change("Owner", np.where(moved, accounts.owners.since, NEVER), first, now, administrator, "EntityId"),
        Change("Type", paid, free, customer, product),
        Change("Type", canceled, customer, former, product),
    )
    return history_table("account_history", "account_id", crm.account_ids, accounts.number, changes)
