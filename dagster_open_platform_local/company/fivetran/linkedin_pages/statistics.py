"""What each post and each day brought: impressions, reactions, followers, views of the pages.

What belongs here: counts. What does not: rows.

LinkedIn tells of a day two days later. Followers that advertisements won are those of the days on which a campaign ran there
(`commercial/campaigns.py`).
"""

from datetime import date

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.linkedin_pages.posts import HISTORY_DAYS, PAGES, Posts
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

KNOWN_AFTER_DAYS = 2
_IMPRESSIONS = 26
"""A post of weight 1, in the end, at scale 1."""
_LIFE_DAYS = 12
_FOLLOWERS_BEFORE = (14_000, 900)
_GAINS, _VIEWS = (16, 3), (90, 22)
_WEEKEND_PER_MILLE = 380
_SHARE_PER_MILLE = (26, 31, 3, 4)
"""Clicks, likes, comments and shares of a thousand impressions."""


def days_known(settings: CompanySettings, today: date) -> Integers:
    """Every day of which LinkedIn tells on a date, in days since 1970-01-01."""
    first = unix_seconds(settings.epoch) // DAY_SECONDS - HISTORY_DAYS
    return np.arange(first, unix_seconds(today) // DAY_SECONDS - KNOWN_AFTER_DAYS + 1, dtype=np.int64)


def impressions_by_day(settings: CompanySettings, found: Posts, days: Integers) -> Integers:
    """Impressions of each post (rows) on each day (columns): most within four days, none after twelve."""
    age = days[None, :] - (found.published // DAY_SECONDS)[:, None]
    draws = Draws(settings.seed, "linkedin_impressions", found.keys)
    total = (found.weight * int(_IMPRESSIONS * settings.scale * 1000) // 1000) * (
        500 + draws.below("noise", 1000)
    )
    lives = (age >= 0) & (age < _LIFE_DAYS)
    share = np.where(lives, 1000 // (np.clip(age, 0, _LIFE_DAYS) + 1) ** 2, 0)
    # Twelve terms of 1 / n² make about 1.565.
    return total[:, None] * share // 1_565_000


def reactions(impressions: Integers, draws: Draws, names: tuple[str, ...]) -> dict[str, Integers]:
    """Clicks, likes, comments and shares of so many impressions, by the names given; never fewer for more of them."""
    return {
        name: (impressions * per_mille + draws.below(name, 1000)) // 1000
        for name, per_mille in zip(names, _SHARE_PER_MILLE, strict=True)
    }


def _daily(settings: CompanySettings, table: str, page: int, days: Integers, usual: int) -> Integers:
    draws = Draws(settings.seed, table, days << 4 | page)
    since = np.maximum(days - days[:1], 0) if days.size else days
    per_mille = (1000 + since) * (500 + draws.below("noise", 1000)) // 1000
    # 1970-01-01 was a Thursday.
    per_mille = np.where((days + 3) % 7 >= 5, per_mille * _WEEKEND_PER_MILLE // 1000, per_mille)
    return (int(usual * settings.scale * 1000) * per_mille // 1000 + draws.below("rounding", 1000)) // 1000


def page_views(settings: CompanySettings, page: int, days: Integers) -> Integers:
    """Views of a page on each day."""
    return _daily(settings, "linkedin_views", page, days, _VIEWS[page])


def followers_gained(settings: CompanySettings, page: int, days: Integers) -> tuple[Integers, Integers]:
    """Followers that a page won on each day by itself, and by advertisements."""
    organic = _daily(settings, "linkedin_followers", page, days, _GAINS[page])
    if page > 0:
        return organic, np.zeros_like(organic)
    running = np.zeros(days.size, dtype=np.int64)
    origin = date(1970, 1, 1)
    for each in campaigns(settings):
        if each.channel == "linkedin":
            start = (each.start - origin).days
            end = (each.end - origin).days if each.end else int(days.max(initial=start))
            running += ((days >= start) & (days <= end)).astype(np.int64)
    draws = Draws(settings.seed, "linkedin_paid_followers", days)
    return organic, running * int(settings.scale * 1000) * draws.below("paid", 3) // 1000


def followers(settings: CompanySettings, page: int, days: Integers) -> tuple[int, int]:
    """How many follow a page after the last of the days: who came by themselves, and by advertisements."""
    organic, paid = followers_gained(settings, page, days)
    return int(_FOLLOWERS_BEFORE[page] * settings.scale) + int(organic.sum()), int(paid.sum())


def pages() -> Integers:
    """Index of every page."""
    return np.arange(len(PAGES), dtype=np.int64)
