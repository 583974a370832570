"""Reddit's reports by day.

What belongs here: their rows. What does not: the numbers (`advertising/performance.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.advertising.grouping import Grouping
from dagster_open_platform_local.company.fivetran.advertising.parts import SLOTS
from dagster_open_platform_local.company.fivetran.advertising.performance import (
    Measures,
    Performance,
    performance,
)
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.fivetran.advertising.tables import days
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.reddit_ads.campaigns import (
    ACCOUNT_ID,
    ad_id,
    campaign_id,
    group_id,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers, choice, only
from dagster_open_platform_local.company.settings import CompanySettings

_SCHEMA = "reddit_ads"
_EVENTS = ("SIGN_UP", "PAGE_VISIT")
_SIGN_UP_MICROS = 250_000_000
_COUNTRIES = ("US", "GB", "DE", "CA", "")
_COUNTRY_WEIGHTS = (52, 15, 13, 10, 10)


@dataclass(frozen=True)
class _Ads:
    """The performance of each ad on each day, one-dimensional.

    Args:
        day: Days since 1970.
        number: Of the ad.
        measures: What Reddit counts itself.
        visits: Of pages, as Reddit's pixel counts them: a bit fewer than clicks.
        in_week: Sign-ups, then visits, within a week of the click: some of those within a month.
        in_day: The same within a day.
    """

    day: Integers
    number: Integers
    measures: Measures
    visits: Integers
    in_week: tuple[Integers, Integers]
    in_day: tuple[Integers, Integers]


@dataclass(frozen=True)
class _Level(_Ads):
    """What a report tells apart: sums over ads.

    Args:
        name: The report's, without `_report`.
        key: Its own column of the key, if it has one.
    """

    name: str
    key: Mapping[str, pa.Array]


def report_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The reports as of a date."""
    found = performance(settings, today, "reddit")
    ads = _ads(settings, found)
    levels = (
        _level(ads, "account", np.zeros_like(ads.number), None),
        _level(ads, "campaign", ads.number // SLOTS // SLOTS, campaign_id),
        _level(ads, "ad_group", ads.number // SLOTS, group_id),
        _level(ads, "ad", ads.number, ad_id),
    )
    reports = {f"{level.name}_report": _report(settings, level) for level in levels}
    conversions = {f"{level.name}_conversions_report": _conversions(level) for level in levels}
    return {**reports, **conversions, **_countries(settings, found)}


def _ads(settings: CompanySettings, found: Performance) -> _Ads:
    by_ad = found.ads.total(2)
    cells = by_ad.cells()
    number = ((found.campaign[cells[0]] + 1) * SLOTS + cells[1]) * SLOTS + cells[2]
    day, measures = found.day[cells[0]], by_ad.at(cells)
    draws = Draws(settings.seed, f"{_SCHEMA}.conversions", (number << 20) | day)
    visits = measures.clicks * (780 + draws.below("visits", 150)) // 1000
    week, within_day = 600 + draws.below("week", 400), 500 + draws.below("day", 500)
    in_week = (measures.conversions * week // 1000, visits * week // 1000)
    in_day = (in_week[0] * within_day // 1000, in_week[1] * within_day // 1000)
    return _Ads(day, number, measures, visits, in_week, in_day)


def _level(ads: _Ads, name: str, number: Integers, identity: Callable[[int], str] | None) -> _Level:
    grouping = Grouping(number, ads.day)
    chosen = number[grouping.rows]
    return _Level(
        name=name,
        key={} if identity is None else {f"{name}_id": _texts(identity, chosen)},
        day=ads.day[grouping.rows],
        number=chosen,
        measures=ads.measures.apply(grouping.sums),
        visits=grouping.sums(ads.visits),
        in_week=(grouping.sums(ads.in_week[0]), grouping.sums(ads.in_week[1])),
        in_day=(grouping.sums(ads.in_day[0]), grouping.sums(ads.in_day[1])),
    )


def _texts(make: Callable[[int], str], numbers: Integers) -> pa.Array:
    own, places = np.unique(numbers, return_inverse=True)
    return choice([make(number) for number in own.tolist()], places.astype(np.int64))


def _report(settings: CompanySettings, level: _Level) -> pa.Table:
    name = f"{level.name}_report"
    draws = Draws(settings.seed, f"{_SCHEMA}.{name}", (level.number << 20) | level.day)
    upvotes = level.measures.clicks * draws.below("upvotes", 120) // 1000
    columns = {
        "account_id": pa.array([ACCOUNT_ID] * level.day.size, pa.string()),
        **level.key,
        "date": days(level.day),
        **_rates(level.measures),
        "comment_upvotes": upvotes,
        "comment_downvotes": upvotes * draws.below("downvotes", 400) // 1000,
        "comments_page_views": level.measures.clicks * draws.below("comments", 90) // 1000,
        "legacy_click_conversions_attribution_window_month": level.measures.conversions,
        "legacy_view_conversions_attribution_window_month": level.measures.views,
        "viewable_impressions": level.measures.impressions * (700 + draws.below("viewable", 200)) // 1000,
    }
    return assembled(_SCHEMA, name, columns)


def _rates(measures: Measures) -> dict[str, Values]:
    clicks, impressions = np.maximum(measures.clicks, 1), np.maximum(measures.impressions, 1)
    return {
        "clicks": measures.clicks,
        "impressions": measures.impressions,
        "spend": measures.cost,
        "cpc": measures.cost / clicks / 1_000_000,
        "ctr": measures.clicks / impressions,
        "ecpm": measures.cost / impressions / 1_000,
    }


def _conversions(level: _Level) -> pa.Table:
    measures = level.measures
    clicked = np.stack([measures.conversions, level.visits], axis=1)
    seen = np.stack([measures.views, np.zeros_like(measures.views)], axis=1)
    cells = np.nonzero(clicked + seen)
    row, event = cells
    every, is_sign_up = (clicked + seen)[cells], event == 0
    columns = {
        "account_id": pa.array([ACCOUNT_ID] * row.size, pa.string()),
        **{key: values.take(pa.array(row)) for key, values in level.key.items()},
        "date": days(level.day[row]),
        "event_name": choice(_EVENTS, event),
        "click_through_conversion_attribution_window_day": np.stack(level.in_day, axis=1)[cells],
        "click_through_conversion_attribution_window_week": np.stack(level.in_week, axis=1)[cells],
        "click_through_conversion_attribution_window_month": clicked[cells],
        "clicks": measures.clicks[row],
        "total_items": only(pa.array(every), is_sign_up),
        "total_value": only(pa.array(every * _SIGN_UP_MICROS), is_sign_up),
        "view_through_conversion_attribution_window_day": np.zeros_like(row),
        "view_through_conversion_attribution_window_week": seen[cells],
        "view_through_conversion_attribution_window_month": seen[cells],
        "views": measures.impressions[row],
    }
    return assembled(_SCHEMA, f"{level.name}_conversions_report", columns)


def _countries(settings: CompanySettings, found: Performance) -> dict[str, pa.Table]:
    """The two reports of campaigns by country."""
    measures = found.groups.total(1, 2)
    draws = Draws(settings.seed, f"{_SCHEMA}.countries", ((found.campaign + 1) << 20) | found.day)
    weights = np.broadcast_to(np.array(_COUNTRY_WEIGHTS, dtype=np.int64), (found.day.size, len(_COUNTRIES)))
    clicks = split(measures.clicks, weights, draws.below("clicks", PHASES))
    others = split(measures.impressions - measures.clicks, weights, draws.below("views", PHASES))
    by_country = Measures(
        impressions=clicks + others,
        clicks=clicks,
        cost=split_along(measures.cost, clicks),
        conversions=split_along(measures.conversions, clicks),
        views=np.zeros_like(clicks),
    )
    cells = by_country.cells()
    converted = tuple(axis[by_country.conversions[cells] > 0] for axis in cells)
    flat, some = by_country.at(cells), by_country.at(converted)
    conversions = {
        "event_name": choice(_EVENTS, np.zeros_like(converted[0])),
        "click_through_conversion_attribution_window_month": some.conversions,
        "clicks": some.clicks,
        "total_items": some.conversions,
        "total_value": some.conversions * _SIGN_UP_MICROS,
        "view_through_conversion_attribution_window_month": some.views,
        "views": some.impressions,
    }
    names = ("campaign_country_report", "campaign_country_conversions_report")
    return {
        name: assembled(_SCHEMA, name, {**_country_key(found, places), **columns})
        for name, places, columns in zip(names, (cells, converted), (_rates(flat), conversions), strict=True)
    }


def _country_key(found: Performance, cells: tuple[Integers, ...]) -> dict[str, Values]:
    row, country = cells
    return {
        "account_id": pa.array([ACCOUNT_ID] * row.size, pa.string()),
        "campaign_id": _texts(campaign_id, found.campaign[row] + 1),
        "country": choice(_COUNTRIES, country),
        "date": days(found.day[row]),
    }
