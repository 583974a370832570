"""The account, campaigns, ad groups, ads and posts.

What belongs here: their tables and ids. What does not: how they performed (`reports.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

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

ACCOUNT_ID = "t2_8kq1vw0d"
_FUNDING_ID = "1180441"
_SCHEMA = "reddit_ads"
_COMMUNITIES = (("dataengineering", "analytics"), ("Python", "datascience", "MachineLearning"))
_PLACES = ("US", "CA", "GB", "DE")


def campaign_id(number: int) -> str:
    """Reddit's id of a campaign, by its number."""
    return str(1_911_000_000_000_000_000 + number * 7_000_003)


def group_id(number: int) -> str:
    """Reddit's id of an ad group, by its number."""
    return str(1_912_000_000_000_000_000 + number * 7_000_003)


def ad_id(number: int) -> str:
    """Reddit's id of an ad, by its number."""
    return str(1_913_000_000_000_000_000 + number * 7_000_003)


def post_id(number: int) -> str:
    """Reddit's id of the post that an ad promotes, by the ad's number."""
    return f"t3_1d{number:06x}"


def campaign_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables of what Reddit shows as of a date."""
    own = [each for each in campaigns_before(settings, today) if each.channel == "reddit"]
    groups = [group for each in own for group in groups_of(each)]
    opened = moment(settings.epoch - timedelta(days=405), 12 * 3600)
    found: dict[str, Sequence[dict[str, Any]]] = {
        "account": [_account(opened)],
        "funding_instrument": [_funding(opened)],
        "campaign": [_campaign(each, today) for each in own],
        "ad_group": [_group(each, today) for each in groups],
        "ad": [row for each in groups for row in _ads(each, today)],
        "post": [row for each in groups for row in _posts(each)],
        "ad_group_targeting_community": [
            {"ad_group_id": group_id(each.number), "community": name}
            for each in groups
            for name in _COMMUNITIES[each.slot]
        ],
        "ad_group_targeting_geolocation": [
            {"ad_group_id": group_id(each.number), "geolocation": place}
            for each in groups
            for place in _PLACES
        ],
    }
    return {name: from_rows(_SCHEMA, name, rows) for name, rows in found.items() if rows}


def _begun(campaign: Campaign) -> datetime:
    return moment(campaign.start - timedelta(days=1), 16 * 3600 + campaign.number % 3600)


def _changed(campaign: Campaign, today: date) -> datetime:
    """When a campaign last changed: made, renamed or ended."""
    moments = [_begun(campaign)]
    if campaign.renamed and campaign.start < campaign.renamed < today:
        moments.append(moment(campaign.renamed, 13 * 3600))
    if _is_over(campaign, today) and campaign.end:
        moments.append(moment(campaign.end + timedelta(days=1)))
    return max(moments)


def _is_over(campaign: Campaign, today: date) -> bool:
    return campaign.end is not None and campaign.end + timedelta(days=1) < today


def _status(campaign: Campaign, today: date) -> dict[str, str]:
    over = _is_over(campaign, today)
    return {"configured_status": "ACTIVE", "effective_status": "COMPLETED" if over else "ACTIVE"}


def _account(opened: datetime) -> dict[str, Any]:
    return {
        "id": ACCOUNT_ID,
        "attribution_type": "LAST_TOUCH",
        "click_attribution_window": "MONTH",
        "created_at": opened,
        "currency": "USD",
        "name": "Dagster Labs",
        "status": "VALID",
        "time_zone_id": "Etc/UTC",
        "view_attribution_window": "WEEK",
    }


def _funding(opened: datetime) -> dict[str, Any]:
    return {
        "id": _FUNDING_ID,
        "account_id": ACCOUNT_ID,
        "credit_limit": 25_000_000_000,
        "currency": "USD",
        "is_servable": True,
        "name": "Card ending in 4242",
        "start_time": opened,
    }


def _campaign(campaign: Campaign, today: date) -> dict[str, Any]:
    return {
        "id": campaign_id(campaign.number),
        "account_id": ACCOUNT_ID,
        **_status(campaign, today),
        "created_at": _begun(campaign),
        "funding_instrument_id": _FUNDING_ID,
        "goal_type": "DAILY_SPEND",
        "goal_value": campaign.daily_budget_cents * 10_000,
        "is_campaign_budget_optimization": True,
        "is_processing": False,
        "modified_at": _changed(campaign, today),
        "name": campaign.name_on(today - timedelta(days=1)),
        "objective": "CONVERSIONS",
    }


def _group(group: Group, today: date) -> dict[str, Any]:
    campaign = group.campaign
    return {
        "id": group_id(group.number),
        "account_id": ACCOUNT_ID,
        "bid_strategy": "MAXIMIZE_VOLUME",
        "campaign_id": campaign_id(campaign.number),
        **_status(campaign, today),
        "created_at": _begun(campaign) + timedelta(minutes=3),
        "start_time": moment(campaign.start),
        "end_time": moment(campaign.end + timedelta(days=1)) if campaign.end else None,
        "expand_targeting": group.slot == 1,
        "is_processing": False,
        "modified_at": _begun(campaign) + timedelta(minutes=3),
        "name": group.name,
        "optimization_strategy_type": "CONVERSION",
    }


def _ads(group: Group, today: date) -> Iterator[dict[str, Any]]:
    campaign = group.campaign
    for slot in range(len(AD_WEIGHTS)):
        number = group.ad_number(slot)
        made = _begun(campaign) + timedelta(minutes=8 + slot)
        yield {
            "id": ad_id(number),
            "account_id": ACCOUNT_ID,
            "ad_group_id": group_id(group.number),
            "campaign_id": campaign_id(campaign.number),
            "click_url": final_url(campaign, *SOURCES["reddit"], ad_id(number)),
            **_status(campaign, today),
            "created_at": made,
            "is_processing": False,
            "modified_at": made,
            "name": group.ad_name(slot),
            "post_id": post_id(number),
            "post_url": f"https://www.reddit.com/user/dagsterlabs/comments/{post_id(number)[3:]}",
        }


def _posts(group: Group) -> Iterator[dict[str, Any]]:
    for slot in range(len(AD_WEIGHTS)):
        number = group.ad_number(slot)
        made = _begun(group.campaign) + timedelta(minutes=6 + slot)
        yield {
            "id": post_id(number),
            "account_id": ACCOUNT_ID,
            "author": "dagsterlabs",
            "created_at": made,
            "headline": group.ad_name(slot).split(" | ")[0],
            "is_richtext": False,
            "modified_at": made,
            "post_url": f"https://www.reddit.com/user/dagsterlabs/comments/{post_id(number)[3:]}",
            "type": "IMAGE",
        }
