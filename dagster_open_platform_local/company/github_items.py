"""Issues and discussions as they come into being: repository, number, author, time.

What belongs here: what is fixed when an item is opened. What does not: what happens to it afterwards (that is
`github_activity.py`) and its words (`github_text.py`).

An item's id is repository << 44 | day << 24 | position in the day, the day counted from `BACKLOG_DAYS` before the
epoch. Items of earlier days never change when days are added, so a number once given stays.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

BACKLOG_DAYS = 540
TEAM_SIZE = 18
"""The first authors are the maintainers."""

_WEEKDAY_PERMILLE = np.array([1150, 1250, 1200, 1150, 1000, 350, 380], dtype=np.int64)


@dataclass(frozen=True)
class Repository:
    """A repository of the company.

    Args:
        name: `owner/name`.
        first_number: Number from which its items count at the start of the backlog.
        items_per_day: Issues and discussions opened a day at scale 1, on average.
        discussion_share: Share of discussions among them.
    """

    name: str
    first_number: int
    items_per_day: float
    discussion_share: float


REPOSITORIES = (
    Repository("dagster-io/dagster", 21_480, 14.0, 0.3),
    Repository("dagster-io/community-integrations", 12, 1.8, 0.2),
    Repository("dagster-io/hooli-data-eng-pipelines", 3, 0.5, 0.0),
)


@dataclass(frozen=True)
class Items:
    """Issues and discussions, one array element each, ordered by repository and number.

    Args:
        ids: See the module.
        repository: Index into `REPOSITORIES`.
        number: Shared by issues and discussions of a repository, with gaps where pull requests took numbers.
        created: Unix seconds.
        is_discussion: Whether it is a discussion; an issue otherwise.
        author: Index into the authors.
    """

    ids: NDArray[np.int64]
    repository: NDArray[np.int64]
    number: NDArray[np.int64]
    created: NDArray[np.int64]
    is_discussion: NDArray[np.bool_]
    author: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> "Items":
        """The items for which the mask is true."""
        return Items(
            self.ids[mask],
            self.repository[mask],
            self.number[mask],
            self.created[mask],
            self.is_discussion[mask],
            self.author[mask],
        )


def author_count(settings: CompanySettings) -> int:
    """How many people ever write on GitHub."""
    return max(200, int(1500 * settings.scale))


def author_weights(settings: CompanySettings) -> NDArray[np.int64]:
    """Thresholds of who writes: a few write much, most once."""
    return thresholds(1.0 / (np.arange(author_count(settings), dtype=np.float64) + 12.0))


def opened_items(settings: CompanySettings, today: date) -> Items:
    """Every issue and discussion that was opened before `today`."""
    parts = [_of_repository(settings, index, today) for index in range(len(REPOSITORIES))]
    return Items(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("ids", "repository", "number", "created", "is_discussion", "author")
        )
    )


def _of_repository(settings: CompanySettings, index: int, today: date) -> Items:
    repository = REPOSITORIES[index]
    days = np.arange(BACKLOG_DAYS + (today - settings.epoch).days, dtype=np.int64)
    counts = _opened_a_day(settings, index, days)
    day = np.repeat(days, counts)
    position = np.arange(day.size, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    ids = (np.int64(index) << 44) | (day << 24) | position
    draws = Draws(settings.seed, "github_items", ids)
    start = unix_seconds(settings.epoch) - BACKLOG_DAYS * DAY_SECONDS
    created = start + day * DAY_SECONDS + draws.below("second", DAY_SECONDS)
    # Numbers follow the time of opening; the order within a day concerns that day alone.
    order = np.lexsort((ids, created))
    ids, created = ids[order], created[order]
    draws = Draws(settings.seed, "github_items", ids)
    pull_requests_between = draws.below("number_gap", 4)
    return Items(
        ids=ids,
        repository=np.full(ids.size, index, dtype=np.int64),
        number=repository.first_number + np.cumsum(1 + pull_requests_between),
        created=created,
        is_discussion=draws.chance("is_discussion", repository.discussion_share),
        author=draws.pick("author", author_weights(settings)),
    )


def _opened_a_day(settings: CompanySettings, index: int, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many items a repository gets on each day, in integer arithmetic."""
    per_mille = int(REPOSITORIES[index].items_per_day * settings.scale * 1000)
    draws = Draws(settings.seed, "github_days", (np.int64(index) << 32) | days)
    weekday = (days - BACKLOG_DAYS + settings.epoch.weekday()) % 7
    expected = per_mille * _WEEKDAY_PERMILLE[weekday] // 1000 * (600 + draws.below("noise", 800)) // 1000
    return (expected + draws.below("rounding", 1000)) // 1000
