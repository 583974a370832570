"""The rows of the channel, its videos, playlists and comments.

What belongs here: those rows. What does not: the reports.

Counts of a video are text, as YouTube's API gives them. Some comments are held for review; what people write there holds the texts of
`product/texts.py`. A comment may be known only days after it was written.
"""

import json
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled, from_rows, hexadecimals
from dagster_open_platform_local.company.fivetran.youtube_analytics.videos import (
    BEFORE_DAYS,
    PLAYLISTS,
    Videos,
    base64_ids,
    playlist_members,
)
from dagster_open_platform_local.company.fivetran.youtube_analytics.views import Views
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.people import person_names
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, local_moments
from dagster_open_platform_local.company.product.texts import typed
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "youtube_analytics"
TITLE = "Dagster Labs (simulated)"
_SUBSCRIBERS_BEFORE = 2_400
_FIRST_VIEWER = 1 << 42
"""Among the people of `people.py`: nobody whom another tool knows."""
_TEXTS = (
    "Thank you, this saved my week.",
    "Which version is this?",
    "At 12:40 the command has a typo.",
    "How would this work with two code locations?",
    "Please make one about partitions.",
    "First!",
)
_COMMENTS_PER_VIEWS = 90
_COMMENT_GAPS = (600, 4 * 3600, DAY_SECONDS, 20 * DAY_SECONDS, 200 * DAY_SECONDS)


def channel_id(settings: CompanySettings) -> str:
    """The channel's id."""
    return f"UC{base64_ids(Draws(settings.seed, 'youtube_channel', np.zeros(1, np.int64)), 'id', 22)[0]}"


def playlist_ids(settings: CompanySettings) -> list[str]:
    """Of `PLAYLISTS`."""
    numbers = np.arange(len(PLAYLISTS), dtype=np.int64)
    return [f"PL{each}" for each in base64_ids(Draws(settings.seed, "youtube_playlists", numbers), "id", 32)]


def subscribers_gained(settings: CompanySettings, found: Videos, views: Views) -> Integers:
    """How many subscribed to the channel at each video on each day."""
    draws = Draws(settings.seed, "youtube_subscribers", views.keys(found))
    return (views.count * 12 + draws.below("rounding", 1000)) // 1000


def channel_tables(
    settings: CompanySettings, today: date, found: Videos, views: Views
) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        settings: The company's.
        today: The date.
        found: The videos of that date.
        views: All views until that date.
    """
    total = np.bincount(views.video, weights=views.count, minlength=found.keys.size).astype(np.int64)
    gained = int(subscribers_gained(settings, found, views).sum())
    return {
        "channel": _channel(settings, today, found, total, gained),
        "video": _videos(settings, today, found, total),
        "playlist": _playlists(settings, found),
        "comment": _comments(settings, today, found, total),
    }


def _begun(settings: CompanySettings) -> datetime:
    seconds = unix_seconds(settings.epoch) - (BEFORE_DAYS + 40) * DAY_SECONDS
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _channel(settings: CompanySettings, today: date, found: Videos, total: Integers, gained: int) -> pa.Table:
    there = int((found.removed >= unix_seconds(today)).sum())
    row = {
        "id": channel_id(settings),
        "kind": "youtube#channel",
        "snippet_title": TITLE,
        "snippet_custom_url": "@dagsterlabs",
        "snippet_country": "US",
        "snippet_published_at": _begun(settings),
        "statistics_subscriber_count": int(_SUBSCRIBERS_BEFORE * settings.scale) + gained,
        "statistics_video_count": there,
        "statistics_view_count": int(total.sum()),
        "statistics_hidden_subscriber_count": False,
        "content_details_uploads": f"UU{channel_id(settings)[2:]}",
        "status": '{"privacyStatus": "public"}',
    }
    return from_rows(SCHEMA, "channel", [row])


def _videos(settings: CompanySettings, today: date, found: Videos, total: Integers) -> pa.Table:
    draws = found.draws(settings.seed)
    count = found.keys.size
    links = [f"\nhttps://dagster.example.com/?utm_campaign={tag}" if tag else "" for tag in found.tags]
    table = assembled(
        SCHEMA,
        "video",
        {
            "id": found.ids,
            "kind": ["youtube#video"] * count,
            "etag": hexadecimals(draws.bits("etag"), 16),
            "snippet_channel_id": [channel_id(settings)] * count,
            "snippet_channel_title": [TITLE] * count,
            "snippet_title": found.titles,
            "snippet_description": [f"{title}.{link}" for title, link in zip(found.titles, links, strict=True)],
            "snippet_category_id": ["28"] * count,
            "snippet_default_audio_language": choice(("en", "en-US"), draws.below("language", 2), draws.chance("no_language", 0.2)),
            "snippet_live_broadcast_content": ["none"] * count,
            "snippet_tags": [json.dumps(["dagster", "data engineering"])] * count,
            "snippet_published_at": local_moments(found.published),
            "content_details_caption": choice(("false", "true"), draws.chance("captions", 0.4).astype(np.int64)),
            "content_details_definition": ["hd"] * count,
            "content_details_dimension": ["2d"] * count,
            "content_details_duration": [_duration(each) for each in found.length.tolist()],
            "content_details_licensed_content": np.zeros(count, dtype=np.bool_),
            "statistics_view_count": joined(total),
            "statistics_like_count": joined(total * 28 // 1000),
            "statistics_favorite_count": ["0"] * count,
            "statistics_comment_count": joined(total // _COMMENTS_PER_VIEWS),
            "privacy_status": choice(("public", "unlisted"), draws.chance("unlisted", 0.05).astype(np.int64)),
            "upload_status": ["processed"] * count,
            "status_license": ["youtube"] * count,
            "status_embeddable": np.ones(count, dtype=np.bool_),
            "status_made_for_kids": np.zeros(count, dtype=np.bool_),
        },
    )  # fmt: skip
    return table.filter(pa.array(found.removed >= unix_seconds(today)))


def _duration(seconds: int) -> str:
    """As ISO 8601 writes it, for example `PT12M5S`."""
    hours, rest = divmod(seconds, 3600)
    return f"PT{f'{hours}H' if hours else ''}{rest // 60}M{rest % 60}S"


def _playlists(settings: CompanySettings, found: Videos) -> pa.Table:
    members = playlist_members(settings, found)
    rows = [
        {
            "id": each,
            "kind": "youtube#playlist",
            "snippet_channel_id": channel_id(settings),
            "snippet_channel_title": TITLE,
            "snippet_title": PLAYLISTS[i],
            "content_details_item_count": int(members[i].size),
            "privacy_status": "public",
            "snippet_published_at": _begun(settings),
        }
        for i, each in enumerate(playlist_ids(settings))
    ]
    return from_rows(SCHEMA, "playlist", rows)


def _comments(settings: CompanySettings, today: date, found: Videos, total: Integers) -> pa.Table:
    counts = np.minimum(total // _COMMENTS_PER_VIEWS, 200)
    video = np.repeat(np.arange(counts.size, dtype=np.int64), counts)
    place = np.arange(video.size, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = found.keys[video] << 8 | place
    draws = Draws(settings.seed, "youtube_comments", keys)
    # As long as there are so many, the n-th one was written; when, is drawn.
    latest = unix_seconds(today) - 1
    created = found.published[video] + draws.quantile("gap", _COMMENT_GAPS)
    there = created < latest
    video, keys, created = video[there], keys[there], created[there]
    draws = Draws(settings.seed, "youtube_comments", keys)
    names = person_names(settings.seed, _FIRST_VIEWER + draws.below("viewer", 4_000))
    text = typed(draws, "text", choice(_TEXTS, draws.below("form", len(_TEXTS))), 0.03)
    return assembled(
        SCHEMA,
        "comment",
        {
            "id": [f"Ug{each}" for each in base64_ids(draws, "id", 24)],
            "kind": ["youtube#commentThread"] * keys.size,
            "video_id": pa.array(found.ids).take(pa.array(video)),
            "snippet_channel_id": [channel_id(settings)] * keys.size,
            "snippet_author_display_name": [f"@{first}{last}".lower() for first, last in names],
            "snippet_text_display": text,
            "snippet_text_original": text,
            "snippet_moderation_status": choice(
                ("published", "heldForReview"), draws.chance("held", 0.03).astype(np.int64)
            ),
            "snippet_like_count": draws.below("likes", 6) // 2,
            "total_reply_count": draws.below("replies", 9) // 6,
            "can_reply": np.ones(keys.size, dtype=np.bool_),
            "is_public": np.ones(keys.size, dtype=np.bool_),
            "snippet_can_rate": np.ones(keys.size, dtype=np.bool_),
            "snippet_published_at": local_moments(created),
            "snippet_updated_at": local_moments(created),
        },
    )
