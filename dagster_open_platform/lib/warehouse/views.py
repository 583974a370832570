"""Views of a cloned database: a clone holds copies of their texts, which still name the originals.

What belongs here: reading which tables such a text names, and writing it anew for the clone. What does not: finding the texts and running
them (`duckdb/views.py`, `snowflake/views.py`).

A text is not understood, only cut into the dialect's tokens: what stands between quotes, in a comment or behind an alias is left alone, and
what is written anew differs from what was there in names of databases only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from dagster_open_platform.lib.warehouse.errors import MissingObject, StatementFailed
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.utils.clone_names import DatabaseClone
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import Engine

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token


NOT_MADE = (MissingObject, StatementFailed)
"""What it means that a view cannot be made anew: what it reads is not there, or no longer what it was. Any other failure is the warehouse's."""


@dataclass(frozen=True)
class ViewText:
    """A view of a clone.

    Args:
        name: Physical.
        text: Its CREATE statement, as the catalog has it.
    """

    name: TableRef
    text: str


@dataclass(frozen=True)
class _Named:
    """Where a text names a table of one of the platform's databases: the database's token, and the name in lower case."""

    database: "Token"
    table: tuple[str, str, str]


def clones_beside(clone: DatabaseClone) -> Mapping[str, str]:
    """Each original to what a view of this clone shall read instead."""
    return {database: DatabaseClone(database, clone.pull_request_id).name for database in LOGICAL_DATABASES}


def unmasked(views: Sequence[ViewText], masks: Mapping[str, str]) -> list[ViewText]:
    """Those views of schemas with a mask whose texts have none: they are copies of the original's.

    Args:
        views: Of a clone.
        masks: Schema to what the text of each view in it has that a pull request has made.
    """
    return [view for view in views if view.name.schema in masks and masks[view.name.schema] not in view.text]


def in_order(views: Sequence[ViewText], clones: Mapping[str, str], dialect: Engine) -> Iterator[ViewText]:
    """Those views that name an original, each after the views that it reads: an engine may compile a view when it is made."""
    reads: dict[tuple[str, str, str], set[tuple[str, str, str]]] = {}
    by_name: dict[tuple[str, str, str], ViewText] = {}
    for view in views:
        named = [one.table for one in _named(_tokens(view.text, dialect), clones)]
        own = (view.name.database.lower(), view.name.schema.lower(), view.name.name.lower())
        found = {(clones[database], schema, name) for database, schema, name in named}
        if found:
            by_name[own], reads[own] = view, found - {own}
    return (by_name[name] for name in TopologicalSorter(reads).static_order() if name in by_name)


def repointed(view: ViewText, clones: Mapping[str, str], dialect: Engine, quoted: Callable[..., str]) -> str:
    """Return the statement that has a view read clones in the place of originals.

    Args:
        view: As it is.
        clones: Each original to what is read instead.
        dialect: Of the text.
        quoted: Quotes the parts of a name as the engine does.
    """
    tokens = _tokens(view.text, dialect)
    words, end = _head(tokens)
    parts, at = (
        [f"CREATE OR REPLACE {words}VIEW {quoted(view.name.database, view.name.schema, view.name.name)}"],
        end,
    )
    for named in _named(tokens, clones):
        if named.database.start >= end:
            parts += [view.text[at : named.database.start], quoted(clones[named.table[0]])]
            at = named.database.end + 1
    return "".join([*parts, view.text[at:].rstrip().rstrip(";")])


def _tokens(text: str, dialect: Engine) -> "Sequence[Token]":
    import sqlglot

    return sqlglot.tokenize(text, read=dialect)


def _named(tokens: "Sequence[Token]", clones: Mapping[str, str]) -> Iterator[_Named]:
    for index in range(len(tokens) - 4):
        database, dot, schema, second_dot, name = tokens[index : index + 5]
        is_first = index == 0 or tokens[index - 1].text != "."
        if (
            is_first
            and database.text.lower() in clones
            and dot.text == second_dot.text == "."
            and _is_name(database)
        ):
            yield _Named(database, (database.text.lower(), schema.text.lower(), name.text.lower()))


def _is_name(token: "Token") -> bool:
    from sqlglot.tokenizer_core import TokenType

    return token.token_type in (TokenType.VAR, TokenType.IDENTIFIER)


def _head(tokens: "Sequence[Token]") -> tuple[str, int]:
    """Words such as SECURE between CREATE and VIEW, and where the view's name ends."""
    at = next(index for index, token in enumerate(tokens) if token.text.upper() == "VIEW")
    words = [token.text.upper() for token in tokens[1:at] if token.text.upper() in ("SECURE", "RECURSIVE")]
    at += 1
    while tokens[at].text.upper() in ("IF", "NOT", "EXISTS"):
        at += 1
    while tokens[at + 1].text == ".":
        at += 2
    return "".join(f"{word} " for word in words), tokens[at].end + 1
