"""Reads issues and discussions of a repository by the time of their last update.

What belongs here: searching, paging, splitting, following nested pages. What does not: HTTP (``lib/http``), rows
(``parsing.py``), tables and assets.

How nothing gets lost: GitHub pages a search by offset, so an item that leaves the results while they are read (it was
updated again, and so left the window) shifts another one over the edge of a page that was read already. Items only leave a
window that lies in the past; the count tells. A window whose count changed, or that gave fewer items than it counts, is read
again.
"""

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dagster_open_platform.lib.github import parsing, queries
from dagster_open_platform.lib.github.errors import QueryTooExpensive, UnexpectedAnswer, WindowUnstable
from dagster_open_platform.lib.github.graphql import GitHubGraphQL
from dagster_open_platform.lib.github.parsing import Connection, Node, Row
from dagster_open_platform.lib.github.windows import TimeWindow, read_in_parts
from dagster_open_platform.lib.http import HttpClient, NotFound

SEARCH_CAP = 1000
_READS = 4
_SMALLEST_PAGE = 5


class ThreadKind(enum.Enum):
    """What people write comments below."""

    ISSUE = "issue"
    DISCUSSION = "discussion"


@dataclass(frozen=True)
class _Kind:
    query: str
    comments_query: str
    page_size: int
    row: Callable[[Node], Row]


_KINDS = {
    ThreadKind.ISSUE: _Kind(queries.ISSUES, queries.ISSUE_COMMENTS, 100, parsing.issue_row),
    ThreadKind.DISCUSSION: _Kind(
        queries.DISCUSSIONS, queries.DISCUSSION_COMMENTS, 50, parsing.discussion_row
    ),
}


@dataclass(frozen=True)
class Thread:
    """An issue or a discussion.

    Args:
        row: A row of its table (``arrow.py``).
        comments: Rows of the table of comments: all of its comments and the replies to them. Empty if not asked for.
    """

    row: Row
    comments: tuple[Row, ...]


@dataclass
class FetchStatistics:
    """What a client has done so far: for metadata."""

    pages: int = 0
    windows_read: int = 0
    windows_split: int = 0
    windows_read_again: int = 0


@dataclass(frozen=True)
class _Search:
    """One window of one repository."""

    kind: ThreadKind
    repository: str
    window: TimeWindow
    with_comments: bool

    @property
    def text(self) -> str:
        return f"repo:{self.repository} is:{self.kind.value} updated:{self.window.qualifier} sort:updated-asc"


class GitHubClient:
    """Reads from GitHub.

    Args:
        http: Client of the API.
        page_size: Largest page of a search; default: what suits the kind.
    """

    def __init__(self, http: HttpClient, page_size: int | None = None) -> None:
        self.http = http
        self.graphql = GitHubGraphQL(http)
        self.statistics = FetchStatistics()
        self._page_sizes = {kind: page_size or _KINDS[kind].page_size for kind in ThreadKind}

    def threads(
        self, kind: ThreadKind, repository: str, window: TimeWindow, *, with_comments: bool
    ) -> Sequence[Thread]:
        """Reads all issues or discussions that were last updated in a window, each once, oldest update first.

        Args:
            kind: Issues or discussions.
            repository: ``owner/name``.
            window: Must lie in the past: what is updated while it is read leaves it.
            with_comments: Whether to read the comments too.

        Raises:
            NotFound: There is no such repository, or the token does not see it.
            WindowTooDense: More than 1,000 within one second.
            WindowUnstable: The results changed at every reading.
            PermanentFailure, RetryableFailure: Another one of ``errors.py`` or ``lib/http/errors.py``.
        """
        threads: dict[str, Thread] = {}
        for part in read_in_parts(
            window,
            lambda part: self._part(_Search(kind, repository, part, with_comments)),
            on_split=self._count_split,
        ):
            # One that was updated between the readings of two parts is in both; the later part has it newer.
            threads.update((thread.row["id"], thread) for thread in part)
        if not threads:
            self._require(repository)
        return list(threads.values())

    def _require(self, repository: str) -> None:
        """Tells a repository in which nothing happened from one that is not there: a search finds nothing in both."""
        owner, _, name = repository.partition("/")
        self.graphql.query(queries.REPOSITORY, {"owner": owner, "name": name})

    def _count_split(self, _window: TimeWindow) -> None:
        self.statistics.windows_split += 1

    def _part(self, search: _Search) -> list[Thread] | None:
        """Reads a window until it holds still; None: it has more results than a search returns."""
        for _ in range(_READS):
            found, is_whole = self._read_once(search)
            if is_whole:
                self.statistics.windows_read += found is not None
                return found
            self.statistics.windows_read_again += 1
        raise WindowUnstable(
            f"The {search.kind.value}s of {search.repository} updated in {search.window} changed at each of {_READS}"
            " readings. Read the window when it lies further in the past."
        )

    def _read_once(self, search: _Search) -> tuple[list[Thread] | None, bool]:
        """Reads all pages of a search; the second value tells whether they are one consistent whole."""
        threads: dict[str, Thread] = {}
        counts: set[int] = set()
        cursor: str | None = None
        try:
            while True:
                count, page = self._page(search, cursor)
                counts.add(count)
                if count > SEARCH_CAP:
                    return None, True
                for node in page.nodes:
                    if node is not None:
                        thread = self._thread(search, node)
                        threads[thread.row["id"]] = thread
                if page.next_cursor is None:
                    return list(threads.values()), counts == {len(threads)}
                cursor = _moved(cursor, page.next_cursor)
        except _DeletedWhileReadError:
            return None, False

    def _page(self, search: _Search, cursor: str | None) -> tuple[int, Connection]:
        """One page of a search, and how many results it has in all."""
        while True:
            variables = {
                "search": search.text,
                "first": self._page_sizes[search.kind],
                "after": cursor,
                "withComments": search.with_comments,
            }
            try:
                data = self.graphql.query(_KINDS[search.kind].query, variables)
            except QueryTooExpensive:
                if self._page_sizes[search.kind] <= _SMALLEST_PAGE:
                    raise
                self._page_sizes[search.kind] //= 2
                continue
            self.statistics.pages += 1
            return parsing.integer(parsing.child(data, "search"), "count"), parsing.connection(data, "search")

    def _thread(self, search: _Search, node: Node) -> Thread:
        row = _KINDS[search.kind].row(node)
        if not search.with_comments:
            return Thread(row, ())
        comments: dict[str, Row] = {}
        kind = search.kind.name
        pages = self._following(
            parsing.connection(node, "comments"), _KINDS[search.kind].comments_query, row["id"]
        )
        for comment in pages:
            found = [comment]
            if search.kind is ThreadKind.DISCUSSION:
                replies = parsing.connection(comment, "replies")
                found += self._following(replies, queries.REPLIES, parsing.text(comment, "id"))
            for each in found:
                comment_row = parsing.comment_row(each, row, kind)
                comments[comment_row["id"]] = comment_row
        return Thread(row, tuple(comments.values()))

    def _following(self, page: Connection, query: str, node_id: str) -> Iterator[Node]:
        """The objects of a nested page and of those that follow it."""
        cursor: str | None = None
        while True:
            yield from (node for node in page.nodes if node is not None)
            if page.next_cursor is None:
                return
            cursor = _moved(cursor, page.next_cursor)
            try:
                data = self.graphql.query(query, {"id": node_id, "after": cursor})
            except NotFound as error:
                raise _DeletedWhileReadError from error
            self.statistics.pages += 1
            page = parsing.connection(parsing.child(data, "node"), "connection")


class _DeletedWhileReadError(Exception):
    """An item was in the results of a search and is gone when its comments are asked for."""


def _moved(before: str | None, after: str) -> str:
    """The next cursor, which must be another one than before: otherwise the paging would never end."""
    if after == before:
        raise UnexpectedAnswer(f"GitHub's paging does not move on: it gave the cursor {after!r} twice.")
    return after
