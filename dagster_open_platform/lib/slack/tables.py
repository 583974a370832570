"""The tables that members, channels and what members did become.

What belongs here: their columns, with what each means, and Slack's objects as rows. What does not: writing them (`members.py`).
Sources: https://docs.slack.dev/reference/objects/user-object, …/conversation-object, and
https://docs.slack.dev/reference/methods/admin.analytics.getFile for a member's day.

The members of the community are people who never became our customers, so nothing is kept by which a person would be recognized: no
name, no title, no picture, and no e-mail address. `email_sha256` is there to be joined with other tables' hashes. It is a
pseudonym, not an anonymous value: whoever has an address can hash it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from dagster_open_platform.lib.columns import Column, arrow_schema
from dagster_open_platform.lib.slack.errors import UnexpectedAnswer
from dagster_open_platform.lib.slack.protocol import Node

if TYPE_CHECKING:
    import pyarrow as pa

_SLACKBOT = "USLACKBOT"
_FIRST_DAY = dt.date(1970, 1, 1)

USERS = (
    Column("id", "string", "Slack's id; the key of the table"),
    Column("team_id", "string", "The workspace's id"),
    Column(
        "email_sha256", "string", "SHA-256 of the address in lower case, in hexadecimal digits", nullable=True
    ),
    Column("is_bot", "bool", "An app, or Slack itself"),
    Column("is_deactivated", "bool", "The account was closed; it stays in the table"),
    Column("is_guest", "bool", "Sees some channels only"),
    Column("is_admin", "bool", "May administer the workspace"),
    Column("time_zone", "string", "IANA name; unknown of who was deactivated", nullable=True),
    Column("updated_at", "timestamp", "When Slack last saw the account change"),
)
CHANNELS = (
    Column("id", "string", "Slack's id; the key of the table"),
    Column("name", "string", "Without #; may change"),
    Column("is_archived", "bool", "Nobody can write in it any more"),
    Column("is_general", "bool", "Every member is in it"),
    Column("is_shared_with_others", "bool", "Members of another organization are in it"),
    Column("member_count", "integer", "Members when it was fetched"),
    Column("purpose", "string", "What it is for"),
    Column("created_at", "timestamp", "When it was opened"),
    Column("updated_at", "timestamp", "When it last changed"),
)
_COUNTS = {
    "messages_posted_count": "Messages in channels, groups and direct messages",
    "channel_messages_posted_count": "Messages in channels",
    "reactions_added_count": "Reactions added",
    "files_added_count": "Files uploaded",
    "search_count": "Searches",
    "total_calls_count": "Calls, huddles included",
    "slack_huddles_count": "Huddles",
}
_FLAGS = {
    "is_guest": "Sees some channels only",
    "is_billable_seat": "Is paid for",
    "is_active": "Read or wrote anything",
    "is_active_ios": "On an iPhone or iPad",
    "is_active_android": "On Android",
    "is_active_desktop": "At a desktop or in a browser",
}
MEMBER_ANALYTICS = (
    Column("date", "date", "Day (UTC)"),
    Column("user_id", "string", "The member; with date the key of the table"),
    Column("joined_at", "timestamp", "When the account was claimed"),
    *(Column(name, "bool", meaning) for name, meaning in _FLAGS.items()),
    *(Column(name, "integer", meaning) for name, meaning in _COUNTS.items()),
)
MEMBER_METRICS = (
    Column("date", "date", "Day (UTC); the key of the table"),
    Column("members", "integer", "People with an account on the day, guests included"),
    Column("guests", "integer", "Of them, guests"),
    Column("new_members", "integer", "Of them, who joined on the day"),
    Column(
        "returned_members",
        "integer",
        "Of them, who joined before and had no account the day before",
        nullable=True,
    ),
    Column(
        "deactivated_members", "integer", "Who had an account the day before and no longer has", nullable=True
    ),
    Column("active_members", "integer", "Who read or wrote anything"),
    Column("posting_members", "integer", "Who wrote in a channel"),
    Column("messages", "integer", "Messages in channels"),
    Column("reactions", "integer", "Reactions"),
    Column("bots_left_out", "integer", "Accounts that are not counted, since they are no people"),
)
TABLES: Mapping[str, tuple[Column, ...]] = {
    "users": USERS,
    "channels": CHANNELS,
    "member_analytics": MEMBER_ANALYTICS,
    "member_metrics": MEMBER_METRICS,
}


def users_table(pages: Iterable[Sequence[Node]]) -> pa.Table:
    """Members as rows of `USERS`; one that comes twice is there once, as it was last updated.

    Raises:
        UnexpectedAnswer: An object is not as Slack documents it.
    """
    return _latest(USERS, map(_users_of_page, pages))


def _users_of_page(nodes: Sequence[Node]) -> pa.Table:
    columns = _Columns("users.list", nodes)
    made = {
        "email_sha256": lambda: [_hashed(each.get("email")) for each in columns.values("profile", {})],
        # Slack's own bot is not marked as one.
        "is_bot": lambda: [
            True if each == _SLACKBOT else bot
            for bot, each in zip(columns.values("is_bot", False), columns.values("id"), strict=True)
        ],
        "is_deactivated": lambda: columns.values("deleted"),
        "is_guest": lambda: columns.values("is_restricted", False),
        # Of who was deactivated Slack gives the shorter object, without these.
        "is_admin": lambda: columns.values("is_admin", False),
        "time_zone": lambda: columns.values("tz", None),
        "updated_at": lambda: columns.moments("updated"),
    }
    return columns.table(USERS, made)


def channels_table(pages: Iterable[Sequence[Node]]) -> pa.Table:
    """Channels as rows of `CHANNELS`; one that comes twice is there once.

    Raises:
        UnexpectedAnswer: An object is not as Slack documents it.
    """
    return _latest(CHANNELS, map(_channels_of_page, pages))


def _channels_of_page(nodes: Sequence[Node]) -> pa.Table:
    columns = _Columns("conversations.list", nodes)
    made = {
        "is_general": lambda: columns.values("is_general", False),
        "is_shared_with_others": lambda: columns.values("is_ext_shared", False),
        "member_count": lambda: columns.values("num_members", 0),
        "purpose": lambda: [each.get("value", "") for each in columns.values("purpose", {})],
        "created_at": lambda: columns.moments("created"),
        # In milliseconds, unlike all others.
        "updated_at": lambda: columns.moments("updated", "ms"),
    }
    return columns.table(CHANNELS, made)


def analytics_table(day: dt.date, nodes: Sequence[Node]) -> pa.Table:
    """What members did on a day as rows of `MEMBER_ANALYTICS`.

    Raises:
        UnexpectedAnswer: An object is not as Slack documents it, or is of another day.
    """
    columns = _Columns(f"admin.analytics.getFile of {day}", nodes)
    if set(columns.values("date")) - {day.isoformat()}:
        raise UnexpectedAnswer(f"Slack's analytics of {day} have rows of other days.")
    return columns.table(
        MEMBER_ANALYTICS,
        {
            "date": lambda: [(day - _FIRST_DAY).days] * len(nodes),
            "joined_at": lambda: columns.moments("date_claimed"),
        },
    )


class _Columns:
    """Reads objects by columns, which is several times as fast as by rows.

    Args:
        what: For messages.
        nodes: The objects.
    """

    def __init__(self, what: str, nodes: Sequence[Node]) -> None:
        self._what = what
        self._nodes = nodes
        if not all(type(node) is dict for node in nodes):
            raise UnexpectedAnswer(f"Slack's answer to {what} has something that is not an object.")

    def values(self, field: str, *default: Any) -> list[Any]:
        """A field of all objects; without a default each has it."""
        if default:
            return [node.get(field, default[0]) for node in self._nodes]
        try:
            return [node[field] for node in self._nodes]
        except KeyError:
            raise UnexpectedAnswer(f"Slack's answer to {self._what} has an object without {field}.") from None

    def moments(self, field: str, unit: Literal["s", "ms"] = "s") -> pa.Array:
        """A field of all objects that counts since 1970, in UTC.

        Args:
            field: Its name.
            unit: What it counts.
        """
        import pyarrow as pa

        counted = pa.array(self.values(field), pa.int64())
        return counted.cast(pa.timestamp(unit, tz="UTC")).cast(pa.timestamp("us", tz="UTC"))

    def table(self, columns: Sequence[Column], made: Mapping[str, Callable[[], Any]]) -> pa.Table:
        """The table.

        Args:
            columns: Its columns, by default fields of the same name.
            made: Makes those that are not.
        """
        import pyarrow as pa

        schema = arrow_schema(columns)
        arrays: list[pa.Array] = []
        for column in columns:
            try:
                found = made[column.name]() if column.name in made else self.values(column.name)
                array: pa.Array = (
                    found if isinstance(found, pa.Array) else pa.array(found, _type_of(schema, column))
                )
            except (pa.ArrowException, TypeError, AttributeError, ValueError) as error:
                raise UnexpectedAnswer(
                    f"Slack's answer to {self._what} has objects whose {column.name} is not what it documents: {type(error).__name__}."
                ) from None
            if array.null_count and not column.nullable:
                raise UnexpectedAnswer(
                    f"Slack's answer to {self._what} has objects whose {column.name} is null."
                )
            arrays.append(array.cast(schema.field(column.name).type))
        return pa.table(arrays, schema=schema)


def _type_of(schema: pa.Schema, column: Column) -> pa.DataType:
    import pyarrow as pa

    return pa.int32() if column.type == "date" else schema.field(column.name).type


def _latest(columns: Sequence[Column], pages: Iterable[pa.Table]) -> pa.Table:
    """One row an id: somebody who changes while pages are read may be on two of them."""
    import pyarrow as pa

    table = pa.concat_tables([arrow_schema(columns).empty_table(), *pages])
    ids = table["id"].to_pylist()
    if len(set(ids)) == len(ids):
        return table
    updated = table["updated_at"].cast("int64").to_pylist()
    last = {each: place for _, place, each in sorted(zip(updated, range(len(ids)), ids, strict=True))}
    return table.take(sorted(last.values()))


def _hashed(email: str | None) -> str | None:
    return sha256(email.strip().lower().encode()).hexdigest() if email else None
