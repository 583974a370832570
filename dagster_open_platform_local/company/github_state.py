"""Makes the tables of `github.py` for a date.

What belongs here: putting items, activity and words together into Arrow tables. What does not: drawing them
(`github_items.py`, `github_activity.py`) and how a value is represented (`github_columns.py`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company import github_text as text
from dagster_open_platform_local.company.github import COMMENTS, DISCUSSIONS, ISSUES, LABELS
from dagster_open_platform_local.company.github_activity import (
    Comments,
    Timeline,
    comments_before,
    last_events,
    reactions_before,
    swept,
    timeline,
    upvotes_before,
)
from dagster_open_platform_local.company.github_columns import (
    Authors,
    label_lists,
    reaction_columns,
    repositories,
)
from dagster_open_platform_local.company.github_items import REPOSITORIES, Items, opened_items
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import NEVER, timestamps, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_KIND_WEIGHTS = thresholds([45, 22, 8, 25])
_FIRST_AREA = len(text.TYPE_LABELS)
_FIRST_EXTRA = _FIRST_AREA + len(text.AREA_LABELS)
_STALE = len(text.LABELS) - 1
_HOUR = 3600


@dataclass(frozen=True)
class _State:
    """The items that stand at a moment and what happened to them."""

    settings: CompanySettings
    now: int
    items: Items
    times: Timeline
    comments: Comments
    stale: NDArray[np.bool_]
    answer: NDArray[np.int64]
    """Index of the comment that answers each item, or -1."""

    @property
    def draws(self) -> Draws:
        """The columns of the items."""
        return Draws(self.settings.seed, "github_items", self.items.ids)


def github_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """The tables `issues`, `discussions`, `comments` and `labels` as of 00:00 UTC of a date."""
    now = unix_seconds(today)
    items = opened_items(settings, today)
    items = items.where(timeline(settings, items).deleted >= now)
    times = timeline(settings, items)
    comments = comments_before(settings, items, now)
    stale = swept(settings, items, times, comments, now)
    state = _State(settings, now, items, times, comments, stale, _answers(settings, items, comments, now))
    authors = Authors(settings, now)
    common = _common_columns(state, authors)
    discussion = pa.array(items.is_discussion)
    comment_ids = _comment_ids(state)
    discussions = {**common, **_discussion_columns(state, comment_ids)}
    return {
        "issues": _select(ISSUES, {**common, **_issue_columns(state)}).filter(pa.array(~items.is_discussion)),
        "discussions": _select(DISCUSSIONS, discussions).filter(discussion),
        "comments": _comments(state, authors, common, comment_ids),
        "labels": _labels(settings),
    }


def kinds_and_areas(
    draws: Draws, is_discussion: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What each item is about: index into `TYPE_LABELS`, of which a discussion has the last, and into `AREA_LABELS`.

    Args:
        draws: The columns of the items.
        is_discussion: Whether each is a discussion.
    """
    kinds = np.where(is_discussion, len(text.TYPE_LABELS) - 1, draws.pick("kind", _KIND_WEIGHTS))
    return kinds, draws.below("area", len(text.AREA_LABELS))


def _select(schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.Table:
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _answers(settings: CompanySettings, items: Items, comments: Comments, now: int) -> NDArray[np.int64]:
    """Which comment answers a discussion: one of its first three, in the category that takes answers."""
    draws = Draws(settings.seed, "github_items", items.ids)
    first = np.searchsorted(comments.item, np.arange(items.ids.size))
    count = np.bincount(comments.item, minlength=items.ids.size)
    wanted = draws.below("answer", 3)
    answered = items.is_discussion & (_categories(draws) == text.ANSWERABLE) & draws.chance("answered", 0.6)
    found = answered & (wanted < count)
    index = np.where(found, first + wanted, 0)
    if comments.ids.size == 0:
        return np.full(items.ids.size, -1, dtype=np.int64)
    return np.where(found & (comments.created[index] + _HOUR < now), index, -1)


def _categories(draws: Draws) -> NDArray[np.int64]:
    return draws.pick("category", text.CATEGORY_WEIGHTS)


def _common_columns(state: _State, authors: Authors) -> dict[str, pa.Array]:
    """The columns that issues and discussions share, for all items."""
    items, draws = state.items, state.draws
    kinds, areas = kinds_and_areas(draws, items.is_discussion)
    updated = last_events(state.settings, items, state.times, state.comments, state.stale, state.now)
    answered = state.answer >= 0
    updated[answered] = np.maximum(updated, _answer_times(state))[answered]
    prefixes = np.where(items.is_discussion, "D", "I").tolist()
    repository = repositories(items.repository)
    return {
        "id": pa.array(text.node_ids(prefixes, draws)),
        "number": pa.array(items.number),
        "repository": repository,
        "title": pa.array(text.titles(draws, kinds, areas)),
        "body": pa.array(text.bodies(draws, areas)),
        **authors.columns(items.author),
        "created_at": timestamps(items.created),
        "updated_at": timestamps(updated),
        "labels": _label_column(state, kinds, areas),
        "comment_count": pa.array(np.bincount(state.comments.item, minlength=items.ids.size), pa.int64()),
        **reaction_columns(reactions_before(state.settings, items, state.now)),
        "url": _addresses(state, repository),
    }


def _addresses(state: _State, repository: pa.Array) -> pa.Array:
    kinds = np.where(state.items.is_discussion, "discussions", "issues").tolist()
    return pa.array(
        [
            f"https://github.com/{name}/{kind}/{number}"
            for name, kind, number in zip(
                repository.to_pylist(), kinds, state.items.number.tolist(), strict=True
            )
        ],
        pa.string(),
    )


def _label_column(state: _State, kinds: NDArray[np.int64], areas: NDArray[np.int64]) -> pa.Array:
    """Labels as of now: a type and an area once triaged, another area once relabelled, stale after the sweep."""
    draws, times, discussion = state.draws, state.times, state.items.is_discussion
    triaged = times.triaged < state.now
    other_area = (areas + 1 + draws.below("other_area", len(text.AREA_LABELS) - 1)) % len(text.AREA_LABELS)
    area = _FIRST_AREA + np.where(times.relabelled < state.now, other_area, areas)
    extra = _FIRST_EXTRA + draws.below("extra", len(text.EXTRA_LABELS))
    has_area = triaged & (~discussion | draws.chance("discussion_has_area", 0.3))
    return label_lists(
        [
            np.where(triaged & ~discussion, kinds, -1),
            np.where(has_area, area, -1),
            np.where(triaged & ~discussion & draws.chance("has_extra", 0.08), extra, -1),
            np.where(state.stale, _STALE, -1),
        ]
    )


def _issue_columns(state: _State) -> dict[str, pa.Array]:
    times, now = state.times, state.now
    closed, reopened, again = (each < now for each in (times.closed, times.reopened, times.closed_again))
    is_closed = (closed & ~reopened) | again
    closed_at = np.where(again, times.closed_again, times.closed)
    not_planned = state.stale | state.draws.chance("not_planned", 0.2)
    reason = np.where(is_closed, np.where(not_planned, "NOT_PLANNED", "COMPLETED"), "REOPENED")
    return {
        "state": pa.array(np.where(is_closed, "CLOSED", "OPEN"), pa.string()),
        "state_reason": pa.array(reason, pa.string(), mask=~is_closed & ~reopened),
        "closed_at": timestamps(np.where(is_closed, closed_at, NEVER)),
    }


def _answer_times(state: _State) -> NDArray[np.int64]:
    """When the answer was marked, an hour after it was written; `NEVER` without one."""
    answered = state.answer >= 0
    times = np.full(answered.size, NEVER)
    times[answered] = state.comments.created[state.answer[answered]] + _HOUR
    return times


def _discussion_columns(state: _State, comment_ids: pa.Array) -> dict[str, pa.Array]:
    answered = state.answer >= 0
    return {
        "category": pa.array(text.CATEGORIES).take(pa.array(_categories(state.draws))),
        "answered_at": timestamps(_answer_times(state)),
        "is_answered": pa.array(answered),
        "answer_id": comment_ids.take(pa.array(state.answer, mask=~answered)),
        "upvote_count": pa.array(upvotes_before(state.settings, state.items, state.now)),
    }


def _comment_draws(state: _State) -> Draws:
    return Draws(state.settings.seed, "github_comments", state.comments.ids)


def _comment_ids(state: _State) -> pa.Array:
    prefixes = np.where(state.items.is_discussion[state.comments.item], "DC", "IC").tolist()
    return pa.array(text.node_ids(prefixes, _comment_draws(state)), pa.string())


def _comments(state: _State, authors: Authors, common: dict[str, pa.Array], ids: pa.Array) -> pa.Table:
    comments, draws = state.comments, _comment_draws(state)
    parent = pa.array(comments.item)
    is_answer = np.zeros(comments.ids.size, dtype=np.bool_)
    is_answer[state.answer[state.answer >= 0]] = True
    kinds = np.where(state.items.is_discussion[comments.item], "DISCUSSION", "ISSUE")
    anchors = np.where(
        state.items.is_discussion[comments.item], "discussioncomment-", "issuecomment-"
    ).tolist()
    parent_urls = common["url"].take(parent).to_pylist()
    numbers = (draws.bits("database_id") >> np.uint64(32)).tolist()
    columns = {
        "id": ids,
        "parent_id": common["id"].take(parent),
        "parent_type": pa.array(kinds, pa.string()),
        "parent_number": common["number"].take(parent),
        "repository": common["repository"].take(parent),
        "body": pa.array(text.comment_bodies(draws), pa.string()),
        **authors.columns(comments.author, draws.chance("bot", 0.012)),
        "created_at": timestamps(comments.created),
        "updated_at": timestamps(comments.updated),
        "is_answer": pa.array(is_answer),
        **reaction_columns(comments.reactions),
        "url": pa.array(
            [f"{u}#{a}{n}" for u, a, n in zip(parent_urls, anchors, numbers, strict=True)], pa.string()
        ),
    }
    return _select(COMMENTS, columns)


def _labels(settings: CompanySettings) -> pa.Table:
    """Every repository has every label."""
    rows = [(repository.name, label) for repository in REPOSITORIES for label in text.LABELS]
    draws = Draws(settings.seed, "github_labels", np.arange(len(rows), dtype=np.int64))
    columns = {
        "id": text.node_ids(["LA"] * len(rows), draws),
        "repository": [repository for repository, _ in rows],
        "name": [label.name for _, label in rows],
        "color": [label.color for _, label in rows],
        "description": [label.description for _, label in rows],
    }
    return pa.table(columns, schema=LABELS)
