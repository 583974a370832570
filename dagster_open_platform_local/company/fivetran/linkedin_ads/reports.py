"""LinkedIn's reports by day, and by month and country.

What belongs here: their rows. What does not: the numbers (`advertising/performance.py`).
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.advertising.grouping import grouped
from dagster_open_platform_local.company.fivetran.advertising.parts import SLOTS
from dagster_open_platform_local.company.fivetran.advertising.performance import (
    Measures,
    Performance,
    performance,
)
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.linkedin_ads.campaigns import (
    CONVERSION_ID,
    CONVERSION_VALUE,
    COUNTRIES,
    campaign_id,
    creative_id,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers, Mask, joined, moments
from dagster_open_platform_local.company.settings import CompanySettings

_SCHEMA = "linkedin_ads"
_LEAST_CLICKS = 3
"""What fewer members did is not reported by country."""
_COUNTRY_WEIGHTS = {
    "US": (88, 12, 0, 0, 0, 0),
    "EMEA": (0, 0, 40, 30, 16, 14),
    "GLOBAL": (52, 8, 15, 12, 7, 6),
}


def report_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The reports as of a date."""
    found = performance(settings, today, "linkedin")
    by_campaign, by_creative = found.groups.total(1, 2), found.ads.total(1, 2)
    number = found.campaign + 1
    (row,) = campaign_cells = by_campaign.cells()
    creative_cells = by_creative.cells()
    ad_row, slot = creative_cells
    creative = creative_id((number[ad_row] * SLOTS) * SLOTS + slot)
    tables = {}
    for key, values, rows, measures in (
        ("campaign", campaign_id(number[row]), row, by_campaign.at(campaign_cells)),
        ("creative", creative, ad_row, by_creative.at(creative_cells)),
    ):
        name = f"ad_analytics_by_{key}"
        tables[name] = _daily(settings, found, name, {f"{key}_id": values}, rows, measures)
        converted = measures.conversions + measures.views > 0
        tables[f"{name}_with_conversion_breakdown"] = _converted(
            found, f"{name}_with_conversion_breakdown", f"{key}_id", values, rows, measures, converted
        )
    by_country = "monthly_ad_analytics_by_member_country"
    return {**tables, by_country: _monthly(settings, found, by_country, by_campaign)}


def euros_in_dollars(settings: CompanySettings, day: Integers) -> Integers:
    """What a euro is worth in millionths of a dollar on each of some days since 1970."""
    draws = Draws(settings.seed, "exchange_rates", day // 7)
    return 1_060_000 + draws.below("week", 80_000) + (day % 7) * 700


def _dollars(settings: CompanySettings, found: Performance, row: Integers, cost: Integers) -> Integers:
    planned = campaigns(settings)
    in_euros = np.array([planned[index].currency == "EUR" for index in found.campaign.tolist()])
    # In two steps, so that large costs times a rate stay within 64 bits.
    rate = np.where(in_euros[row], euros_in_dollars(settings, found.day[row]), 1_000_000) // 100
    return cost * rate // 10_000


def _day(day: Integers) -> pa.Array:
    return moments(day * DAY_SECONDS)


def _money(settings: CompanySettings, found: Performance, row: Integers, cost: Integers) -> dict[str, Values]:
    return {
        "cost_in_local_currency": cost / 1_000_000,
        "cost_in_usd": _dollars(settings, found, row, cost) / 1_000_000,
    }


def _conversions(measures: Measures) -> dict[str, Values]:
    every = measures.conversions + measures.views
    return {
        "conversion_value_in_local_currency": every * CONVERSION_VALUE,
        "external_website_conversions": every,
        "external_website_post_click_conversions": measures.conversions,
        "external_website_post_view_conversions": measures.views,
    }


def _daily(
    settings: CompanySettings,
    found: Performance,
    name: str,
    key: Mapping[str, Integers],
    row: Integers,
    measures: Measures,
) -> pa.Table:
    (identity,) = key.values()
    draws = Draws(settings.seed, f"{_SCHEMA}.{name}", (identity << 20) | found.day[row])
    likes = measures.clicks * draws.below("likes", 400) // 1000
    comments, shares = (
        likes * draws.below("comments", 200) // 1000,
        likes * draws.below("shares", 150) // 1000,
    )
    follows = likes * draws.below("follows", 120) // 1000
    company = measures.clicks * draws.below("company", 60) // 1000
    columns = {
        **key,
        "day": _day(found.day[row]),
        "action_clicks": np.zeros_like(row),
        "approximate_unique_impressions": measures.impressions * (620 + draws.below("unique", 200)) // 1000,
        "clicks": measures.clicks,
        "landing_page_clicks": measures.clicks - company,
        "company_page_clicks": company,
        "impressions": measures.impressions,
        "likes": likes,
        "reactions": likes,
        "comments": comments,
        "shares": shares,
        "follows": follows,
        "total_engagements": measures.clicks + likes + comments + shares + follows,
        "one_click_leads": np.zeros_like(row),
        **_money(settings, found, row, measures.cost),
        **_conversions(measures),
    }
    return assembled(_SCHEMA, name, columns)


def _converted(
    found: Performance,
    name: str,
    key: str,
    values: Integers,
    row: Integers,
    measures: Measures,
    converted: Mask,
) -> pa.Table:
    columns = {
        key: values[converted],
        "conversion_id": np.full(int(converted.sum()), CONVERSION_ID, dtype=np.int64),
        "day": _day(found.day[row[converted]]),
        **_conversions(measures.apply(lambda numbers: numbers[converted])),
    }
    return assembled(_SCHEMA, name, columns)


def _monthly(settings: CompanySettings, found: Performance, name: str, measures: Measures) -> pa.Table:
    """Clicks, views and costs of a month by country; conversions are too few for LinkedIn to say where they were."""
    month = found.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    row, summed = grouped((found.campaign, month), measures)
    planned = campaigns(settings)
    draws = Draws(settings.seed, f"{_SCHEMA}.{name}", (found.campaign[row] << 20) | month[row])
    regions = [planned[index].region for index in found.campaign[row].tolist()]
    weights = np.array([_COUNTRY_WEIGHTS[region] for region in regions], dtype=np.int64).reshape(
        row.size, len(COUNTRIES)
    )
    clicks = split(summed.clicks, weights, draws.below("clicks", PHASES))
    impressions, cost = split_along(summed.impressions, clicks), split_along(summed.cost, clicks)
    which, country = np.nonzero(clicks >= _LEAST_CLICKS)
    row, month, clicks = row[which], month[row[which]], clicks[which, country]
    columns = {
        "campaign_id": campaign_id(found.campaign[row] + 1),
        "month": _months(month),
        "member_country": np.array([number for number, _ in COUNTRIES], dtype=np.int64)[country],
        "clicks": clicks,
        "impressions": impressions[which, country],
        "landing_page_clicks": clicks,
        **_money(settings, found, row, cost[which, country]),
    }
    return assembled(_SCHEMA, name, columns)


def _months(month: Integers) -> pa.Array:
    """Months since 1970 as `2026-06`."""
    digits = pa.array([f"{number % 12 + 1:02d}" for number in month.tolist()], pa.string())
    return joined(1970 + month // 12, "-", digits)
