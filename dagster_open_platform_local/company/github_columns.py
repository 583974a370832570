"""Columns that several of GitHub's tables share, as Arrow arrays.

What belongs here: turning arrays of numbers into the served form (logins, label lists, reaction groups, addresses).
What does not: which rows a table has (`github_state.py`).
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dagster_open_platform_local.company import github_text as text
from dagster_open_platform_local.company.github import REACTIONS_TYPE
from dagster_open_platform_local.company.github_activity import REACTIONS
from dagster_open_platform_local.company.github_items import (
    BACKLOG_DAYS,
    REPOSITORIES,
    TEAM_SIZE,
    author_count,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.people import author_people, logins
from dagster_open_platform_local.company.settings import CompanySettings

_BOT_LOGIN = "dagster-support"
_GONE_SHARE = 0.06
_CONTRIBUTORS = 90


class Authors:
    """Who the authors are, as of a moment.

    Args:
        settings: The company's.
        now: The moment, in Unix seconds.
    """

    def __init__(self, settings: CompanySettings, now: int) -> None:
        count = author_count(settings)
        draws = Draws(settings.seed, "github_authors", np.arange(count, dtype=np.int64))
        start = unix_seconds(settings.epoch) - BACKLOG_DAYS * DAY_SECONDS
        leaves = start + draws.below("left_day", 2 * BACKLOG_DAYS) * DAY_SECONDS
        gone = draws.chance("leaves", _GONE_SHARE) & (leaves < now)
        # Maintainers stay.
        gone[:TEAM_SIZE] = False
        self._logins = pa.array([*logins(settings.seed, author_people(count)), _BOT_LOGIN])
        self._gone = np.append(gone, False)
        self._bot = count

    def columns(
        self, author: NDArray[np.int64], is_bot: NDArray[np.bool_] | None = None
    ) -> dict[str, pa.Array]:
        """The columns `author`, `author_type` and `author_association` of rows.

        Args:
            author: Index of each row's author.
            is_bot: Rows that a bot wrote instead.
        """
        bots = np.zeros(author.size, dtype=np.bool_) if is_bot is None else is_bot
        index = np.where(bots, self._bot, author)
        gone = self._gone[index]
        association = np.where(
            index < TEAM_SIZE, "MEMBER", np.where(index < _CONTRIBUTORS, "CONTRIBUTOR", "NONE")
        )
        return {
            "author": self._logins.take(pa.array(index, mask=gone)),
            "author_type": pa.array(np.where(bots, "Bot", "User"), pa.string(), mask=gone),
            "author_association": pa.array(np.where(gone, "NONE", association), pa.string()),
        }


def repositories(index: NDArray[np.int64]) -> pa.Array:
    """The name of each row's repository."""
    return pa.array([repository.name for repository in REPOSITORIES]).take(pa.array(index))


def reaction_columns(counts: NDArray[np.int64]) -> dict[str, pa.Array]:
    """The columns `reactions`, `reaction_count` and `thumbs_up_count`.

    Args:
        counts: One row a row, one column for each of GitHub's reactions.
    """
    present = counts > 0
    contents = np.broadcast_to(np.arange(len(REACTIONS)), counts.shape)[present]
    groups = pa.StructArray.from_arrays(
        [pa.array(REACTIONS).take(pa.array(contents)), pa.array(counts[present])],
        fields=list(REACTIONS_TYPE.value_type),
    )
    return {
        "reactions": pa.ListArray.from_arrays(_offsets(present), groups),
        "reaction_count": pa.array(counts.sum(axis=1)),
        "thumbs_up_count": pa.array(counts[:, 0]),
    }


def label_lists(columns: list[NDArray[np.int64]]) -> pa.Array:
    """Lists of label names.

    Args:
        columns: Each an index into `github_text.LABELS` a row, or -1 for no label.
    """
    cells = np.stack(columns, axis=1)
    present = cells >= 0
    return pa.ListArray.from_arrays(
        _offsets(present), pa.array(text.names_of(text.LABELS)).take(pa.array(cells[present]))
    )


def _offsets(present: NDArray[np.bool_]) -> pa.Array:
    return pa.array(np.concatenate(([0], np.cumsum(present.sum(axis=1)))), pa.int32())
