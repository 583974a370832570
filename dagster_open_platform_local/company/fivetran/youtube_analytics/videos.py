"""The videos of the company's channel: recordings of webinars, films of launches, tutorials, and one for each minor release.

What belongs here: which there are, and since when. What does not: who watches them.

A webinar's recording comes two days after it, a launch's film on its first day. Of the tutorials 4 % were taken from the channel
later (`removed`): they are gone from the table of videos, and stay in the reports of earlier days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dagster_open_platform_local.company.commercial.campaigns import campaigns_before
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers
from dagster_open_platform_local.company.settings import CompanySettings

WEBINAR, LAUNCH, TUTORIAL = range(3)
PLAYLISTS = ("Webinars", "Launch weeks", "Dagster University", "Start here")
"""The first three hold the kinds of videos; the last one some of each."""
BEFORE_DAYS = 900
_TUTORIAL_DAYS, _WEBINAR_LATER = 9, 2
_VERBS = ("How to", "Five minutes:", "Deep dive:", "Live:", "Why we")
_SUBJECTS = (
    "partition assets", "test pipelines", "write a component", "orchestrate dbt", "backfill safely", "use branch deployments",
    "read the lineage graph", "schedule with conditions", "move from cron", "connect Snowflake", "ingest with Sling",
    "check data quality", "deploy on Kubernetes", "debug a failing run",
)  # fmt: skip
_LENGTHS = ((2_400, 3_000, 3_900), (90, 400, 2_700), (240, 600, 900, 1_800))
_POPULARITY = ((4, 8, 16), (40, 90, 220), (2, 5, 12, 60))
"""Quantiles of the views on the day of publication, at scale 1, by kind."""
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class _Planned(NamedTuple):
    key: int
    kind: int
    title: str
    day: date
    tag: str


@dataclass(frozen=True)
class Videos:
    """Videos by the time they were published.

    Args:
        keys: Each one's, the same on every date.
        ids: YouTube's.
        kind: `WEBINAR`, `LAUNCH` or `TUTORIAL`.
        titles: As shown.
        tags: Tag of the campaign of each in links; empty if it has none.
        published: Unix seconds.
        removed: When it was taken from the channel; `NEVER` if it was not.
        length: In seconds.
        popularity: Views on the day of publication, in thousandths.
    """

    keys: Integers
    ids: list[str]
    kind: Integers
    titles: list[str]
    tags: list[str]
    published: Integers
    removed: Integers
    length: Integers
    popularity: Integers

    def draws(self, seed: int, table: str = "youtube_videos") -> Draws:
        """The columns of the videos."""
        return Draws(seed, table, self.keys)


@lru_cache(maxsize=4)
def videos(settings: CompanySettings, today: date) -> Videos:
    """Every video that was published before a date, also those that were removed."""
    planned = [*_of_campaigns(settings, today), *_tutorials(settings, today)]
    keys = np.array([each.key for each in planned], dtype=np.int64)
    kind = np.array([each.kind for each in planned], dtype=np.int64)
    draws = Draws(settings.seed, "youtube_videos", keys)
    published = np.array([unix_seconds(each.day) for each in planned], dtype=np.int64)
    published = published + 13 * 3600 + draws.below("second", 5 * 3600)
    order = np.lexsort((keys, published))
    planned, keys, kind, published = [planned[i] for i in order], keys[order], kind[order], published[order]
    draws = Draws(settings.seed, "youtube_videos", keys)
    gone = published + draws.quantile("removed_gap", (60, 200, 600)) * DAY_SECONDS
    removed = np.where((kind == TUTORIAL) & draws.chance("removed", 0.04), gone, NEVER)
    length, popularity = np.zeros_like(keys), np.zeros_like(keys)
    for number in range(len(_LENGTHS)):
        own = kind == number
        length = np.where(own, draws.quantile("length", _LENGTHS[number]), length)
        wanted = [int(each * 1000 * settings.scale) for each in _POPULARITY[number]]
        popularity = np.where(own, draws.quantile("popularity", wanted), popularity)
    return Videos(
        keys,
        base64_ids(draws, "id", 11),
        kind,
        [each.title for each in planned],
        [each.tag for each in planned],
        published,
        removed,
        length,
        popularity,
    )


def _of_campaigns(settings: CompanySettings, today: date) -> Iterator[_Planned]:
    first = settings.epoch - timedelta(days=BEFORE_DAYS)
    launches: set[date] = set()
    for each in campaigns_before(settings, today):
        if each.kind == "webinar" and each.end is not None:
            day = each.end + timedelta(days=_WEBINAR_LATER)
            if first <= day < today:
                topic = each.name.partition(": ")[2]
                yield _Planned(each.number * 4, WEBINAR, f"Webinar: {topic}", day, each.utm_campaign)
        elif each.utm_campaign.startswith("launch-") and first <= each.start and each.start not in launches:
            # A launch is a campaign on several channels; its film is one.
            launches.add(each.start)
            name = each.name.partition(" | ")[0]
            yield _Planned(each.number * 4 + 1, LAUNCH, f"{name}: what is new", each.start, each.utm_campaign)


def _tutorials(settings: CompanySettings, today: date) -> Iterator[_Planned]:
    first = settings.epoch - timedelta(days=BEFORE_DAYS)
    numbers = np.arange(max(0, (today - first).days // _TUTORIAL_DAYS + 1), dtype=np.int64)
    draws = Draws(settings.seed, "youtube_tutorials", numbers)
    columns = (
        draws.below("day", _TUTORIAL_DAYS),
        draws.below("verb", len(_VERBS)),
        draws.below("subject", len(_SUBJECTS)),
    )
    for number, late, verb, subject in zip(
        numbers.tolist(), *(column.tolist() for column in columns), strict=True
    ):
        day = first + timedelta(days=number * _TUTORIAL_DAYS + late)
        if day < today:
            yield _Planned(number * 4 + 2, TUTORIAL, f"{_VERBS[verb]} {_SUBJECTS[subject]}", day, "")


def base64_ids(draws: Draws, column: str, length: int) -> list[str]:
    """Ids of so many characters, as YouTube makes them."""
    parts = [draws.bits(f"{column}_{number}").tolist() for number in range((length + 9) // 10)]
    return [
        "".join(_BASE64[part >> 6 * place & 63] for part in row for place in range(10))[:length]
        for row in zip(*parts, strict=True)
    ]


def playlist_members(settings: CompanySettings, found: Videos) -> list[Integers]:
    """Index of the videos in each playlist: its kind's; in the last one some tutorials that beginners need."""
    kinds = [np.flatnonzero(found.kind == kind) for kind in range(3)]
    start = np.flatnonzero(
        (found.kind == TUTORIAL) & found.draws(settings.seed).chance("for_beginners", 0.12)
    )
    return [*kinds, start]
