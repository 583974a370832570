"""The tables that issues, discussions and comments become.

What belongs here: their columns, with what each means. Times are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.columns import Column, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

_ID = Column("id", "string", "GitHub's global node id; the key of the table")
_NUMBER = Column("number", "integer", "Number within the repository, shared by issues and discussions")
_REPOSITORY = Column("repository", "string", "owner/name")
_TITLE = Column("title", "string", "Title")
_AUTHOR = Column("author", "string", "Login; null where the account was deleted", nullable=True)
_CREATED = Column("created_at", "timestamp", "When it was written")
_UPDATED = Column("updated_at", "timestamp", "When GitHub last saw it change; a reaction is no change")
_LABELS = Column("labels", "string", "JSON array of label names")
_COMMENTS = Column("comment_count", "integer", "Comments, without replies to comments")
_REACTIONS = Column("reaction_count", "integer", "Reactions of all kinds when it was fetched")
_URL = Column("url", "string", "Address of the web page")

ISSUES = (
    _ID,
    _NUMBER,
    _REPOSITORY,
    _TITLE,
    Column("state", "string", "OPEN or CLOSED"),
    _AUTHOR,
    _CREATED,
    _UPDATED,
    Column("closed_at", "timestamp", "When it was closed; null while it is open", nullable=True),
    _LABELS,
    _COMMENTS,
    _REACTIONS,
    Column("thumbs_up_count", "integer", "Thumbs up when it was fetched"),
    _URL,
)
DISCUSSIONS = (
    _ID,
    _NUMBER,
    _REPOSITORY,
    _TITLE,
    Column("category", "string", "Name of the discussion category"),
    _AUTHOR,
    _CREATED,
    _UPDATED,
    Column("answered_at", "timestamp", "When a comment was chosen as the answer", nullable=True),
    Column("is_answered", "bool", "Whether a comment is the answer; false where none can be"),
    Column("upvote_count", "integer", "Upvotes when it was fetched"),
    _COMMENTS,
    _REACTIONS,
    _LABELS,
    _URL,
)
COMMENTS = (
    _ID,
    Column("parent_id", "string", "Id of the issue or discussion"),
    Column("parent_type", "string", "ISSUE or DISCUSSION"),
    _REPOSITORY,
    _AUTHOR,
    _CREATED,
    Column("updated_at", "timestamp", "When it was last edited, or written"),
    _REACTIONS,
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "issues": ISSUES,
    "discussions": DISCUSSIONS,
    "comments": COMMENTS,
}


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table with the columns ``TABLES[name]``."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=arrow_schema(TABLES[name]))
