"""What happens to issues and discussions after they were opened: comments, labels, closing, reactions.

What belongs here: the times of everything that happens, and how it stands at a moment. What does not: words
(`github_text.py`) and the tables that are served (`github.py`).

Everything is drawn when an item is opened, with a time at which it happens; the state at a moment is what has happened
before it. So the state at a date does not depend on how the company came there, day by day or at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.github_items import (
    TEAM_SIZE,
    Items,
    author_weights,
)
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

REACTIONS = ("THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES")
"""GitHub's `ReactionContent`: https://docs.github.com/en/graphql/reference/enums#reactioncontent"""

SWEEP_DAY = 106
"""Days after the epoch on which a bot labels everything open and quiet as stale: more than 1,000 issues on one day."""

_HOUR = 3600
_QUIET_DAYS = 45
_REACTION_WEIGHTS = thresholds([72, 1, 1, 3, 2, 10, 6, 5])
_COMMENT_COUNTS = (0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 26, 45)
_COMMENT_WEIGHTS = thresholds([17, 20, 17, 13, 9, 7, 6, 5, 3, 2, 0.8, 0.2])
_REACTION_COUNTS = (0, 1, 2, 3, 5, 8, 15, 40, 90)
_ITEM_REACTION_WEIGHTS = thresholds([58, 16, 9, 6, 5, 3, 2, 0.8, 0.2])
_COMMENT_REACTION_WEIGHTS = thresholds([84, 10, 3, 1.5, 1, 0.4, 0.1, 0, 0])
_DAYS = DAY_SECONDS
_REPLY_GAPS = (
    60,
    900,
    _HOUR,
    4 * _HOUR,
    12 * _HOUR,
    _DAYS,
    2 * _DAYS,
    5 * _DAYS,
    14 * _DAYS,
    45 * _DAYS,
    140 * _DAYS,
)
_TRIAGE_GAPS = (60, 1800, 2 * _HOUR, 8 * _HOUR, _DAYS, 4 * _DAYS)
_CLOSE_GAPS = (600, 6 * _HOUR, _DAYS, 4 * _DAYS, 12 * _DAYS, 30 * _DAYS, 75 * _DAYS, 200 * _DAYS)
_LATE_GAPS = (_HOUR, _DAYS, 6 * _DAYS, 25 * _DAYS, 90 * _DAYS)
_DELETE_GAPS = (_DAYS, 30 * _DAYS, 150 * _DAYS, 500 * _DAYS)
_REACTION_GAPS = (300, _HOUR, 8 * _HOUR, 2 * _DAYS, 10 * _DAYS, 60 * _DAYS, 300 * _DAYS)


@dataclass(frozen=True)
class Comments:
    """Comments that had been written, and not deleted, before a moment; ordered by item and time.

    Args:
        ids: Item id << 6 | position among the item's comments.
        item: Index of the item in the arrays of the items given.
        created: Unix seconds.
        updated: Unix seconds of the last edit, or of the creation.
        author: Index into the authors.
        reactions: Counts, one row a comment and one column for each of `REACTIONS`.
    """

    ids: NDArray[np.int64]
    item: NDArray[np.int64]
    created: NDArray[np.int64]
    updated: NDArray[np.int64]
    author: NDArray[np.int64]
    reactions: NDArray[np.int64]


@dataclass(frozen=True)
class Timeline:
    """When each of an item's events happens (Unix seconds), `NEVER` where it does not."""

    triaged: NDArray[np.int64]
    relabelled: NDArray[np.int64]
    edited: NDArray[np.int64]
    closed: NDArray[np.int64]
    reopened: NDArray[np.int64]
    closed_again: NDArray[np.int64]
    deleted: NDArray[np.int64]


def timeline(settings: CompanySettings, items: Items) -> Timeline:
    """The events of each item, past and to come."""
    draws = Draws(settings.seed, "github_events", items.ids)

    def event(
        name: str, after: NDArray[np.int64], gaps: tuple[int, ...], probability: float
    ) -> NDArray[np.int64]:
        happens = draws.chance(name, probability) & (after < NEVER)
        return np.where(happens, after + draws.quantile(f"{name}_gap", gaps), NEVER)

    closed = np.where(items.is_discussion, NEVER, event("closed", items.created, _CLOSE_GAPS, 0.66))
    reopened = event("reopened", closed, _LATE_GAPS, 0.07)
    return Timeline(
        triaged=event("triaged", items.created, _TRIAGE_GAPS, 0.85),
        relabelled=event("relabelled", items.created, _LATE_GAPS, 0.15),
        edited=event("edited", items.created, _TRIAGE_GAPS, 0.12),
        closed=closed,
        reopened=reopened,
        closed_again=event("closed_again", reopened, _LATE_GAPS, 0.6),
        deleted=event("deleted", items.created, _DELETE_GAPS, 0.01),
    )


def comments_before(settings: CompanySettings, items: Items, now: int) -> Comments:
    """The comments that stand at a moment."""
    counts = np.array(_COMMENT_COUNTS)[
        Draws(settings.seed, "github_items", items.ids).pick("comments", _COMMENT_WEIGHTS)
    ]
    item = np.repeat(np.arange(items.ids.size, dtype=np.int64), counts)
    first = np.cumsum(counts) - counts
    position = np.arange(item.size, dtype=np.int64) - np.repeat(first, counts)
    ids = (items.ids[item] << 6) | position
    draws = Draws(settings.seed, "github_comments", ids)
    elapsed = np.cumsum(draws.quantile("gap", _REPLY_GAPS))
    before_item = np.concatenate(([0], elapsed))[first]
    created = items.created[item] + elapsed - before_item[item]
    deleted = np.where(
        draws.chance("deleted", 0.006), created + draws.quantile("deleted_gap", _LATE_GAPS), NEVER
    )
    stands = (created < now) & (deleted >= now)
    ids, item, created = ids[stands], item[stands], created[stands]
    draws = Draws(settings.seed, "github_comments", ids)
    edited = np.where(
        draws.chance("edited", 0.1), created + draws.quantile("edited_gap", _TRIAGE_GAPS), NEVER
    )
    reacted = np.array(_REACTION_COUNTS)[draws.pick("reactions", _COMMENT_REACTION_WEIGHTS)]
    return Comments(
        ids=ids,
        item=item,
        created=created,
        updated=np.where(edited < now, edited, created),
        author=_commenters(settings, items, item, draws),
        reactions=_reactions_before(settings, "github_comment_reactions", ids, created, reacted, now),
    )


def swept(
    settings: CompanySettings, items: Items, times: Timeline, comments: Comments, now: int
) -> NDArray[np.bool_]:
    """Which items the stale bot has labelled: issues that were open and quiet on the day of its sweep."""
    moment = _sweep_times(settings, items)
    quiet_since = moment - _QUIET_DAYS * DAY_SECONDS
    recent = (comments.created < moment[comments.item]) & (comments.created >= quiet_since[comments.item])
    talked = np.bincount(comments.item[recent], minlength=items.ids.size) > 0
    open_then = (times.closed >= moment) & ~items.is_discussion
    reached = Draws(settings.seed, "github_items", items.ids).chance("sweep_reaches", 0.75)
    return open_then & reached & ~talked & (items.created < quiet_since) & (moment < now)


def _sweep_times(settings: CompanySettings, items: Items) -> NDArray[np.int64]:
    """The bot works through the repositories in two hours."""
    start = unix_seconds(settings.epoch) + SWEEP_DAY * DAY_SECONDS + 2 * _HOUR
    return start + Draws(settings.seed, "github_items", items.ids).below("sweep", 2 * _HOUR)


def last_events(
    settings: CompanySettings,
    items: Items,
    times: Timeline,
    comments: Comments,
    stale: NDArray[np.bool_],
    now: int,
) -> NDArray[np.int64]:
    """When each item's last event before now was (Unix seconds); reactions are no events."""
    updated = items.created.copy()
    np.maximum.at(updated, comments.item, comments.created)
    events = (
        times.triaged,
        times.relabelled,
        times.edited,
        times.closed,
        times.reopened,
        times.closed_again,
        np.where(stale, _sweep_times(settings, items), NEVER),
    )
    for happened in events:
        np.maximum(updated, np.where(happened < now, happened, 0), out=updated)
    return updated


def _commenters(
    settings: CompanySettings, items: Items, item: NDArray[np.int64], draws: Draws
) -> NDArray[np.int64]:
    """A third of the comments are the asker's own, a third a maintainer's, the others anybody's."""
    kind = draws.below("author_kind", 3)
    anybody = draws.pick("author", author_weights(settings))
    return np.where(
        kind == 0, items.author[item], np.where(kind == 1, draws.below("team", TEAM_SIZE), anybody)
    )


def reactions_before(settings: CompanySettings, items: Items, now: int) -> NDArray[np.int64]:
    """Reactions to the items at a moment: one row an item, one column for each of `REACTIONS`."""
    draws = Draws(settings.seed, "github_items", items.ids)
    counts = np.array(_REACTION_COUNTS)[draws.pick("reactions", _ITEM_REACTION_WEIGHTS)]
    return _reactions_before(settings, "github_reactions", items.ids, items.created, counts, now)


def upvotes_before(settings: CompanySettings, items: Items, now: int) -> NDArray[np.int64]:
    """Upvotes of discussions at a moment; the author's own is the first."""
    draws = Draws(settings.seed, "github_items", items.ids)
    counts = np.array(_REACTION_COUNTS)[draws.pick("upvotes", _ITEM_REACTION_WEIGHTS)]
    return 1 + _reactions_before(settings, "github_upvotes", items.ids, items.created, counts, now).sum(
        axis=1
    )


def _reactions_before(
    settings: CompanySettings,
    table: str,
    parents: NDArray[np.int64],
    created: NDArray[np.int64],
    counts: NDArray[np.int64],
    now: int,
) -> NDArray[np.int64]:
    parent = np.repeat(np.arange(parents.size, dtype=np.int64), counts)
    position = np.arange(parent.size, dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    draws = Draws(settings.seed, table, (parents[parent] << 7) | position)
    happened = created[parent] + draws.quantile("gap", _REACTION_GAPS) < now
    cell = parent * len(REACTIONS) + draws.pick("content", _REACTION_WEIGHTS)
    flat = np.bincount(cell[happened], minlength=parents.size * len(REACTIONS))
    return flat.reshape(parents.size, len(REACTIONS)).astype(np.int64)
