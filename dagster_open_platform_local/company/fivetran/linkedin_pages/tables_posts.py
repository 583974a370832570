"""The rows of posts: their versions, what they lead to, what they brought, and what was said below them.

What belongs here: those rows. What does not: which posts there are (`posts.py`), and counts (`statistics.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import Values, assembled
from dagster_open_platform_local.company.fivetran.linkedin_pages.ids import (
    PAGE_URNS,
    REACTIONS,
    SCHEMA,
    fivetran_ids,
)
from dagster_open_platform_local.company.fivetran.linkedin_pages.posts import PAGES, Posts
from dagster_open_platform_local.company.fivetran.linkedin_pages.statistics import reactions
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, moments, only
from dagster_open_platform_local.company.product.texts import typed
from dagster_open_platform_local.company.settings import CompanySettings

_COMMENTS = (
    "Congratulations!",
    "See you there.",
    "Is there a recording?",
    "We use it every day.",
    "Which region?",
)


def post_tables(settings: CompanySettings, every: Posts, seen: Integers, now: int) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        settings: The company's.
        every: All posts.
        seen: Impressions of each post (rows) on each day (columns).
        now: Unix seconds.
    """
    there = np.flatnonzero(every.deleted >= now)
    return {
        "ugc_post_history": _versions(settings, every, there, now),
        **_contents(settings, every, there),
        **_post_statistics(settings, every, there, seen),
        "comment_history": _comments(settings, every, there, now),
    }


def _post_ids(settings: CompanySettings, every: Posts) -> pa.Array:
    """Of all posts; they grow with time, as LinkedIn's do."""
    draws = Draws(settings.seed, "linkedin_posts", every.keys)
    return joined("urn:li:share:", every.published * 4_000_000_000 + draws.below("id", 1 << 30))


def _versions(settings: CompanySettings, every: Posts, there: Integers, now: int) -> pa.Table:
    """Every version of every post."""
    edited = there[every.edited[there] < now]
    index = np.concatenate([there, edited])
    version = np.repeat(np.arange(2, dtype=np.int64), [there.size, edited.size])
    modified = np.where(version == 1, every.edited[index], every.published[index])
    texts = [
        every.texts[i] + (" (updated)" if v else "")
        for i, v in zip(index.tolist(), version.tolist(), strict=True)
    ]
    links = pa.array([each or None for each in every.links], pa.string())
    return assembled(
        SCHEMA,
        "ugc_post_history",
        {
            "id": _post_ids(settings, every).take(pa.array(index)),
            "last_modified_time": moments(modified),
            "author": choice(PAGE_URNS, every.page[index]),
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
    )


def _contents(settings: CompanySettings, every: Posts, there: Integers) -> dict[str, pa.Table]:
    """Which page each post is of, and what it leads to."""
    ids = _post_ids(settings, every)
    links = pa.array([each or None for each in every.links], pa.string())
    linked = there[np.array([bool(every.links[i]) for i in there.tolist()], dtype=np.bool_)]
    return {
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
                "_fivetran_id": fivetran_ids(settings, "post_content", every.keys[linked]),
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
    reacted = reactions(total, Draws(settings.seed, "linkedin_reactions", every.keys[there]), REACTIONS)
    own = fivetran_ids(settings, "share_statistic", every.keys[there])
    ids = _post_ids(settings, every).take(pa.array(there))
    columns: dict[str, Values] = {
        "_fivetran_id": own,
        "_organization_entity_urn": choice(PAGE_URNS, every.page[there]),
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
