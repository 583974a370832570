"""Microsoft's reports by day.

What belongs here: their rows. What does not: the numbers (`advertising/performance.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.advertising.grouping import grouped
from dagster_open_platform_local.company.fivetran.advertising.parts import SLOTS
from dagster_open_platform_local.company.fivetran.advertising.performance import (
    Measures,
    Performance,
    performance,
)
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.fivetran.advertising.tables import days, fivetran_ids
from dagster_open_platform_local.company.fivetran.advertising.terms import keyword_texts, searched_terms
from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.bingads.campaigns import (
    ACCOUNT_ID,
    GOALS,
    ad_id,
    campaign_id,
    group_id,
    keyword_id,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers, choice
from dagster_open_platform_local.company.settings import CompanySettings

_SCHEMA = "bingads"
_SIGN_UP_VALUE = 250.0
_DEVICES, _SYSTEMS = ("Computer", "Smartphone"), ("Windows", "iOS")
_MATCHES = ("Exact", "Phrase", "Broad")
_STATES = ("California", "New York", "Texas", "Washington", None)
_CITIES = ("San Francisco", "New York", "Austin", "Seattle", None)
_STATE_WEIGHTS = (34, 26, 18, 12, 10)
_DEMO_PER_MILLE = 9
"""Requests for a demo in a thousand clicks."""


@dataclass(frozen=True)
class _Level:
    """What a report tells apart.

    Args:
        name: The report's.
        campaign: Number of each row's campaign.
        day: Days since 1970.
        device: Index into `_DEVICES`; None if the report does not tell them apart.
        measures: One-dimensional.
        columns: The report's own.
        keys: What makes a row unique beside day, campaign and device.
    """

    name: str
    campaign: Integers
    day: Integers
    device: Integers | None
    measures: Measures
    columns: Mapping[str, Values]
    keys: Sequence[Integers]

    def identity(self) -> tuple[Integers, ...]:
        """What makes a row unique."""
        return (self.campaign, self.day, *([] if self.device is None else [self.device]), *self.keys)


def report_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The reports as of a date."""
    found = performance(settings, today, "bing")
    levels = (
        _accounts(found),
        _campaigns(found),
        _groups(found),
        _ads(found),
        _keywords(found),
        _searches(settings, found),
        _places(settings, found),
    )
    tables = {level.name: _report(settings, level) for level in levels}
    return {**tables, "conversion_performance_daily_report": _goals(settings, _keywords(found))}


def _accounts(found: Performance) -> _Level:
    measures = found.groups.total(1)
    cells = measures.cells()
    row, device = cells
    chosen, summed = grouped((found.day[row], device), measures.at(cells))
    day, device = found.day[row[chosen]], device[chosen]
    return _Level("account_performance_daily_report", np.zeros_like(day), day, device, summed, {}, [])


def _campaigns(found: Performance) -> _Level:
    measures = found.groups.total(1)
    cells = measures.cells()
    row, device = cells
    number = found.campaign[row] + 1
    columns = {"campaign_id": campaign_id(number)}
    at = measures.at(cells)
    return _Level("campaign_performance_daily_report", number, found.day[row], device, at, columns, [])


def _groups(found: Performance) -> _Level:
    measures = found.groups
    cells = measures.cells()
    row, slot, device = cells
    number = found.campaign[row] + 1
    columns = {"campaign_id": campaign_id(number), "ad_group_id": group_id(number * SLOTS + slot)}
    at = measures.at(cells)
    return _Level("ad_group_performance_daily_report", number, found.day[row], device, at, columns, [slot])


def _ads(found: Performance) -> _Level:
    measures = found.ads
    cells = measures.cells()
    row, slot, device, ad = cells
    number = found.campaign[row] + 1
    group = number * SLOTS + slot
    columns = {
        "campaign_id": campaign_id(number),
        "ad_group_id": group_id(group),
        "ad_id": ad_id(group * SLOTS + ad),
    }
    at = measures.at(cells)
    return _Level("ad_performance_daily_report", number, found.day[row], device, at, columns, [slot, ad])


def _keywords(found: Performance) -> _Level:
    """By keyword, and in it by the first ad: which ad it was is told apart by the other report only."""
    measures = found.keywords.total(2)
    cells = measures.cells()
    row, slot, keyword = found.searched[cells[0]], *cells[1:]
    number = found.campaign[row] + 1
    group = number * SLOTS + slot
    columns = {
        "campaign_id": campaign_id(number),
        "ad_group_id": group_id(group),
        "ad_id": ad_id(group * SLOTS),
        "keyword_id": keyword_id(group * SLOTS + keyword),
        "bid_match_type": choice(_MATCHES, keyword),
        "delivered_match_type": choice(_MATCHES, keyword),
        "quality_score": 5 + keyword,
    }
    at, keys = measures.at(cells), [slot, keyword]
    return _Level("keyword_performance_daily_report", number, found.day[row], None, at, columns, keys)


def _searches(settings: CompanySettings, found: Performance) -> _Level:
    terms = searched_terms(settings, found)
    number = found.campaign[terms.row] + 1
    group = number * SLOTS + terms.group
    keyword = group * SLOTS + terms.keyword
    columns = {
        "campaign_id": campaign_id(number),
        "ad_group_id": group_id(group),
        "ad_id": ad_id(group * SLOTS),
        "keyword_id": keyword_id(keyword),
        "bid_match_type": choice(_MATCHES, terms.keyword),
        "delivered_match_type": choice(_MATCHES, np.minimum(terms.variant, 2)),
        "search_query": terms.texts(keyword_texts(settings, found, keyword)),
    }
    keys = [terms.group, terms.keyword, terms.variant]
    name, day = "search_query_performance_daily_report", found.day[terms.row]
    return _Level(name, number, day, None, terms.measures, columns, keys)


def _places(settings: CompanySettings, found: Performance) -> _Level:
    name, measures = "geographic_performance_daily_report", found.groups.total(2)
    cells = measures.cells()
    flat = measures.at(cells)
    row, slot = cells
    draws = Draws(settings.seed, f"{_SCHEMA}.{name}", ((found.campaign[row] + 1) << 20) | found.day[row])
    weights = np.broadcast_to(np.array(_STATE_WEIGHTS, dtype=np.int64), (row.size, len(_STATES)))
    clicks = split(flat.clicks, weights, draws.below("clicks", PHASES))
    parts = Measures(
        impressions=split_along(flat.impressions, clicks),
        clicks=clicks,
        cost=split_along(flat.cost, clicks),
        conversions=np.zeros_like(clicks),
        views=np.zeros_like(clicks),
    )
    places = parts.cells()
    row, slot, state = row[places[0]], slot[places[0]], places[1]
    number = found.campaign[row] + 1
    columns = {
        "campaign_id": campaign_id(number),
        "ad_group_id": group_id(number * SLOTS + slot),
        "country": choice(("United States",), np.zeros_like(state)),
        "state": pa.array(_STATES, pa.string()).take(pa.array(state)),
        "city": pa.array(_CITIES, pa.string()).take(pa.array(state)),
        "location_type": choice(("Physical location",), np.zeros_like(state)),
    }
    return _Level(name, number, found.day[row], None, parts.at(places), columns, [slot, state])


def _demos(settings: CompanySettings, level: _Level) -> Integers:
    """Requests for a demo after a click: the second goal."""
    ids = level.campaign
    for number, key in enumerate(level.identity()[1:]):
        ids = Draws(settings.seed, f"bing_demos_{number}", ids ^ (key << 40)).bits("key").astype(np.int64)
    draws = Draws(settings.seed, "bing_demos", ids)
    return (level.measures.clicks * _DEMO_PER_MILLE + draws.below("demos", 1000)) // 1000


def _report(settings: CompanySettings, level: _Level) -> pa.Table:
    measures = level.measures
    every = measures.conversions + measures.views
    clicks, impressions = np.maximum(measures.clicks, 1), np.maximum(measures.impressions, 1)
    ids = fivetran_ids(settings.seed, f"{_SCHEMA}.{level.name}", *level.identity())
    devices = (
        {}
        if level.device is None
        else {"device_type": choice(_DEVICES, level.device), "device_os": choice(_SYSTEMS, level.device)}
    )
    columns = {
        "_fivetran_id": ids,
        "date": days(level.day),
        "account_id": np.full(level.day.size, ACCOUNT_ID, dtype=np.int64),
        **level.columns,
        **devices,
        "currency_code": choice(("USD",), np.zeros_like(level.day)),
        "network": choice(("Microsoft sites and select traffic",), np.zeros_like(level.day)),
        "impressions": measures.impressions,
        "clicks": measures.clicks,
        "ctr": measures.clicks * 100 / impressions,
        "average_cpc": measures.cost / clicks / 1_000_000,
        "spend": measures.cost / 1_000_000,
        "conversions": measures.conversions,
        "conversions_qualified": measures.conversions.astype(np.float64),
        "revenue": measures.conversions * _SIGN_UP_VALUE,
        "all_conversions": every,
        "all_conversions_qualified": every.astype(np.float64),
        "all_revenue": every * _SIGN_UP_VALUE,
        "view_through_conversions": measures.views,
    }
    return assembled(_SCHEMA, level.name, columns)


def _goals(settings: CompanySettings, level: _Level) -> pa.Table:
    """The conversions of each keyword by goal."""
    name = "conversion_performance_daily_report"
    counts = np.stack([level.measures.conversions, _demos(settings, level)], axis=1)
    row, goal = np.nonzero(counts)
    keys = [key[row] for key in level.identity()]
    kept = ("campaign_id", "ad_group_id", "keyword_id")
    columns = {
        "_fivetran_id": fivetran_ids(settings.seed, f"{_SCHEMA}.{name}", *keys, goal),
        "date": days(level.day[row]),
        "account_id": np.full(row.size, ACCOUNT_ID, dtype=np.int64),
        **{column: np.asarray(level.columns[column])[row] for column in kept},
        "goal": choice([each[1] for each in GOALS], goal),
        "goal_id": np.array([each[0] for each in GOALS], dtype=np.int64)[goal],
        "goal_type": choice(("Event",), np.zeros_like(goal)),
        "conversions": np.where(goal == 0, counts[row, goal], 0),
        "all_conversions": counts[row, goal],
        "revenue": np.where(goal == 0, counts[row, goal], 0) * _SIGN_UP_VALUE,
    }
    return assembled(_SCHEMA, name, columns)
