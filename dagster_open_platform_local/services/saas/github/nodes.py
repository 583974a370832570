"""Rows of the company as GraphQL objects.

What belongs here: the fields of every type in ``schema.graphql``. An object is a dictionary by field name; what costs
something, or takes arguments, is a function that the executor calls.
Types: https://docs.github.com/en/graphql/reference/objects.
"""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLResolveInfo

from dagster_open_platform_local.company.github_activity import REACTIONS
from dagster_open_platform_local.company.github_text import ANSWERABLE, CATEGORIES
from dagster_open_platform_local.services.saas.github.connections import (
    page_by_offset,
    page_by_place,
    page_size,
)
from dagster_open_platform_local.services.saas.github.data import GitHubData, Row

Node = dict[str, Any]
WEB = "https://github.com"


def iso(moment: datetime | None) -> str | None:
    """A ``DateTime`` as GitHub writes it, in whole seconds of UTC."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(prefix: str, name: str) -> str:
    """An opaque id for what the company's data gives none."""
    return f"{prefix}_{base64.urlsafe_b64encode(name.encode()).decode().rstrip('=')}"


class Nodes:
    """Makes objects out of rows.

    Args:
        data: Where related rows are found.
    """

    def __init__(self, data: GitHubData) -> None:
        self._data = data

    def repository(self, name: str) -> Node:
        """A ``Repository``."""
        return {
            "__typename": "Repository",
            "id": node_id("R", name),
            "name": name.partition("/")[2],
            "nameWithOwner": name,
            "url": f"{WEB}/{name}",
            "issue": lambda _info, number: self._numbered("issue", name, number),
            "discussion": lambda _info, number: self._numbered("discussion", name, number),
        }

    def _numbered(self, kind: str, repository: str, number: int) -> Node | None:
        row = self._data.numbered(kind, repository, number)
        return None if row is None else self.thread(kind, row)

    def thread(self, kind: str, row: Row) -> Node:
        """An ``Issue`` or a ``Discussion``."""
        return self.issue(row) if kind == "issue" else self.discussion(row)

    def issue(self, row: Row) -> Node:
        """An ``Issue``."""
        return {
            **self._commented(row),
            "__typename": "Issue",
            "closed": row["state"] == "CLOSED",
            "closedAt": iso(row["closed_at"]),
            "state": row["state"],
            "stateReason": row["state_reason"],
        }

    def discussion(self, row: Row) -> Node:
        """A ``Discussion``."""
        answerable = row["category"] == CATEGORIES[ANSWERABLE]
        return {
            **self._commented(row),
            "__typename": "Discussion",
            "answer": lambda _info: self._comment_with_id(row["answer_id"]),
            "answerChosenAt": iso(row["answered_at"]),
            "category": {
                "id": node_id("DIC", f"{row['repository']}/{row['category']}"),
                "isAnswerable": answerable,
                "name": row["category"],
            },
            # Null where the category takes no answers.
            "isAnswered": row["is_answered"] if answerable else None,
            "upvoteCount": row["upvote_count"],
        }

    def _commented(self, row: Row) -> Node:
        """What issues and discussions share."""
        return {
            **self._written(row),
            "comments": self._comments(row["id"]),
            "labels": self._labels(row),
            "number": row["number"],
            "repository": lambda _info: self.repository(row["repository"]),
            "title": row["title"],
        }

    def comment(self, row: Row) -> Node:
        """An ``IssueComment`` or a ``DiscussionComment``."""
        if row["parent_type"] == "ISSUE":
            return {
                **self._written(row),
                "__typename": "IssueComment",
                "issue": lambda _info: self._parent("issue", row),
                "repository": lambda _info: self.repository(row["repository"]),
            }
        return {
            **self._written(row),
            "__typename": "DiscussionComment",
            "discussion": lambda _info: self._parent("discussion", row),
            "isAnswer": row["is_answer"],
            "replies": self._no_replies,
            "replyTo": None,
        }

    def _parent(self, kind: str, row: Row) -> Node | None:
        parent = self._data.thread(kind, row["parent_id"])
        return None if parent is None else self.thread(kind, parent)

    def _comment_with_id(self, comment_id: str | None) -> Node | None:
        row = None if comment_id is None else self._data.comment(comment_id)
        return None if row is None else self.comment(row)

    def _written(self, row: Row) -> Node:
        """What everything has that somebody wrote."""
        return {
            "author": _author(row),
            "authorAssociation": row["author_association"],
            "body": row["body"],
            "createdAt": iso(row["created_at"]),
            "id": row["id"],
            "reactionGroups": lambda _info: _reaction_groups(row),
            "reactions": lambda info, content=None, **_: _reactions(row, content),
            "updatedAt": iso(row["updated_at"]),
            "url": row["url"],
        }

    def _comments(self, parent_id: str) -> Callable[..., Node]:
        def resolve(info: GraphQLResolveInfo, first: int | None = None, after: str | None = None) -> Node:
            rows = self._data.comments_of(parent_id)
            page = page_by_place(rows, page_size(info, first), after, _place)
            return {"totalCount": len(rows), **page.fields(self.comment)}

        return resolve

    def _no_replies(
        self, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None
    ) -> Node:
        """The company's discussions have no threads below a comment."""
        empty: Sequence[Row] = ()
        page = page_by_place(empty, page_size(info, first), after, _place)
        return {"totalCount": 0, **page.fields(self.comment)}

    def _labels(self, row: Row) -> Callable[..., Node]:
        def resolve(info: GraphQLResolveInfo, first: int | None = None, after: str | None = None) -> Node:
            page = page_by_offset(row["labels"], page_size(info, first), after)
            return {"totalCount": len(row["labels"]), **page.fields(lambda name: self._label(row, name))}

        return resolve

    def _label(self, row: Row, name: str) -> Node:
        label = self._data.label(row["repository"], name)
        return {key: label[key] for key in ("id", "name", "color", "description")}

    def with_id(self, wanted: str) -> Node | None:
        """The object with a global id: an issue, a discussion, a comment or a repository."""
        for kind in ("issue", "discussion"):
            row = self._data.thread(kind, wanted)
            if row is not None:
                return self.thread(kind, row)
        comment = self._data.comment(wanted)
        if comment is not None:
            return self.comment(comment)
        names = self._data.state.labels["repository"].unique().to_pylist()
        return next((self.repository(name) for name in names if node_id("R", name) == wanted), None)


def _place(row: Row) -> str:
    """Where a comment stands among its siblings; places sort as texts."""
    return f"v2:{row['created_at'].astimezone(UTC):%Y%m%d%H%M%S%f}:{row['id']}"


def _author(row: Row) -> Node | None:
    """An ``Actor``; null where the account is gone (the web pages show "ghost" then)."""
    login, kind = row["author"], row["author_type"]
    if login is None:
        return None
    path = f"/apps/{login}" if kind == "Bot" else f"/{login}"
    return {
        "__typename": kind,
        "id": node_id("BOT" if kind == "Bot" else "U", login),
        "login": login,
        "resourcePath": path,
        "url": f"{WEB}{path}",
    }


def _reaction_groups(row: Row) -> list[Node]:
    """Every kind of reaction, those that nobody gave too."""
    counts = {group["content"]: group["count"] for group in row["reactions"]}
    return [{"content": content, "reactors": {"totalCount": counts.get(content, 0)}} for content in REACTIONS]


def _reactions(row: Row, content: str | None) -> Node:
    counts = {group["content"]: group["count"] for group in row["reactions"]}
    return {"totalCount": sum(counts.values()) if content is None else counts.get(content, 0)}
