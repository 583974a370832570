"""What is sold: products, their prices, and which of them are in a deal or a contract.

What belongs here: `product_2`, `pricebook_2`, `pricebook_entry`, `opportunity_line_item`, `contract`. What does not: amounts
(`company/commercial/deals.py`); line items add up to the amount of their deal.

The dirt in it: a product that is no longer sold; a quarter of the deals have a second line; contracts that ended are still
"Activated" for a month.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import tools_since
from dagster_open_platform_local.company.commercial.deals import WON
from dagster_open_platform_local.company.fivetran.salesforce.few import Rows, few, one_id
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    ADMINISTRATOR,
    Crm,
    audit,
    country_names,
    nothing_deleted,
    people_ids,
    picked,
    system_user,
    table,
)
from dagster_open_platform_local.company.fivetran.salesforce.setup import CONTRACT_STATUSES, CURRENCIES
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.accounts import YEAR
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
from dagster_open_platform_local.company.product.happenings import latest

_STANDARD, _LIST = 1, 2
"""Price books."""
_DAY = DAY_SECONDS


@dataclass(frozen=True)
class Product:
    """A product.

    Args:
        name: What sales calls it.
        code: Its code.
        family: Of products.
        price: Dollars a year.
        is_active: Whether it is still sold.
    """

    name: str
    code: str
    family: str
    price: int
    is_active: bool = True


PRODUCTS = (
    Product("Dagster+ Starter", "DP-STARTER", "Platform", 1_200),
    Product("Dagster+ Pro", "DP-PRO", "Platform", 12_000),
    Product("Dagster+ Enterprise", "DP-ENTERPRISE", "Platform", 60_000),
    Product("Additional Credits", "DP-CREDITS", "Usage", 1_000),
    Product("Premium Support", "DP-SUPPORT", "Services", 6_000),
    Product("Dagster Cloud Team", "DC-TEAM", "Platform", 4_800, is_active=False),
)
_CREDITS, _SUPPORT = 3, 4
_BOUNDS_CENTS = np.array([1_200_000, 6_000_000])
"""From which amount on it is the next plan."""
_SECOND_LINE = 0.25


def product_tables(crm: Crm) -> dict[str, pa.Table]:
    """The tables of products, prices and contracts."""
    products: Rows = [
        {
            "id": one_id("product_2", number),
            "name": each.name,
            "product_code": each.code,
            "family": each.family,
            "is_active": each.is_active,
            "is_archived": False,
            "is_deleted": False,
            "quantity_unit_of_measure": "Each",
            "description": f"{each.name}, a year",
        }
        for number, each in enumerate(PRODUCTS, start=1)
    ]
    books: Rows = [
        {
            "id": one_id("pricebook_2", number),
            "name": name,
            "is_active": True,
            "is_archived": False,
            "is_deleted": False,
            "is_standard": number == _STANDARD,
        }
        for number, name in ((_STANDARD, "Standard Price Book"), (_LIST, "List Prices"))
    ]
    found = few(crm, {"product_2": products, "pricebook_2": books, "pricebook_entry": _entries()})
    return {**found, "opportunity_line_item": _line_items(crm), "contract": _contracts(crm)}


def _entry_number(book: int, product: int, currency: int) -> int:
    return book * 1_000 + product * 10 + currency


def _entries() -> Rows:
    return [
        {
            "id": one_id("pricebook_entry", _entry_number(book, number, currency)),
            "name": each.name,
            "pricebook_2_id": one_id("pricebook_2", book),
            "product_2_id": one_id("product_2", number),
            "product_code": each.code,
            "currency_iso_code": code,
            "unit_price": round(each.price * rate, 2),
            "use_standard_price": False,
            "is_active": each.is_active,
            "is_archived": False,
            "is_deleted": False,
        }
        for book in (_STANDARD, _LIST)
        for number, each in enumerate(PRODUCTS, start=1)
        for currency, (code, rate) in enumerate(CURRENCIES.items())
    ]


def _line_items(crm: Crm) -> pa.Table:
    """The plan, and for some deals one thing more, which costs a fifth of the amount."""
    deals = crm.deals
    draws = crm.draws("opportunity_line_item", deals.number)
    first = np.flatnonzero(deals.has_amount)
    second = np.flatnonzero(deals.has_amount & draws.chance("second", _SECOND_LINE))
    deal = np.concatenate([first, second])
    line = np.concatenate([np.zeros(first.size, dtype=np.int64), np.ones(second.size, dtype=np.int64)])
    amount = deals.amount_cents[deal]
    extra = np.isin(deal, second) * (amount // 5)
    total = np.where(line == 0, amount - extra, extra)
    plan = np.searchsorted(_BOUNDS_CENTS, amount, side="right")
    other = np.where(draws.chance("support", 0.4)[deal], _SUPPORT, _CREDITS)
    product = np.where(line == 0, plan, other)
    quantity = np.ones(deal.size, dtype=np.int64)
    currency = _currency_index(deals.currency)[deal]
    prices = np.array([each.price for each in PRODUCTS], dtype=np.float64)[product]
    listed = np.round(prices * np.array(list(CURRENCIES.values()))[currency], 2)
    entry = _LIST * 1_000 + (product + 1) * 10 + currency
    owner = people_ids(deals.owner[deal])
    names = choice([each.name for each in PRODUCTS], product)
    columns: Columns = {
        "id": salesforce_ids("opportunity_line_item", deals.number[deal] * 2 + line),
        "opportunity_id": crm.deal_ids.take(pa.array(deal)),
        "product_2_id": salesforce_ids("product_2", product + 1),
        "product_code": choice([each.code for each in PRODUCTS], product),
        "pricebook_entry_id": salesforce_ids("pricebook_entry", entry),
        "name": joined(crm.accounts.name.take(pa.array(deals.account[deal])), " ", names),
        "quantity": pa.array(quantity.astype(np.float64)),
        "unit_price": pa.array(total / 100),
        "subtotal": pa.array(total / 100),
        "total_price": pa.array(total / 100),
        "list_price": pa.array(listed),
        "service_date": dates(deals.close[deal]),
        "sort_order": pa.array(line + 1),
        "has_schedule": pa.array(nothing_deleted(deal.size)),
        "has_quantity_schedule": pa.array(nothing_deleted(deal.size)),
        "has_revenue_schedule": pa.array(nothing_deleted(deal.size)),
    }
    stamped = audit(deals.created[deal], deals.changed[deal], owner, None, nothing_deleted(deal.size))
    return table("opportunity_line_item", {**columns, **stamped})


def _currency_index(codes: pa.Array) -> Integers:
    known = list(CURRENCIES)
    return np.array([known.index(each) for each in codes.to_pylist()], dtype=np.int64)


def _contracts(crm: Crm) -> pa.Table:
    """A contract for each deal that was won."""
    deals = crm.deals
    index = np.flatnonzero(deals.stage == WON)
    start, account = deals.close[index], deals.account[index]
    end = start + YEAR - _DAY
    created = np.maximum(np.maximum(start, deals.created[index]), tools_since(crm.settings))
    expired = end + 30 * _DAY < crm.now
    owner = people_ids(deals.owner[index])
    draws = crm.draws("contract", deals.number[index])
    status = choice(CONTRACT_STATUSES, np.where(expired, 2, 1))
    corrected = deals.corrected[index]
    modified = latest(crm.now, created, corrected, np.where(expired, end + 30 * _DAY, created))
    columns: Columns = {
        "id": salesforce_ids("contract", deals.number[index]),
        "account_id": picked(crm.account_ids, account),
        "opportunity_c": crm.deal_ids.take(pa.array(index)),
        "contract_number": _numbered(created, deals.number[index]),
        "contract_term": pa.array(np.full(index.size, 12)),
        "start_date": dates(start),
        "end_date": dates(end),
        "status": status,
        "status_code": either(
            expired, choice(("Expired",), np.zeros_like(start)), choice(("Activated",), np.zeros_like(start))
        ),
        "monthly_commitment_c": pa.array(np.round(deals.amount_cents[index] / 1200, 2)),
        "activated_date": moments(created),
        "activated_by_id": owner,
        "company_signed_date": dates(start),
        "customer_signed_date": dates(start - draws.below("signed", 5) * _DAY, draws.chance("unsigned", 0.1)),
        "billing_country": only(
            country_names(picked(crm.accounts.country, account)), draws.chance("country", 0.9)
        ),
        "pricebook_2_id": salesforce_ids("pricebook_2", np.full(index.size, _LIST)),
        "owner_id": owner,
    }
    modifier = either(expired, system_user(ADMINISTRATOR, index.size), owner)
    return table(
        "contract", {**columns, **audit(created, modified, owner, modifier, nothing_deleted(index.size))}
    )


def _numbered(created: Integers, number: Integers) -> pa.Array:
    """Numbers that count up with the time at which a contract is made."""
    place = np.empty(created.size, dtype=np.int64)
    place[np.lexsort((number, created))] = np.arange(created.size)
    return pa.array([f"{100 + each:08d}" for each in place.tolist()], pa.string())
