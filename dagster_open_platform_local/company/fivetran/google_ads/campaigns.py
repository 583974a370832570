"""Accounts, campaigns, their budgets and bids, and what they aim at.

What belongs here: the rows of these tables. What does not: ad groups and below (`ads.py`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import Campaign, campaigns_before
from dagster_open_platform_local.company.fivetran.advertising.tables import moment, versions
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.google_ads.ids import (
    ACCOUNT_IDS,
    MANAGER_ID,
    account_id,
    budget_id,
    campaign_id,
)
from dagster_open_platform_local.company.settings import CompanySettings

_SCHEMA = "google_ads"
_CHANNEL_TYPES = {
    "search": "SEARCH",
    "performance_max": "PERFORMANCE_MAX",
    "display": "DISPLAY",
    "video": "VIDEO",
}
_STRATEGIES = {
    "search": "MAXIMIZE_CONVERSIONS",
    "performance_max": "MAXIMIZE_CONVERSION_VALUE",
    "display": "TARGET_SPEND",
    "video": "TARGET_CPM",
}
_PLACES = (
    (2840, "United States", "US", "US"),
    (2124, "Canada", "CA", "US"),
    (2826, "United Kingdom", "GB", "EMEA"),
    (2276, "Germany", "DE", "EMEA"),
    (2250, "France", "FR", "EMEA"),
    (2528, "Netherlands", "NL", "EMEA"),
    (2752, "Sweden", "SE", "EMEA"),
)
_LABELS = ("always on", "launch", "brand", "needs review")
_GOALS = (("SIGNUP", True), ("REQUEST_QUOTE", False), ("PAGE_VIEW", False))


def own_campaigns(settings: CompanySettings, today: date) -> list[Campaign]:
    """Google's campaigns that have begun before a date, oldest first."""
    return [each for each in campaigns_before(settings, today) if each.channel == "google"]


def begun(campaign: Campaign) -> datetime:
    """When somebody made a campaign: the afternoon before its first day."""
    return moment(campaign.start - timedelta(days=1), 14 * 3600 + campaign.number % 3600)


def campaign_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables of accounts and campaigns as of a date."""
    own = own_campaigns(settings, today)
    found: dict[str, list[dict[str, Any]]] = {
        "account_history": list(_accounts(settings)),
        "campaign_history": [row for each in own for row in _campaign(each, today)],
        "campaign_budget_history": [row for each in own for row in _budget(each)],
        "campaign_bidding_strategy_history": [row for each in own for row in _bidding(each)],
        "campaign_conversion_goal_history": [row for each in own for row in _goals(each)],
        "campaign_criterion_history": [row for each in own for row in _criteria(each)],
        "campaign_label_history": [row for each in own for row in _campaign_labels(each)],
        "geo_target": [_place(*each) for each in _PLACES],
        "label": [_label(number, name) for number, name in enumerate(_LABELS)],
        "user_list": [_visitors(settings)],
    }
    return {name: from_rows(_SCHEMA, name, rows) for name, rows in found.items() if rows}


def _accounts(settings: CompanySettings) -> Iterator[dict[str, Any]]:
    opened = moment(settings.epoch - timedelta(days=945), 9 * 3600)
    manager = {
        "id": MANAGER_ID,
        "currency_code": "USD",
        "descriptive_name": "Dagster Labs",
        "manager": True,
        "auto_tagging_enabled": False,
        "hidden": False,
        "test_account": False,
        "time_zone": "Etc/UTC",
    }
    yield from versions("updated_at", [(opened, manager)])
    for currency, region in (("USD", "US"), ("EUR", "EMEA")):
        # Links carry tags of their own (utm_*), so Google's are off.
        account = {
            **manager,
            "id": ACCOUNT_IDS[currency],
            "currency_code": currency,
            "descriptive_name": f"Dagster Labs {region}",
            "manager": False,
            "manager_customer_id": MANAGER_ID,
            "optimization_score": 0.81 if region == "US" else 0.74,
        }
        yield from versions("updated_at", [(opened, account)])


def _campaign(campaign: Campaign, today: date) -> list[dict[str, Any]]:
    state: dict[str, Any] = {
        "id": campaign_id(campaign.number),
        "customer_id": account_id(campaign),
        "ad_serving_optimization_status": "OPTIMIZE",
        "advertising_channel_type": _CHANNEL_TYPES[campaign.kind],
        "experiment_type": "BASE",
        "name": campaign.name_on(campaign.start),
        "payment_mode": "CLICKS",
        "serving_status": "SERVING",
        "start_date": campaign.start.isoformat(),
        "end_date": campaign.end.isoformat() if campaign.end else "2037-12-30",
        "status": "ENABLED",
        "video_brand_safety_suitability": "EXPANDED_INVENTORY",
    }
    states = [(begun(campaign), state)]
    if campaign.renamed and campaign.start < campaign.renamed < today:
        state = {**state, "name": campaign.name}
        states.append((moment(campaign.renamed, 10 * 3600), state))
    if campaign.end and campaign.end + timedelta(days=1) < today:
        ended = moment(campaign.end + timedelta(days=1), 60)
        states.append((ended, {**state, "serving_status": "ENDED", "status": "PAUSED"}))
    return versions("updated_at", states)


def _budget(campaign: Campaign) -> list[dict[str, Any]]:
    state = {
        "id": budget_id(campaign.number),
        "campaign_id": campaign_id(campaign.number),
        "amount_micros": campaign.daily_budget_cents * 10_000,
        "delivery_method": "STANDARD",
        "explicitly_shared": False,
        "has_recommended_budget": False,
        "name": campaign.name_on(campaign.start),
        "period": "DAILY",
        "reference_count": 1,
        "status": "ENABLED",
        "type": "STANDARD",
    }
    return versions("updated_at", [(begun(campaign), state)])


def _bidding(campaign: Campaign) -> list[dict[str, Any]]:
    state = {
        "campaign_id": campaign_id(campaign.number),
        "enhanced_cpc_enabled": False,
        "type": _STRATEGIES[campaign.kind],
    }
    return versions("updated_at", [(begun(campaign), state)])


def _goals(campaign: Campaign) -> Iterator[dict[str, Any]]:
    for category, biddable in _GOALS:
        name = f"customers/{account_id(campaign)}/campaignConversionGoals/{campaign_id(campaign.number)}~{category}~WEBSITE"
        state = {
            "campaign_id": campaign_id(campaign.number),
            "category": category,
            "origin": "WEBSITE",
            "biddable": biddable,
            "resource_name": name,
        }
        yield from versions("updated_at", [(begun(campaign), state)])


def _criteria(campaign: Campaign) -> Iterator[dict[str, Any]]:
    for number, name, _, region in _PLACES:
        if campaign.region in (region, "GLOBAL"):
            state = {
                "id": number,
                "campaign_id": campaign_id(campaign.number),
                "display_name": name,
                "geo_target_constant_id": number,
                "negative": False,
                "status": "ENABLED",
                "type": "LOCATION",
            }
            yield from versions("updated_at", [(begun(campaign), state)])


def _campaign_labels(campaign: Campaign) -> Iterator[dict[str, Any]]:
    label = 1 if campaign.utm_campaign.startswith("launch-") else 2 if "brand" in campaign.utm_campaign else 0
    state = {"campaign_id": campaign_id(campaign.number), "label_id": _label(label, "")["id"]}
    yield from versions("updated_at", [(begun(campaign), state)])


def _label(number: int, name: str) -> dict[str, Any]:
    customer = ACCOUNT_IDS["USD"]
    return {
        "id": 21_530_118_000 + number,
        "customer_id": customer,
        "name": name,
        "status": "ENABLED",
        "background_color": "#8E24AA",
    }


def _place(number: int, name: str, country: str, region: str) -> dict[str, Any]:
    return {
        "id": number,
        "canonical_name": name,
        "country_code": country,
        "name": name,
        "status": "ENABLED",
        "target_type": "Country",
    }


def _visitors(settings: CompanySettings) -> dict[str, Any]:
    return {
        "id": 8_114_550_231,
        "customer_id": ACCOUNT_IDS["USD"],
        "account_user_list_status": "ENABLED",
        "eligible_for_display": True,
        "eligible_for_search": True,
        "membership_life_span": 30,
        "membership_status": "OPEN",
        "name": "Visitors, 30 days",
        "read_only": False,
        "size_for_display": int(18_000 * settings.scale),
        "size_for_search": int(24_000 * settings.scale),
        "type": "RULE_BASED",
    }
