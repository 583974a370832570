"""What people typed before a search ad was clicked.

What belongs here: the terms of each keyword, and how its clicks fall to them. What does not: how often a keyword was clicked.

Tools leave out what few people typed: a term that is not the keyword itself and was clicked once on a day. So clicks, costs and even
conversions of the terms add up to less than those of their keywords.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.advertising.parts import groups_of
from dagster_open_platform_local.company.fivetran.advertising.performance import Measures, Performance
from dagster_open_platform_local.company.fivetran.advertising.splitting import PHASES, split, split_along
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

VARIANTS = ("{}", "best {}", "{} open source", "{} for snowflake", "what is {}")
_WEIGHTS = (72, 10, 8, 6, 4)
_FEW = 2
"""Clicks of a term on a day from which it is told."""


@dataclass(frozen=True)
class Terms:
    """A row a term, keyword and day, if it was clicked often enough.

    Args:
        row: Index into the performance's rows.
        group: Slot of the ad group.
        keyword: Slot of the keyword.
        variant: Index into `VARIANTS`.
        measures: One-dimensional.
    """

    row: Integers
    group: Integers
    keyword: Integers
    variant: Integers
    measures: Measures

    def texts(self, keywords: Sequence[str]) -> pa.Array:
        """The terms as people typed them.

        Args:
            keywords: The text of each row's keyword.
        """
        pairs = zip(keywords, self.variant.tolist(), strict=True)
        return pa.array([VARIANTS[variant].format(keyword) for keyword, variant in pairs], pa.string())


def keyword_texts(settings: CompanySettings, found: Performance, keyword: Integers) -> list[str]:
    """The texts of keywords.

    Args:
        settings: The company's.
        found: The performance that reports them.
        keyword: Their numbers.
    """
    planned = campaigns(settings)
    texts = {
        group.keyword_number(slot): text
        for index in np.unique(found.campaign[found.searched]).tolist()
        for group in groups_of(planned[index])
        for slot, text in enumerate(group.keywords)
    }
    return [texts[each] for each in keyword.tolist()]


def searched_terms(settings: CompanySettings, found: Performance) -> Terms:
    """The terms of all keywords."""
    measures = found.keywords.total(2)
    cells = np.nonzero(measures.clicks + measures.conversions + measures.views)
    flat = measures.at(cells)
    row = found.searched[cells[0]]
    key = ((found.campaign[row] + 1) << 26) | (found.day[row] << 6) | (cells[1] << 3) | cells[2]
    draws = Draws(settings.seed, "search_terms", key)
    weights = np.array(_WEIGHTS) * np.stack(
        [700 + draws.below(f"jitter_{variant}", 600) for variant in range(len(VARIANTS))], axis=1
    )
    clicks = split(flat.clicks, weights, draws.below("clicks", PHASES))
    parts = Measures(
        impressions=split_along(flat.impressions, clicks),
        clicks=clicks,
        cost=split_along(flat.cost, clicks),
        conversions=_after_clicks(flat.conversions, clicks),
        views=np.zeros_like(clicks),
    )
    is_keyword = np.arange(len(VARIANTS)) == 0
    places = np.nonzero((clicks >= _FEW) | (is_keyword & (clicks > 0)))
    return Terms(row[places[0]], cells[1][places[0]], cells[2][places[0]], places[1], parts.at(places))


def _after_clicks(conversions: Integers, clicks: Integers) -> Integers:
    """Give conversions to the first terms that have clicks for them; there is a click for each."""
    before = np.cumsum(clicks, axis=1) - clicks
    return np.clip(conversions[:, None] - before, 0, clicks)
