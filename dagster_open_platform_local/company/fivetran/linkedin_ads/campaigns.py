"""Accounts, groups of campaigns, campaigns, creatives and conversions.

What belongs here: their tables and ids. What does not: how they performed (`reports.py`).
"""

import json
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
    final_url,
    groups_of,
)
from dagster_open_platform_local.company.fivetran.advertising.tables import moment
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.settings import CompanySettings

Number = TypeVar("Number", int, NDArray[np.int64])

CONVERSION_ID = 14_220_116
CONVERSION_VALUE = 250.0
ACCOUNT_IDS = {"USD": 508_114_220, "EUR": 509_200_871}
COUNTRIES = (
    (103_644_278, "United States"),
    (101_174_742, "Canada"),
    (101_165_590, "United Kingdom"),
    (101_282_230, "Germany"),
    (105_015_875, "France"),
    (102_890_719, "Netherlands"),
)
_SCHEMA = "linkedin_ads"
_GROUPS = {"USD": (("Always on", 0), ("Launches", 1)), "EUR": (("Always on EMEA", 2),)}
_SENIORITIES = (
    "Unpaid",
    "Training",
    "Entry",
    "Senior",
    "Manager",
    "Director",
    "VP",
    "CXO",
    "Partner",
    "Owner",
)
_FUNCTIONS = (
    (8, "Engineering"),
    (13, "Information Technology"),
    (19, "Product Management"),
    (24, "Research"),
)
_INDUSTRIES = (
    (4, "Software Development"),
    (6, "Technology, Information and Internet"),
    (43, "Financial Services"),
)


def campaign_id(number: Number) -> Number:
    """LinkedIn's id of a campaign, by its number."""
    return 264_000_000 + number * 7_477


def creative_id(number: Number) -> Number:
    """LinkedIn's id of a creative, by the number of the ad."""
    return 471_000_000 + number * 1_693


def _group_id(slot: int) -> int:
    return 682_114_300 + slot * 21


def campaign_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables of what LinkedIn shows, and what it counts, as of a date."""
    own = [each for each in campaigns_before(settings, today) if each.channel == "linkedin"]
    opened = moment(settings.epoch - timedelta(days=740), 10 * 3600)
    found: dict[str, list[dict[str, Any]]] = {
        "account_history": [_account(currency, opened) for currency in ACCOUNT_IDS],
        "campaign_group_history": list(_groups(opened)),
        "campaign_history": [row for each in own for row in _campaign(each, today)],
        "creative_history": [row for each in own for row in _creatives(each)],
        "conversion_history": [_conversion(opened)],
        "conversion_associated_campaign": [
            {
                "conversion_id": CONVERSION_ID,
                "campaign_id": campaign_id(each.number),
                "associated_at": begun(each),
            }
            for each in own
        ],
        "geo": [{"id": number, "value": name} for number, name in COUNTRIES],
        "seniority": [{"id": number, "value": name} for number, name in enumerate(_SENIORITIES, start=1)],
        "function": [{"id": number, "value": name} for number, name in _FUNCTIONS],
        "industry": [{"id": number, "value": name} for number, name in _INDUSTRIES],
    }
    return {name: from_rows(_SCHEMA, name, rows) for name, rows in found.items() if rows}


def begun(campaign: Campaign) -> datetime:
    """When somebody made a campaign: the morning of the day before its first."""
    return moment(campaign.start - timedelta(days=1), 9 * 3600 + campaign.number % 3600)


def _account(currency: str, opened: datetime) -> dict[str, Any]:
    return {
        "id": ACCOUNT_IDS[currency],
        "last_modified_time": opened,
        "created_time": opened,
        "currency": currency,
        "name": "Dagster Labs" if currency == "USD" else "Dagster Labs EMEA",
        "notified_on_campaign_optimization": False,
        "notified_on_creative_approval": True,
        "notified_on_creative_rejection": True,
        "notified_on_end_of_campaign": True,
        "reference": "urn:li:organization:18113120",
        "status": "ACTIVE",
        "test": False,
        "type": "BUSINESS",
        "version_tag": "4",
    }


def _groups(opened: datetime) -> Iterator[dict[str, Any]]:
    for currency, groups in _GROUPS.items():
        for name, slot in groups:
            yield {
                "id": _group_id(slot),
                "last_modified_time": opened,
                "account_id": ACCOUNT_IDS[currency],
                "backfilled": False,
                "created_time": opened,
                "name": name,
                "run_schedule_start": opened,
                "status": "ACTIVE",
                "test": False,
            }


def _campaign(campaign: Campaign, today: date) -> Iterator[dict[str, Any]]:
    is_launch = campaign.utm_campaign.startswith("launch-")
    state: dict[str, Any] = {
        "id": campaign_id(campaign.number),
        "last_modified_time": begun(campaign),
        "account_id": ACCOUNT_IDS[campaign.currency],
        "campaign_group_id": _group_id(2 if campaign.currency == "EUR" else int(is_launch)),
        "associated_entity_organization_id": 18_113_120,
        "audience_expansion_enabled": False,
        "cost_type": "CPC",
        "created_time": begun(campaign),
        "creative_selection": "OPTIMIZED",
        "daily_budget_amount": campaign.daily_budget_cents / 100,
        "daily_budget_currency_code": campaign.currency,
        "format": "STANDARD_UPDATE",
        "locale_country": "US" if campaign.region != "EMEA" else "GB",
        "locale_language": "en",
        "name": campaign.name_on(campaign.start),
        "objective_type": "WEBSITE_CONVERSION",
        "off_site_delivery_enabled": True,
        "optimization_target_type": "MAX_CONVERSION",
        "run_schedule_start": moment(campaign.start),
        "run_schedule_end": moment(campaign.end + timedelta(days=1)) if campaign.end else None,
        "status": "ACTIVE",
        "test": False,
        "type": "SPONSORED_UPDATES",
        "unit_cost_amount": 12.5,
        "unit_cost_currency_code": campaign.currency,
        "version_tag": "1",
    }
    yield state
    if campaign.renamed and campaign.start < campaign.renamed < today:
        changed = moment(campaign.renamed, 15 * 3600)
        state = {**state, "name": campaign.name, "last_modified_time": changed, "version_tag": "2"}
        yield state
    if campaign.end and campaign.end + timedelta(days=1) < today:
        changed = moment(campaign.end + timedelta(days=1), 300)
        yield {**state, "status": "COMPLETED", "last_modified_time": changed, "version_tag": "3"}


def _creatives(campaign: Campaign) -> Iterator[dict[str, Any]]:
    for group in groups_of(campaign):
        for slot in range(len(AD_WEIGHTS)):
            number = creative_id(group.ad_number(slot))
            made = begun(campaign) + timedelta(minutes=12 + slot)
            yield {
                "id": number,
                "last_modified_at": made,
                "account_id": ACCOUNT_IDS[campaign.currency],
                "campaign_id": campaign_id(campaign.number),
                "click_uri": final_url(campaign, *SOURCES["linkedin"], str(number)),
                "created_at": made,
                "intended_status": "ACTIVE",
                "is_serving": True,
                "is_test": False,
                "name": group.ad_name(slot),
                "reference": f"urn:li:share:7{number * 1_000_003:018d}",
                "review_status": "APPROVED",
                "review_rejection_reasons": json.dumps([]),
            }


def _conversion(opened: datetime) -> dict[str, Any]:
    return {
        "id": CONVERSION_ID,
        "last_modified": opened,
        "account_id": ACCOUNT_IDS["USD"],
        "attribution_type": "LAST_TOUCH_BY_CAMPAIGN",
        "conversion_method": "INSIGHT_TAG",
        "created": opened,
        "enabled": True,
        "name": "Sign-up",
        "post_click_attribution_window_size": 30,
        "type": "SIGN_UP",
        "value_amount": CONVERSION_VALUE,
        "value_currency_code": "USD",
        "view_through_attribution_window_size": 7,
    }
