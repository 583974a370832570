"""LinkedIn's tables as of a date.

What belongs here: all rows. What does not: what they count (`statistics.py`) and which posts there are (`posts.py`).

Functions and levels of seniority are LinkedIn's (https://learn.microsoft.com/en-us/linkedin/shared/references/reference-tables). The
numbers by function and seniority do not add up to all followers, since LinkedIn does not know them of everybody.
"""

from datetime import date

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled, from_rows, hexadecimals
from dagster_open_platform_local.company.fivetran.linkedin_pages.posts import PAGES, Posts, posts
from dagster_open_platform_local.company.fivetran.linkedin_pages.statistics import (
    days_known,
    followers,
    followers_gained,
    impressions_by_day,
    page_views,
    pages,
    reactions,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, moments, only
from dagster_open_platform_local.company.product.texts import typed
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "linkedin_pages"
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
_COMMENTS = (
    "Congratulations!",
    "See you there.",
    "Is there a recording?",
    "We use it every day.",
    "Which region?",
)
_REACTION_NAMES = ("click_count", "like_count", "comment_count", "share_count")


def linkedin_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    every, now, days = posts(settings, today), unix_seconds(today), days_known(settings, today)
    there = np.flatnonzero(every.deleted >= now)
    seen = impressions_by_day(settings, every, days)
    return {
        "organization": _organizations(),
        "function": _names("function", _FUNCTIONS),
        "seniority": _names("seniority", _SENIORITIES),
        "followers_by_function": _followers(settings, days, "function", _FUNCTIONS, _FUNCTION_SHARES),
        "followers_by_seniority": _followers(settings, days, "seniority", _SENIORITIES, _SENIORITY_SHARES),
        "time_bound_follower_statistic": _follower_days(settings, days),
        "time_bound_page_statistic": _page_days(settings, days),
        "time_bound_share_statistic": _share_days(settings, every, seen, days),
        **_posts(settings, every, there, now),
        **_post_statistics(settings, every, there, seen),
        "comment_history": _comments(settings, every, there, now),
    }


def _urn(page: int) -> str:
    return f"urn:li:organization:{PAGES[page][0]}"


def _post_ids(settings: CompanySettings, every: Posts) -> pa.Array:
    """Of all posts; they grow with time, as LinkedIn's do."""
    draws = Draws(settings.seed, "linkedin_posts", every.keys)
    return joined("urn:li:share:", every.published * 4_000_000_000 + draws.below("id", 1 << 30))


def _fivetran_ids(settings: CompanySettings, table: str, keys: Integers) -> list[str]:
    draws = Draws(settings.seed, f"linkedin_{table}", keys)
    halves = (hexadecimals(draws.bits("id"), 16), hexadecimals(draws.bits("id_low"), 16))
    return ["".join(each) for each in zip(*halves, strict=True)]


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
            "parent_relationship_parent_id": None if i == 0 else _urn(0),
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
            "_organization_entity_urn": _urn(page),
            f"{kind}_id": number,
            "follower_counts_organic_follower_count": organic * share // 1000,
            "follower_counts_paid_follower_count": paid * share // 1000,
        }
        for page in pages().tolist()
        for organic, paid in [followers(settings, page, days)]
        for (number, _), share in zip(pairs, shares, strict=True)
    ]
    for row, own in zip(rows, _fivetran_ids(settings, table, np.arange(len(rows))), strict=True):
        row["_fivetran_id"] = own
    return from_rows(SCHEMA, table, rows)


def _day_columns(settings: CompanySettings, table: str, days: Integers) -> dict[str, Values]:
    """The columns that the tables of days share: each page's days."""
    page, day = np.repeat(pages(), days.size), np.tile(days, len(PAGES))
    return {
        "_fivetran_id": _fivetran_ids(settings, table, day << 4 | page),
        "day": moments(day * DAY_SECONDS),
        "organization_entity": choice([_urn(each) for each in pages().tolist()], page),
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
    reacted = reactions(count, Draws(settings.seed, f"{table}_counts", keys), _REACTION_NAMES)
    columns: dict[str, Values] = {
        "impression_count": count,
        "unique_impressions_count": count * 7 // 10,
        **reacted,
        "comment_mentions_count": reacted["comment_count"] // 10,
        "share_mentions_count": reacted["share_count"] // 5,
        "engagement": sum(reacted.values()) / np.maximum(count, 1),
    }
    return assembled(SCHEMA, table, _day_columns(settings, table, days) | columns)


def _posts(settings: CompanySettings, every: Posts, there: Integers, now: int) -> dict[str, pa.Table]:
    """Every version of every post; which page each is of; what each shows."""
    ids = _post_ids(settings, every)
    edited = there[every.edited[there] < now]
    index = np.concatenate([there, edited])
    version = np.repeat(np.arange(2, dtype=np.int64), [there.size, edited.size])
    modified = np.where(version == 1, every.edited[index], every.published[index])
    texts = [
        every.texts[i] + (" (updated)" if v else "")
        for i, v in zip(index.tolist(), version.tolist(), strict=True)
    ]
    urns = [_urn(page) for page in pages().tolist()]
    links = pa.array([each or None for each in every.links], pa.string())
    linked = there[np.array([bool(every.links[i]) for i in there.tolist()], dtype=np.bool_)]
    return {
        "ugc_post_history": assembled(
            SCHEMA,
            "ugc_post_history",
            {
                "id": ids.take(pa.array(index)),
                "last_modified_time": moments(modified),
                "author": choice(urns, every.page[index]),
                "commentary": texts,
                "content_landing_page": links.take(pa.array(index)),
                "distribution_feed_distribution": ["MAIN_FEED"] * index.size,
                "distribution_external_distribution_channels": ["[]"] * index.size,
                "lifecycle_state": ["PUBLISHED"] * index.size,
                "lifecycle_state_info_is_edited_by_author": version == 1,
                "visibility": ["PUBLIC"] * index.size,
                "is_reshare_disabled_by_author": np.zeros(index.size, dtype=np.bool_),
                "created_time": moments(every.published[index] - 60),
                "first_published_at": moments(every.published[index]),
            },
        ),
        "organization_ugc_post": assembled(
            SCHEMA,
            "organization_ugc_post",
            {
                "organization_id": np.array([number for number, _, _ in PAGES], dtype=np.int64)[every.page[there]],
                "ugc_post_id": ids.take(pa.array(there)),
            },
        ),
        "post_content": assembled(
            SCHEMA,
            "post_content",
            {
                "_fivetran_id": _fivetran_ids(settings, "post_content", every.keys[linked]),
                "post_id": ids.take(pa.array(linked)),
                "type": ["article"] * linked.size,
                "article_title": [every.titles[i] for i in linked.tolist()],
                "article_source": links.take(pa.array(linked)),
            },
        ),
    }  # fmt: skip


def _post_statistics(
    settings: CompanySettings, every: Posts, there: Integers, seen: Integers
) -> dict[str, pa.Table]:
    """What each post brought so far."""
    total = seen.sum(axis=1)[there]
    reacted = reactions(total, Draws(settings.seed, "linkedin_reactions", every.keys[there]), _REACTION_NAMES)
    own = _fivetran_ids(settings, "share_statistic", every.keys[there])
    ids = _post_ids(settings, every).take(pa.array(there))
    columns: dict[str, Values] = {
        "_fivetran_id": own,
        "_organization_entity_urn": choice([_urn(page) for page in pages().tolist()], every.page[there]),
        "_share_entity_urn": ids,
        "impression_count": total,
        "unique_impressions_count": total * 7 // 10,
        **reacted,
        "engagement": sum(reacted.values()) / np.maximum(total, 1),
    }
    links: dict[str, Values] = {"share_statistic_id": own, "ugc_post_id": ids}
    return {
        "share_statistic": assembled(SCHEMA, "share_statistic", columns),
        "ugc_post_share_statistic": assembled(SCHEMA, "ugc_post_share_statistic", links),
    }


def _comments(settings: CompanySettings, every: Posts, there: Integers, now: int) -> pa.Table:
    """Zero to five a post; who wrote them is only a number, and empty where LinkedIn hides it."""
    count = Draws(settings.seed, "linkedin_comments", every.keys[there]).below("count", 6)
    index = np.repeat(there, count)
    place = np.arange(index.size) - np.repeat(np.cumsum(count) - count, count)
    keys = every.keys[index] << 4 | place
    draws = Draws(settings.seed, "linkedin_comments", keys)
    created = every.published[index] + draws.quantile("gap", (300, 4_000, 60_000, 6 * DAY_SECONDS))
    known = created < now
    index, keys, created = index[known], keys[known], created[known]
    draws = Draws(settings.seed, "linkedin_comments", keys)
    person = only(joined("urn:li:person:", draws.below("person", 1 << 31)), ~draws.chance("hidden", 0.1))
    number = created * 4_000_000 + draws.below("id", 1 << 20)
    post = _post_ids(settings, every).take(pa.array(index))
    return assembled(
        SCHEMA,
        "comment_history",
        {
            "id": number,
            "last_modified_time": moments(created),
            "actor": person,
            "created_actor": person,
            "last_modified_actor": person,
            "object": post,
            "urn": joined("urn:li:comment:(", post, ",", number, ")"),
            "message_text": typed(
                draws, "text", choice(_COMMENTS, draws.below("form", len(_COMMENTS))), 0.03
            ),
            "content": ["[]"] * index.size,
            "created_time": moments(created),
        },
    )
