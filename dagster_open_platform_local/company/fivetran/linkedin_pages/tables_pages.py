"""The rows of the pages: what each is, who follows it, and what each day brought.

What belongs here: those rows. What does not: posts (`tables_posts.py`), and counts (`statistics.py`).

Functions and levels of seniority are LinkedIn's (https://learn.microsoft.com/en-us/linkedin/shared/references/reference-tables). The
numbers by function and seniority do not add up to all followers, since LinkedIn does not know them of everybody.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows
from dagster_open_platform_local.company.fivetran.linkedin_pages.ids import (
    PAGE_URNS,
    REACTIONS,
    SCHEMA,
    fivetran_ids,
)
from dagster_open_platform_local.company.fivetran.linkedin_pages.posts import PAGES, Posts
from dagster_open_platform_local.company.fivetran.linkedin_pages.statistics import (
    followers,
    followers_gained,
    page_views,
    pages,
    reactions,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers, choice, moments
from dagster_open_platform_local.company.settings import CompanySettings

_FUNCTIONS = ((3, "Arts and Design"), (4, "Business Development"), (8, "Engineering"), (13, "Information Technology"),
              (15, "Marketing"), (19, "Product Management"), (24, "Research"), (25, "Sales"))  # fmt: skip
_FUNCTION_SHARES = (20, 70, 410, 220, 40, 60, 50, 60)
_SENIORITIES = ((1, "Unpaid"), (2, "Training"), (3, "Entry"), (4, "Senior"), (5, "Manager"), (6, "Director"),
                (7, "VP"), (8, "CXO"), (9, "Partner"), (10, "Owner"))  # fmt: skip
_SENIORITY_SHARES = (10, 20, 250, 380, 110, 80, 30, 40, 5, 25)
_PARTS = (
    ("overview", 620),
    ("about", 90),
    ("people", 110),
    ("jobs", 70),
    ("careers", 60),
    ("life_at", 20),
    ("products", 30),
    ("insights", 0),
)
"""Parts of a page, with their shares of its views."""


def page_tables(
    settings: CompanySettings, every: Posts, seen: Integers, days: Integers
) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        settings: The company's.
        every: All posts.
        seen: Impressions of each post (rows) on each day (columns).
        days: The days of which LinkedIn tells, since 1970-01-01.
    """
    return {
        "organization": _organizations(),
        "function": _names("function", _FUNCTIONS),
        "seniority": _names("seniority", _SENIORITIES),
        "followers_by_function": _followers(settings, days, "function", _FUNCTIONS, _FUNCTION_SHARES),
        "followers_by_seniority": _followers(settings, days, "seniority", _SENIORITIES, _SENIORITY_SHARES),
        "time_bound_follower_statistic": _follower_days(settings, days),
        "time_bound_page_statistic": _page_days(settings, days),
        "time_bound_share_statistic": _share_days(settings, every, seen, days),
    }


def _organizations() -> pa.Table:
    rows = [
        {
            "id": number,
            "localized_name": name,
            "name_localized": name,
            "name_preferred_locale_country": "US",
            "name_preferred_locale_language": "en",
            "vanity_name": slug,
            "localized_website": "https://dagster.example.com",
            "website_localized": "https://dagster.example.com",
            "default_locale_country": "US",
            "default_locale_language": "en",
            "organization_status": "OPERATING",
            "organization_type": "PRIVATELY_HELD",
            "primary_organization_type": "NONE" if i == 0 else "BRAND",
            "staff_count_range": "SIZE_51_TO_200",
            "founded_on_year": 2018,
            "parent_relationship_parent_id": None if i == 0 else PAGE_URNS[0],
            "parent_relationship_type": None if i == 0 else "SHOWCASE_PAGE",
        }
        for i, (number, name, slug) in enumerate(PAGES)
    ]
    return from_rows(SCHEMA, "organization", rows)


def _names(table: str, pairs: tuple[tuple[int, str], ...]) -> pa.Table:
    return from_rows(SCHEMA, table, [{"id": number, "name": name} for number, name in pairs])


def _followers(
    settings: CompanySettings,
    days: Integers,
    kind: str,
    pairs: tuple[tuple[int, str], ...],
    shares: tuple[int, ...],
) -> pa.Table:
    table = f"followers_by_{kind}"
    rows = [
        {
            "_organization_entity_urn": PAGE_URNS[page],
            f"{kind}_id": number,
            "follower_counts_organic_follower_count": organic * share // 1000,
            "follower_counts_paid_follower_count": paid * share // 1000,
        }
        for page in pages().tolist()
        for organic, paid in [followers(settings, page, days)]
        for (number, _), share in zip(pairs, shares, strict=True)
    ]
    for row, own in zip(rows, fivetran_ids(settings, table, np.arange(len(rows))), strict=True):
        row["_fivetran_id"] = own
    return from_rows(SCHEMA, table, rows)


def _day_columns(settings: CompanySettings, table: str, days: Integers) -> dict[str, Values]:
    """The columns that the tables of days share: each page's days."""
    page, day = np.repeat(pages(), days.size), np.tile(days, len(PAGES))
    return {
        "_fivetran_id": fivetran_ids(settings, table, day << 4 | page),
        "day": moments(day * DAY_SECONDS),
        "organization_entity": choice(PAGE_URNS, page),
    }


def _follower_days(settings: CompanySettings, days: Integers) -> pa.Table:
    table = "time_bound_follower_statistic"
    gained = [followers_gained(settings, page, days) for page in pages().tolist()]
    columns = {
        "follower_gains_organic_follower_gain": np.concatenate([organic for organic, _ in gained]),
        "follower_gains_paid_follower_gain": np.concatenate([paid for _, paid in gained]),
    }
    return assembled(SCHEMA, table, _day_columns(settings, table, days) | columns)


def _page_days(settings: CompanySettings, days: Integers) -> pa.Table:
    """Parts add up to all views, and mobile and desktop to each part's."""
    table = "time_bound_page_statistic"
    total = np.concatenate([page_views(settings, page, days) for page in pages().tolist()])
    columns: dict[str, Values] = {}
    left, all_mobile = total, np.zeros_like(total)
    parts: list[tuple[str, Integers]] = []
    for name, share in reversed(_PARTS):
        own = left if name == _PARTS[0][0] else np.minimum(total * share // 1000, left)
        left = left - own
        parts.append((name, own))
    for name, own in parts:
        mobile = own * 420 // 1000
        all_mobile = all_mobile + mobile
        for prefix, count in (("", own), ("mobile_", mobile), ("desktop_", own - mobile)):
            columns[f"{prefix}{name}_page_views"] = count
            columns[f"{prefix}{name}_unique_page_views"] = count * 3 // 4
    for name, count in (("all", total), ("all_mobile", all_mobile), ("all_desktop", total - all_mobile)):
        columns[f"{name}_page_views"] = count
        columns[f"{name}_unique_page_views"] = count * 3 // 4
    return assembled(SCHEMA, table, _day_columns(settings, table, days) | columns)


def _share_days(settings: CompanySettings, every: Posts, seen: Integers, days: Integers) -> pa.Table:
    table = "time_bound_share_statistic"
    count = np.concatenate([seen[every.page == page].sum(axis=0) for page in pages().tolist()])
    keys = np.tile(days, len(PAGES)) << 4 | np.repeat(pages(), days.size)
    reacted = reactions(count, Draws(settings.seed, f"{table}_counts", keys), REACTIONS)
    columns: dict[str, Values] = {
        "impression_count": count,
        "unique_impressions_count": count * 7 // 10,
        **reacted,
        "comment_mentions_count": reacted["comment_count"] // 10,
        "share_mentions_count": reacted["share_count"] // 5,
        "engagement": sum(reacted.values()) / np.maximum(count, 1),
    }
    return assembled(SCHEMA, table, _day_columns(settings, table, days) | columns)
