"""Posts on the company's pages: of webinars, launches, conferences and newsletters, of releases and of open positions.

What belongs here: which there are, and since when. What does not: who saw them.

A tenth of the posts were edited: they have two versions. 2 % were deleted; LinkedIn tells nothing of them any more.
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
from dagster_open_platform_local.company.product.happenings import happens
from dagster_open_platform_local.company.pypi_releases import packages
from dagster_open_platform_local.company.settings import CompanySettings

PAGES = (
    (67_110_021, "Dagster Labs (simulated)", "dagsterlabs"),
    (98_402_117, "Dagster University", "dagster-university"),
)
"""Id, name and name in links; the second is a showcase page of the first."""
HISTORY_DAYS = 365
"""Days before the epoch from which LinkedIn tells of posts."""
_SITE = "https://dagster.example.com"
_HOUR = 3600
_OWN_DAYS = 5
_OWN = (
    "We are hiring a {role}. Come and build the platform with us.",
    "What is a software-defined asset? A short answer for your {role}.",
    "New course at Dagster University: pipelines for the {role}.",
    "A customer story: how one {role} replaced four hundred cron jobs.",
)
_ROLES = (
    "data engineer",
    "product designer",
    "solutions engineer",
    "site reliability engineer",
    "analytics engineer",
)


class _Planned(NamedTuple):
    key: int
    page: int
    text: str
    day: date
    link: str
    title: str
    weight: int


@dataclass(frozen=True)
class Posts:
    """Posts by the time they were published.

    Args:
        keys: Each one's, the same on every date.
        page: Index into `PAGES`.
        texts: What they say.
        links: Where they lead; empty if nowhere.
        titles: Of what they lead to.
        published: Unix seconds.
        edited: Unix seconds; `NEVER` if never.
        deleted: Unix seconds; `NEVER` if never.
        weight: How many see it, relative to others.
    """

    keys: Integers
    page: Integers
    texts: list[str]
    links: list[str]
    titles: list[str]
    published: Integers
    edited: Integers
    deleted: Integers
    weight: Integers


@lru_cache(maxsize=4)
def posts(settings: CompanySettings, today: date) -> Posts:
    """Every post that was published before a date, also those that were deleted."""
    planned = [*_of_campaigns(settings, today), *_releases(settings, today), *_own(settings, today)]
    keys = np.array([each.key for each in planned], dtype=np.int64)
    second = Draws(settings.seed, "linkedin_posts", keys).below("second", 8 * _HOUR)
    published = np.array([unix_seconds(each.day) for each in planned], dtype=np.int64) + 12 * _HOUR + second
    order = np.lexsort((keys, published))
    planned = [planned[i] for i in order]
    keys, published = keys[order], published[order]
    draws = Draws(settings.seed, "linkedin_posts", keys)
    return Posts(
        keys=keys,
        page=np.array([each.page for each in planned], dtype=np.int64),
        texts=[each.text for each in planned],
        links=[each.link for each in planned],
        titles=[each.title for each in planned],
        published=published,
        edited=happens(draws, "edited", 0.1, published, (120, _HOUR, 5 * _HOUR, 3 * DAY_SECONDS)),
        deleted=np.where(
            draws.chance("deleted", 0.02),
            published + draws.quantile("deleted_gap", (_HOUR, DAY_SECONDS, 40 * DAY_SECONDS)),
            NEVER,
        ),
        weight=np.array([each.weight for each in planned], dtype=np.int64),
    )


def _first(settings: CompanySettings) -> date:
    return settings.epoch - timedelta(days=HISTORY_DAYS)


def _of_campaigns(settings: CompanySettings, today: date) -> Iterator[_Planned]:
    """A post when a campaign begins: links carry its tag, so that analytics knows them again."""
    seen: set[tuple[str, date]] = set()
    for each in campaigns_before(settings, today):
        name = each.name.partition(" | ")[0]
        texts = {
            "webinar": f"Register now: {name.partition(': ')[2]}.",
            "conference": f"See us at {name}.",
            "newsletter": f"Our newsletter is out: {name}.",
        }
        launch = each.utm_campaign.startswith("launch-")
        if each.start < _first(settings) or (each.kind not in texts and not launch):
            continue
        if (name, each.start) in seen:
            continue
        seen.add((name, each.start))
        link = f"{_SITE}/?utm_source=linkedin&utm_medium=organic&utm_campaign={each.utm_campaign}"
        text = texts.get(each.kind, f"{name} begins today.")
        yield _Planned(each.number * 4, 0, text, each.start, link, name, 300 if launch else 100)


def _releases(settings: CompanySettings, today: date) -> Iterator[_Planned]:
    """A post for every third release of Dagster."""
    found = next(package for package in packages(settings.seed) if package.name == "dagster")
    for number, (ordinal, version) in enumerate(zip(found.release_days, found.versions, strict=True)):
        day = date.fromordinal(ordinal)
        if number % 3 == 0 and _first(settings) <= day < today:
            link = f"https://github.com/dagster-io/dagster/releases/tag/{version}"
            yield _Planned(
                number * 4 + 1, 0, f"Dagster {version} is out.", day, link, f"Release {version}", 80
            )


def _own(settings: CompanySettings, today: date) -> Iterator[_Planned]:
    first = _first(settings)
    numbers = np.arange(max(0, (today - first).days // _OWN_DAYS + 1), dtype=np.int64)
    draws = Draws(settings.seed, "linkedin_own", numbers)
    columns = (
        draws.below("day", _OWN_DAYS),
        draws.below("text", len(_OWN)),
        draws.below("role", len(_ROLES)),
        draws.below("weight", 90) + 40,
    )
    for number, late, text, role, weight in zip(
        numbers.tolist(), *(column.tolist() for column in columns), strict=True
    ):
        day = first + timedelta(days=number * _OWN_DAYS + late)
        if day < today:
            page = 1 if text == 2 else 0
            yield _Planned(number * 4 + 2, page, _OWN[text].format(role=_ROLES[role]), day, "", "", weight)
