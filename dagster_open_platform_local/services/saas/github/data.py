"""The company's GitHub, arranged for looking up.

What belongs here: finding rows. What does not: how a row looks in GraphQL (``nodes.py``).
"""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dagster_open_platform_local.company.github import GitHubState
from dagster_open_platform_local.services.saas.github.search import Interval, SearchQuery

Row = dict[str, Any]
"""A row of one of the tables of ``company/github.py``."""


class Rows(Sequence[Row]):
    """Chosen rows of a table, read only as far as they are looked at.

    Args:
        table: The table.
        chosen: Positions in it, in order.
    """

    def __init__(self, table: pa.Table, chosen: NDArray[np.int64]) -> None:
        self._table = table
        self._chosen = chosen

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """One row, or the rows of a slice."""
        if isinstance(index, int):
            return self._table.take(self._chosen[[index]]).to_pylist()[0]
        return self._table.take(self._chosen[index]).to_pylist()

    def first(self, count: int) -> "Rows":
        """The first rows of these."""
        return Rows(self._table, self._chosen[:count])


class _Threads:
    """Issues or discussions with the columns that searches compare."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.position = {node_id: row for row, node_id in enumerate(table["id"].to_pylist())}
        self._repository = np.array([name.lower() for name in table["repository"].to_pylist()], dtype=object)
        self._times = {name: _seconds(table[f"{name}_at"]) for name in ("updated", "created")}
        # Discussions of the company are never closed.
        states = table["state"].to_pylist() if "state" in table.column_names else ["OPEN"] * len(table)
        self._open = np.array(states, dtype=object) == "OPEN"

    def search(self, query: SearchQuery) -> Rows:
        found = np.isin(self._repository, list(query.repositories)) | (not query.repositories)
        found &= _inside(self._times["updated"], query.updated)
        found &= _inside(self._times["created"], query.created)
        if query.state is not None:
            found &= self._open == (query.state == "open")
        rows = np.flatnonzero(found)
        order = np.argsort(self._times[query.sort][rows], kind="stable")
        return Rows(self.table, rows[order[::-1] if query.descending else order])


def _seconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return column.cast(pa.int64()).to_numpy() // 1_000_000


def _inside(times: NDArray[np.int64], interval: Interval) -> NDArray[np.bool_]:
    return (times >= interval.start) & (times < interval.stop)


class GitHubData:
    """Lookups in a state of the company's GitHub.

    Args:
        state: The tables.
    """

    def __init__(self, state: GitHubState) -> None:
        self.state = state
        self._threads = {"issue": _Threads(state.issues), "discussion": _Threads(state.discussions)}
        codes = state.comments["parent_id"].combine_chunks().dictionary_encode()
        parents = codes.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        # Within a parent by time: comments are stored so, and the sort is stable.
        order = np.argsort(parents, kind="stable")
        # In one piece, so that what belongs together is cut out of it at no cost: every thread is asked for its comments.
        self._comments = state.comments.take(order).combine_chunks()
        bounds = np.searchsorted(parents[order], np.arange(len(codes.dictionary) + 1))
        self._comments_of = {
            parent: (int(start), int(stop - start))
            for parent, start, stop in zip(codes.dictionary.to_pylist(), bounds[:-1], bounds[1:], strict=True)
        }
        self._labels = {(row["repository"], row["name"]): row for row in state.labels.to_pylist()}
        self._repositories = {name.lower(): name for name in state.labels["repository"].unique().to_pylist()}

    def search(self, query: SearchQuery, kind: str) -> Rows:
        """Issues or discussions that match, in the order asked for.

        Args:
            query: What is looked for.
            kind: ``issue`` or ``discussion``: what the caller's search type allows.
        """
        if query.kind not in (None, kind):
            return Rows(self._threads[kind].table, np.array([], dtype=np.int64))
        return self._threads[kind].search(query)

    def comments_of(self, parent_id: str) -> Sequence[Row]:
        """The comments of an issue or a discussion, oldest first."""
        found = self._comments_of.get(parent_id)
        return [] if found is None else self._comments.slice(*found).to_pylist()

    def thread(self, kind: str, node_id: str) -> Row | None:
        """The issue or discussion with an id."""
        threads = self._threads[kind]
        row = threads.position.get(node_id)
        return None if row is None else Rows(threads.table, np.array([row]))[0]

    def numbered(self, kind: str, repository: str, number: int) -> Row | None:
        """The issue or discussion of a repository with a number."""
        table = self._threads[kind].table
        found = table.filter((pc.field("repository") == repository) & (pc.field("number") == number))
        return found.to_pylist()[0] if len(found) else None

    def comment(self, node_id: str) -> Row | None:
        """The comment with an id."""
        found = self.state.comments.filter(pc.field("id") == node_id)
        return found.to_pylist()[0] if len(found) else None

    def label(self, repository: str, name: str) -> Row:
        """A label of a repository."""
        return self._labels[(repository, name)]

    def repository(self, name: str) -> str | None:
        """``owner/name`` as it is written, if there is such a repository."""
        return self._repositories.get(name.lower())
