"""Answers of GitHub as rows, with every type checked.

What belongs here: reading fields strictly and putting rows together. What does not: asking for them.

A field that is missing or of another type is an error that names it, never a null. What was not asked for is not looked
at: GraphQL sends only what the query names.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from dagster_open_platform.lib.github.errors import UnexpectedAnswer

Node = Mapping[str, Any]
Row = dict[str, Any]
T = TypeVar("T")

STATES = ("OPEN", "CLOSED")


@dataclass(frozen=True)
class Connection:
    """A page of a connection.

    Args:
        nodes: Its objects; None for one that GitHub counts but does not show.
        next_cursor: Where the next page starts; None: this is the last.
    """

    nodes: Sequence[Node | None]
    next_cursor: str | None


def _wrong(name: str, expected: str, value: object) -> UnexpectedAnswer:
    found = "nothing" if value is None else type(value).__name__
    return UnexpectedAnswer(
        f"GitHub's field {name!r} should be {expected} and is {found}. Its API has changed, or something between us and"
        " it changes answers. Nothing of this fetch was written."
    )


def _read(node: Node, name: str, kind: type[T], expected: str) -> T:
    value = node.get(name)
    # A bool is an int to Python, not to GraphQL.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _wrong(name, expected, value)
    return value


def text(node: Node, name: str) -> str:
    """A string that is there."""
    return _read(node, name, str, "a string")


def integer(node: Node, name: str) -> int:
    """A whole number that is there."""
    return _read(node, name, int, "a whole number")


def child(node: Node, name: str) -> Node:
    """An object that is there."""
    return _read(node, name, dict, "an object")


def objects(node: Node, name: str) -> Sequence[Node]:
    """A list that is there, of objects that are there."""
    found = _read(node, name, list, "a list of objects")
    for each in found:
        if not isinstance(each, dict):
            raise _wrong(name, "a list of objects", each)
    return found


def moment(node: Node, name: str) -> dt.datetime:
    """An aware UTC time that is there."""
    written = text(node, name)
    try:
        found = dt.datetime.fromisoformat(written)
    except ValueError as error:
        raise _wrong(name, "a time in ISO 8601", written) from error
    if found.tzinfo is None:
        raise _wrong(name, "a time with a zone", written)
    return found.astimezone(dt.UTC)


def moment_or_none(node: Node, name: str) -> dt.datetime | None:
    """An aware UTC time, or none."""
    return None if node.get(name, "") is None else moment(node, name)


def connection(node: Node, name: str) -> Connection:
    """A page of a connection and where it goes on."""
    found = child(node, name)
    nodes = _read(found, "nodes", list, "a list of objects")
    for each in nodes:
        if not isinstance(each, dict | None):
            raise _wrong(f"{name}.nodes", "a list of objects", each)
    info = child(found, "pageInfo")
    has_next = _read(info, "hasNextPage", bool, "true or false")
    return Connection(nodes, text(info, "endCursor") if has_next else None)


def login_or_none(node: Node) -> str | None:
    """Who wrote it; None where the account is gone."""
    if node.get("author", "") is None:
        return None
    return text(child(node, "author"), "login")


def count(node: Node, name: str) -> int:
    """How many objects a connection has in all."""
    return integer(child(node, name), "totalCount")


def label_names(node: Node) -> list[str]:
    """All labels; none where GitHub's schema lets the connection be null."""
    if node.get("labels", "") is None:
        return []
    labels = child(node, "labels")
    names = [text(label, "name") for label in objects(labels, "nodes")]
    total = integer(labels, "totalCount")
    if len(names) != total:
        raise UnexpectedAnswer(
            f"GitHub sent {len(names)} of {total} labels of {text(node, 'url')} in one page."
        )
    return names


def issue_row(node: Node) -> Row:
    """A row of the table of issues."""
    state = text(node, "state")
    if state not in STATES:
        raise UnexpectedAnswer(f"GitHub's field 'state' is {state!r}; known are {', '.join(STATES)}.")
    return {
        **_item(node),
        "state": state,
        "closed_at": moment_or_none(node, "closedAt"),
        "thumbs_up_count": count(node, "thumbsUp"),
    }


def discussion_row(node: Node) -> Row:
    """A row of the table of discussions."""
    # Null in categories that take no answers.
    answered = node.get("isAnswered", "") is not None and _read(node, "isAnswered", bool, "true or false")
    return {
        **_item(node),
        "category": text(child(node, "category"), "name"),
        "answered_at": moment_or_none(node, "answerChosenAt"),
        "is_answered": answered,
        "upvote_count": integer(node, "upvoteCount"),
    }


def _item(node: Node) -> Row:
    """The columns that issues and discussions share."""
    return {
        "id": text(node, "id"),
        "number": integer(node, "number"),
        "repository": text(child(node, "repository"), "nameWithOwner"),
        "title": text(node, "title"),
        "author": login_or_none(node),
        "created_at": moment(node, "createdAt"),
        "updated_at": moment(node, "updatedAt"),
        "labels": json.dumps(label_names(node), ensure_ascii=False),
        "comment_count": count(node, "commentCount"),
        "reaction_count": count(node, "reactions"),
        "url": text(node, "url"),
    }


def comment_row(node: Node, parent: Row, parent_type: str) -> Row:
    """A row of the table of comments.

    Args:
        node: The comment.
        parent: Row of its issue or discussion.
        parent_type: ``ISSUE`` or ``DISCUSSION``.
    """
    return {
        "id": text(node, "id"),
        "parent_id": parent["id"],
        "parent_type": parent_type,
        "repository": parent["repository"],
        "author": login_or_none(node),
        "created_at": moment(node, "createdAt"),
        "updated_at": moment(node, "updatedAt"),
        "reaction_count": count(node, "reactions"),
    }
