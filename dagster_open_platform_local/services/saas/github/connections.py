"""Paging: https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api.

What belongs here: cursors, page bounds and their errors. A search's cursor is an offset, as GitHub's is: what moves within
the results while somebody pages shifts the pages. The cursor of comments names a place in time, which stays.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from graphql import FieldNode, GraphQLResolveInfo, InlineFragmentNode

from dagster_open_platform_local.services.saas.github.errors import QueryError

MAX_PAGE = 100
T = TypeVar("T")


def encode_cursor(place: str) -> str:
    """A cursor as GitHub writes it: ``cursor:100`` in base64 is ``Y3Vyc29yOjEwMA==``."""
    return base64.b64encode(f"cursor:{place}".encode()).decode()


def decode_cursor(cursor: str) -> str:
    """The place that a cursor names.

    Raises:
        QueryError: It is no cursor.
    """
    try:
        prefix, colon, place = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        prefix = colon = place = ""
    if prefix != "cursor" or not colon:
        raise QueryError("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.")
    return place


def decode_offset(cursor: str | None) -> int:
    """How many results come before the page.

    Raises:
        QueryError: It is no cursor of an offset.
    """
    if cursor is None:
        return 0
    place = decode_cursor(cursor)
    if not place.isdecimal():
        raise QueryError("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.")
    return int(place)


def page_size(info: GraphQLResolveInfo, first: int | None) -> int:
    """The number of results asked for.

    Raises:
        QueryError: There is none although results are asked for, or it is not within 0 to 100.
    """
    name = info.field_name
    if first is None:
        if _selects_results(info):
            raise QueryError(
                "MISSING_PAGINATION_BOUNDARIES",
                f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
            )
        return 0
    if first > MAX_PAGE or first < 0:
        raise QueryError(
            "EXCESSIVE_PAGINATION",
            f"Requesting {first} records on the `{name}` connection exceeds the `first` limit of {MAX_PAGE} records.",
        )
    return first


def _selects_results(info: GraphQLResolveInfo) -> bool:
    pending: list[Any] = list(info.field_nodes)
    names: set[str] = set()
    while pending:
        for selection in (pending.pop().selection_set or _EMPTY).selections:
            if isinstance(selection, FieldNode):
                names.add(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                pending.append(selection)
            else:
                pending.append(info.fragments[selection.name.value])
    return bool(names & {"nodes", "edges"})


@dataclass(frozen=True)
class _Empty:
    selections: tuple[Any, ...] = ()


_EMPTY = _Empty()


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a connection.

    Args:
        items: Its results.
        cursors: The cursor of each.
        has_next: Whether more results follow.
        has_previous: Whether results come before.
    """

    items: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool

    def fields(self, node_of: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
        """The fields ``nodes``, ``edges`` and ``pageInfo``; nodes are made when they are asked for."""
        return {
            "nodes": lambda _info: [node_of(item) for item in self.items],
            "edges": lambda _info: [
                {"cursor": cursor, "node": node_of(item)}
                for item, cursor in zip(self.items, self.cursors, strict=True)
            ],
            "pageInfo": {
                "startCursor": self.cursors[0] if self.cursors else None,
                "endCursor": self.cursors[-1] if self.cursors else None,
                "hasNextPage": self.has_next,
                "hasPreviousPage": self.has_previous,
            },
        }


def page_by_offset(items: Sequence[T], size: int, after: str | None) -> Page[T]:
    """The page that follows an offset."""
    start = decode_offset(after)
    found = items[start : start + size]
    cursors = [encode_cursor(str(start + position + 1)) for position in range(len(found))]
    return Page(found, cursors, has_next=start + size < len(items), has_previous=start > 0)


def page_by_place(items: Sequence[T], size: int, after: str | None, place_of: Callable[[T], str]) -> Page[T]:
    """The page that follows a place; items are ordered by their places, which sort as texts."""
    start = 0
    if after is not None:
        place = decode_cursor(after)
        start = sum(place_of(item) <= place for item in items)
    found = items[start : start + size]
    cursors = [encode_cursor(place_of(item)) for item in found]
    return Page(found, cursors, has_next=start + size < len(items), has_previous=start > 0)
