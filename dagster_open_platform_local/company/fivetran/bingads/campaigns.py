"""The account, campaigns, ad groups, ads, keywords and goals.

What belongs here: their tables and ids. What does not: how they performed (`reports.py`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns_before
from dagster_open_platform_local.company.fivetran.advertising.parts import (
    AD_WEIGHTS,
    SOURCES,
    Group,
    final_url,
    groups_of,
)
from dagster_open_platform_local.company.fivetran.advertising.tables import moment
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.settings import CompanySettings

Number = TypeVar("Number", int, NDArray[np.int64])

ACCOUNT_ID = 180_214_077
GOALS = ((53_011_204, "Sign-up", "SignUp"), (53_011_209, "Demo request", "RequestQuote"))
_SCHEMA = "bingads"
_CUSTOMER_ID = 251_770_310
_MATCH_TYPES = ("Exact", "Phrase", "Broad")


def campaign_id(number: Number) -> Number:
    """Microsoft's id of a campaign, by its number."""
    return 410_900_000 + number * 1_013


def group_id(number: Number) -> Number:
    """Microsoft's id of an ad group, by its number."""
    return 1_287_000_000_000_000 + number * 15_485_863


def ad_id(number: Number) -> Number:
    """Microsoft's id of an ad, by its number."""
    return 80_470_000_000_000 + number * 2_750_159


def keyword_id(number: Number) -> Number:
    """Microsoft's id of a keyword, by its number."""
    return 80_532_000_000_000 + number * 7_919


def campaign_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables of what Microsoft shows, and what it counts, as of a date."""
    own = [each for each in campaigns_before(settings, today) if each.channel == "bing"]
    groups = [group for each in own for group in groups_of(each)]
    opened = moment(settings.epoch - timedelta(days=525), 18 * 3600)
    found: dict[str, list[dict[str, Any]]] = {
        "account_history": [_account(opened)],
        "campaign_history": [row for each in own for row in _campaign(each, today)],
        "ad_group_history": [_group(each) for each in groups],
        "ad_history": [row for each in groups for row in _ads(each)],
        "keyword_history": [row for each in groups for row in _keywords(each)],
        "conversion_goal_history": [_goal(*each, opened) for each in GOALS],
    }
    return {name: from_rows(_SCHEMA, name, rows) for name, rows in found.items() if rows}


def _begun(campaign: Campaign) -> datetime:
    return moment(campaign.start - timedelta(days=1), 20 * 3600 + campaign.number % 3600)


def _account(opened: datetime) -> dict[str, Any]:
    return {
        "id": ACCOUNT_ID,
        "last_modified_time": opened,
        "account_financial_status": "ClearFinancialStatus",
        "account_life_cycle_status": "Active",
        "auto_tag_type": "Inactive",
        "bill_to_customer_id": _CUSTOMER_ID,
        "business_address_city": "San Francisco",
        "business_address_country_code": "US",
        "business_name": "Dagster Labs (simulated)",
        "currency_code": "USD",
        "language": "English",
        "name": "Dagster Labs",
        "number": "F118QK7T",
        "parent_customer_id": _CUSTOMER_ID,
        "payment_method_type": "CreditCard",
        "time_zone": "GreenwichMeanTimeDublinEdinburghLisbonLondon",
    }


def _campaign(campaign: Campaign, today: date) -> Iterator[dict[str, Any]]:
    state: dict[str, Any] = {
        "id": campaign_id(campaign.number),
        "modified_time": _begun(campaign),
        "account_id": ACCOUNT_ID,
        "bid_strategy_type": "MaxConversions",
        "budget": campaign.daily_budget_cents / 100,
        "budget_type": "DailyBudgetStandard",
        "language": "English",
        "name": campaign.name_on(campaign.start),
        "status": "Active",
        "time_zone": "GreenwichMeanTimeDublinEdinburghLisbonLondon",
        "type": "Search" if campaign.kind == "search" else "Audience",
    }
    yield state
    if campaign.renamed and campaign.start < campaign.renamed < today:
        state = {**state, "name": campaign.name, "modified_time": moment(campaign.renamed, 17 * 3600)}
        yield state
    if campaign.end and campaign.end + timedelta(days=1) < today:
        ended = moment(campaign.end + timedelta(days=1), 120)
        yield {**state, "status": "Paused", "modified_time": ended}


def _group(group: Group) -> dict[str, Any]:
    campaign = group.campaign
    return {
        "id": group_id(group.number),
        "modified_time": _begun(campaign) + timedelta(minutes=4),
        "ad_rotation": "OptimizeForClicks",
        "bid_strategy_type": "InheritFromParent",
        "campaign_id": campaign_id(campaign.number),
        "cpc_bid": 2.5,
        "start_date": campaign.start,
        "end_date": campaign.end,
        "inherited_bid_strategy_type": "MaxConversions",
        "language": "English",
        "name": group.name,
        "network_distribution": "OwnedAndOperatedAndSyndicatedSearch",
        "status": "Active",
    }


def _ads(group: Group) -> Iterator[dict[str, Any]]:
    campaign = group.campaign
    for slot in range(len(AD_WEIGHTS)):
        number = ad_id(group.ad_number(slot))
        first, _, second = group.ad_name(slot).partition(" | ")
        yield {
            "id": number,
            "modified_time": _begun(campaign) + timedelta(minutes=9 + slot),
            "ad_group_id": group_id(group.number),
            "editorial_status": "Active",
            "final_url": final_url(campaign, *SOURCES["bing"], str(number)),
            "status": "Active",
            "title_part_1": first,
            "title_part_2": second,
            "text": "Build, run and observe data pipelines in one place.",
            "type": "ResponsiveSearch" if campaign.kind == "search" else "ResponsiveAd",
        }


def _keywords(group: Group) -> Iterator[dict[str, Any]]:
    for slot, text in enumerate(group.keywords):
        yield {
            "id": keyword_id(group.keyword_number(slot)),
            "modified_time": _begun(group.campaign) + timedelta(minutes=6),
            "ad_group_id": group_id(group.number),
            "bid": 2.5 - slot * 0.4,
            "editorial_status": "Active",
            "match_type": _MATCH_TYPES[slot],
            "name": text,
            "status": "Active",
        }


def _goal(number: int, name: str, category: str, opened: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "modified_time": opened,
        "account_id": ACCOUNT_ID,
        "attribution_model_type": "LastClick",
        "conversion_window_in_minutes": 43_200,
        "count_type": "Unique",
        "exclude_from_bidding": category != "SignUp",
        "goal_category": category,
        "name": name,
        "scope": "Account",
        "status": "Active",
        "tracking_status": "RecordingConversions",
        "type": "Event",
    }
