"""Ad groups, ads and keywords.

What belongs here: their history tables. What does not: campaigns (`campaigns.py`), how they performed (`reports.py`).
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.advertising.parts import (
    AD_WEIGHTS,
    SOURCES,
    Group,
    final_url,
    groups_of,
)
from dagster_open_platform_local.company.fivetran.advertising.tables import moment, versions
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.google_ads.campaigns import begun, own_campaigns
from dagster_open_platform_local.company.fivetran.google_ads.ids import (
    ad_id,
    campaign_id,
    group_id,
    keyword_id,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.settings import CompanySettings

_SCHEMA = "google_ads"
_GROUP_TYPES = {
    "search": "SEARCH_STANDARD",
    "display": "DISPLAY_STANDARD",
    "video": "VIDEO_TRUE_VIEW_IN_STREAM",
}
_AD_TYPES = {
    "search": "RESPONSIVE_SEARCH_AD",
    "display": "RESPONSIVE_DISPLAY_AD",
    "video": "VIDEO_RESPONSIVE_AD",
}
_MATCH_TYPES = ("EXACT", "PHRASE", "BROAD")
_HEADLINES = (
    "Data Orchestration, Done Right",
    "Ship Data Products Faster",
    "See Every Asset You Own",
    "Start Free Today",
)
_DESCRIPTIONS = (
    "Build, run and observe data pipelines in one place.",
    "Lineage, quality and cost for every asset.",
)


def ad_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables of ad groups, ads and keywords as of a date."""
    groups = [
        group
        for campaign in own_campaigns(settings, today)
        if campaign.kind != "performance_max"
        for group in groups_of(campaign)
    ]
    searching = [group for group in groups if group.keywords]
    found = {
        "ad_group_history": [row for group in groups for row in _group(group)],
        "ad_history": [row for group in groups for row in _ads(group)],
        "ad_group_criterion_history": [row for group in searching for row in _keywords(settings, group)],
        "responsive_search_ad_history": [
            row for group in searching for row in _texts(settings, group, today)
        ],
    }
    return {name: from_rows(_SCHEMA, name, rows) for name, rows in found.items() if rows}


def _group(group: Group) -> list[dict[str, Any]]:
    campaign = group.campaign
    state = {
        "id": group_id(group.number),
        "campaign_id": campaign_id(campaign.number),
        # As Fivetran saw it when the ad group last changed, so it misses that the campaign was renamed.
        "campaign_name": campaign.name_on(campaign.start),
        "ad_rotation_mode": "UNSPECIFIED",
        "cpc_bid_micros": 2_500_000,
        "name": group.name,
        "status": "ENABLED",
        "type": _GROUP_TYPES[campaign.kind],
    }
    return versions("updated_at", [(begun(campaign) + timedelta(minutes=5), state)])


def _ads(group: Group) -> Iterator[dict[str, Any]]:
    campaign = group.campaign
    for slot in range(len(AD_WEIGHTS)):
        number = group.ad_number(slot)
        url = final_url(campaign, *SOURCES["google"], str(ad_id(number)))
        state = {
            "ad_group_id": group_id(group.number),
            "id": ad_id(number),
            "ad_strength": ("EXCELLENT", "GOOD")[slot],
            "added_by_google_ads": False,
            "final_urls": json.dumps([url]),
            "name": group.ad_name(slot) if campaign.kind != "search" else None,
            "policy_summary_approval_status": "APPROVED",
            "policy_summary_review_status": "REVIEWED",
            "status": "ENABLED",
            "type": _AD_TYPES[campaign.kind],
        }
        yield from versions("updated_at", [(begun(campaign) + timedelta(minutes=9), state)])


def _texts(settings: CompanySettings, group: Group, today: date) -> Iterator[dict[str, Any]]:
    """Two ads of five got other headlines one to six months after they were made."""
    numbers = np.array([group.ad_number(slot) for slot in range(len(AD_WEIGHTS))], dtype=np.int64)
    draws = Draws(settings.seed, "google_ad_texts", numbers)
    rewritten, after = draws.chance("rewritten", 0.4), 30 + draws.below("after", 150)
    for slot, number in enumerate(numbers.tolist()):
        headlines = [group.keywords[0].title(), *_HEADLINES[slot : slot + 3]]
        state = {
            "ad_group_id": group_id(group.number),
            "ad_id": ad_id(number),
            "descriptions": json.dumps([{"text": text} for text in _DESCRIPTIONS]),
            "headlines": json.dumps([{"text": text} for text in headlines]),
            "path_1": "data",
            "path_2": "platform",
        }
        states = [(begun(group.campaign) + timedelta(minutes=9), state)]
        day = group.campaign.start + timedelta(days=int(after[slot]))
        if rewritten[slot] and day < today and group.campaign.runs_on(day):
            other = json.dumps([{"text": text} for text in [*headlines[:-1], "Try It For 30 Days"]])
            states.append((moment(day, 11 * 3600 + slot), {**state, "headlines": other}))
        yield from versions("updated_at", states)


def _keywords(settings: CompanySettings, group: Group) -> Iterator[dict[str, Any]]:
    numbers = np.array([group.keyword_number(slot) for slot in range(len(group.keywords))], dtype=np.int64)
    draws = Draws(settings.seed, "google_keywords", numbers)
    quality, bid = (4 + draws.below("quality", 7)).tolist(), (900 + draws.below("bid", 4_000)).tolist()
    for slot, text in enumerate(group.keywords):
        state = {
            "id": keyword_id(group.keyword_number(slot)),
            "ad_group_id": group_id(group.number),
            "approval_status": "APPROVED",
            "display_name": text,
            "first_page_cpc_micros": bid[slot] * 1_000,
            "keyword_match_type": _MATCH_TYPES[slot],
            "keyword_text": text,
            "negative": False,
            "quality_info_score": quality[slot],
            "status": "ENABLED",
            "system_serving_status": "ELIGIBLE",
            "top_of_page_cpc_micros": bid[slot] * 1_600,
            "type": "KEYWORD",
        }
        yield from versions("updated_at", [(begun(group.campaign) + timedelta(minutes=7), state)])
