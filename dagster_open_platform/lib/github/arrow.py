"""The tables that issues, discussions and comments become.

What belongs here: their Arrow schemas, with what each column means. Times are UTC.
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg
import pyarrow as pa

_TIME = pa.timestamp("us", tz="UTC")


def _column(name: str, kind: pa.DataType, description: str, nullable: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable, {"description": description})


_ID = _column("id", pa.string(), "GitHub's global node id; the key of the table")
_NUMBER = _column("number", pa.int64(), "Number within the repository, shared by issues and discussions")
_REPOSITORY = _column("repository", pa.string(), "owner/name")
_TITLE = _column("title", pa.string(), "Title")
_AUTHOR = _column("author", pa.string(), "Login; null where the account was deleted", nullable=True)
_CREATED = _column("created_at", _TIME, "When it was written")
_UPDATED = _column("updated_at", _TIME, "When GitHub last saw it change; a reaction is no change")
_LABELS = _column("labels", pa.string(), "JSON array of label names")
_COMMENTS = _column("comment_count", pa.int64(), "Comments, without replies to comments")
_REACTIONS = _column("reaction_count", pa.int64(), "Reactions of all kinds when it was fetched")
_URL = _column("url", pa.string(), "Address of the web page")

ISSUES = pa.schema(
    [
        _ID,
        _NUMBER,
        _REPOSITORY,
        _TITLE,
        _column("state", pa.string(), "OPEN or CLOSED"),
        _AUTHOR,
        _CREATED,
        _UPDATED,
        _column("closed_at", _TIME, "When it was closed; null while it is open", nullable=True),
        _LABELS,
        _COMMENTS,
        _REACTIONS,
        _column("thumbs_up_count", pa.int64(), "Thumbs up when it was fetched"),
        _URL,
    ]
)
DISCUSSIONS = pa.schema(
    [
        _ID,
        _NUMBER,
        _REPOSITORY,
        _TITLE,
        _column("category", pa.string(), "Name of the discussion category"),
        _AUTHOR,
        _CREATED,
        _UPDATED,
        _column("answered_at", _TIME, "When a comment was chosen as the answer", nullable=True),
        _column("is_answered", pa.bool_(), "Whether a comment is the answer; false where none can be"),
        _column("upvote_count", pa.int64(), "Upvotes when it was fetched"),
        _COMMENTS,
        _REACTIONS,
        _LABELS,
        _URL,
    ]
)
COMMENTS = pa.schema(
    [
        _ID,
        _column("parent_id", pa.string(), "Id of the issue or discussion"),
        _column("parent_type", pa.string(), "ISSUE or DISCUSSION"),
        _REPOSITORY,
        _AUTHOR,
        _CREATED,
        _column("updated_at", _TIME, "When it was last edited, or written"),
        _REACTIONS,
    ]
)
TABLES = {"issues": ISSUES, "discussions": DISCUSSIONS, "comments": COMMENTS}


def table_of(name: str, rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows as a table of the schema ``TABLES[name]``."""
    return pa.Table.from_pylist(list(rows), schema=TABLES[name])


def column_schema(schema: pa.Schema) -> dg.TableSchema:
    """A schema as Dagster shows it."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                name=column.name,
                type=str(column.type),
                description=(column.metadata or {}).get(b"description", b"").decode(),
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=column.name == "id"),
            )
            for column in schema
        ]
    )
