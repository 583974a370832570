"""From Anthropic's JSON to Arrow tables.

What belongs here: which field becomes which column, and what a page must be like. What does not: what the columns mean (`columns.py`).

Columns are read one after the other over all rows, not rows one after the other: that takes a third of the time. A field that is missing or
of another type is an `UnexpectedAnswer`, whose message shows the field and not its value.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from dagster_open_platform.lib.anthropic.arrow import Columns, Taken, table_of
from dagster_open_platform.lib.anthropic.columns import TABLES
from dagster_open_platform.lib.anthropic.errors import NobodyListed, UnexpectedAnswer
from dagster_open_platform.lib.anthropic.moments import moment, moments
from dagster_open_platform.lib.columns import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.anthropic.protocol import Node


_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
_USAGE_FIELDS = {
    "uncached_input_tokens": ("uncached_input_tokens",),
    "cache_write_5m_tokens": ("cache_creation", "ephemeral_5m_input_tokens"),
    "cache_write_1h_tokens": ("cache_creation", "ephemeral_1h_input_tokens"),
    "cache_read_tokens": ("cache_read_input_tokens",),
    "output_tokens": ("output_tokens",),
    "web_search_requests": ("server_tool_use", "web_search_requests"),
}
_MODEL_FIELDS = {
    "input_tokens": ("tokens", "input"),
    "output_tokens": ("tokens", "output"),
    "cache_read_tokens": ("tokens", "cache_read"),
    "cache_creation_tokens": ("tokens", "cache_creation"),
    "estimated_cost_cents": ("estimated_cost", "amount"),
    "currency": ("estimated_cost", "currency"),
}
_NO_MODEL: Any = {
    "model": None,
    "tokens": dict.fromkeys(("input", "output", "cache_read", "cache_creation")),
    "estimated_cost": dict.fromkeys(("amount", "currency")),
}
"""Stands for the models of a record that has none."""
_NOBODY: Any = {"id": None}
_RECORD_FIELDS = {
    "sessions": ("core_metrics", "num_sessions"),
    "lines_added": ("core_metrics", "lines_of_code", "added"),
    "lines_removed": ("core_metrics", "lines_of_code", "removed"),
    "commits": ("core_metrics", "commits_by_claude_code"),
    "pull_requests": ("core_metrics", "pull_requests_by_claude_code"),
}


def usage_table(buckets: Sequence[Node], start: dt.date, end: dt.date) -> pa.Table:
    """Hourly usage.

    Args:
        buckets: As `AdminApi.usage` gives them.
        start: First day that was asked for.
        end: The day after the last.

    Raises:
        UnexpectedAnswer: They are not what is documented: a bucket is of another width, comes twice, or lies outside.
    """
    starts, index, rows = _bucketed(buckets, start, end, _HOUR)
    columns: Columns = {
        "usage_date": Taken([each.date() for each in starts], index),
        "bucket_start": Taken(starts, index),
        **{name: _nullable(rows, name) for name in ("workspace_id", "api_key_id", "model", "service_tier")},
        "context_window": _nullable(rows, "context_window"),
        **_nested(rows, _USAGE_FIELDS),
    }
    return table_of("usage", columns)


def cost_table(buckets: Sequence[Node], start: dt.date, end: dt.date) -> pa.Table:
    """Daily costs; arguments and errors as of `usage_table`."""
    starts, index, rows = _bucketed(buckets, start, end, _DAY)
    named = (
        "workspace_id",
        "description",
        "cost_type",
        "model",
        "service_tier",
        "context_window",
        "token_type",
    )
    columns: Columns = {
        "usage_date": Taken([each.date() for each in starts], index),
        **{name: _nullable(rows, name) for name in named},
        "amount_cents": _values(rows, "amount"),
        "currency": _values(rows, "currency"),
    }
    return table_of("cost", columns)


def claude_code_table(pages: Iterable[tuple[dt.date, Sequence[Node]]]) -> pa.Table:
    """Claude Code, a row for an actor, a terminal and a model on a day.

    A page is dropped as soon as it is columns: memory that is used again costs half of the time of fresh memory.

    Args:
        pages: Records as `AdminApi.claude_code` gives them, each page with the day that was asked for.

    Raises:
        UnexpectedAnswer: They are not what is documented, or of another day.
    """
    import pyarrow as pa

    nothing = arrow_schema(TABLES["claude_code"]).empty_table()
    return pa.concat_tables([nothing, *(_claude_code_page(day, records) for day, records in pages)])


def _claude_code_page(day: dt.date, records: Sequence[Node]) -> pa.Table:
    if any(each.date() != day for each in _moments(records, "date")):
        raise UnexpectedAnswer(
            "Anthropic's answer has records of Claude Code of another day than was asked for."
        )
    lists = _lists(records, "model_breakdown")
    models = [each or [_NO_MODEL] for each in lists]
    flat = list(chain.from_iterable(models))
    actions = _values(records, "tool_actions")
    whole: dict[str, Sequence[Any]] = {
        **_nested(records, _RECORD_FIELDS),
        "tool_actions_accepted": _sums(actions, "accepted"),
        "tool_actions_rejected": _sums(actions, "rejected"),
        "tool_actions": [_as_json(each) for each in actions],
    }
    repeated: dict[str, Sequence[Any]] = {
        "usage_date": [day] * len(records),
        "actor_type": _values(_values(records, "actor"), "type"),
        "actor": _actors(records),
        **{name: _nullable(records, name) for name in ("terminal_type", "customer_type")},
    }
    along, on_first = _indexes(models)
    columns: Columns = {
        **{name: Taken(values, along) for name, values in repeated.items()},
        "model": _nullable(flat, "model"),
        **_nested(flat, _MODEL_FIELDS, nulls=lists.count([])),
        **{name: Taken(values, on_first) for name, values in whole.items()},
    }
    return table_of("claude_code", columns)


def api_keys_table(nodes: Sequence[Node]) -> pa.Table:
    """API keys as they are listed; nothing is removed. Raises `UnexpectedAnswer`."""
    named = ("partial_key_hint", "workspace_id")
    makers = [_NOBODY if each is None else each for each in _nullable(nodes, "created_by")]
    columns: Columns = {
        **{name: _values(nodes, name) for name in ("id", "name", "status")},
        **{name: _nullable(nodes, name) for name in named},
        "created_by_id": _values(makers, "id", nulls=makers.count(_NOBODY)),
        "created_at": moments(_values(nodes, "created_at"), "created_at"),
        "expires_at": moments(_nullable(nodes, "expires_at"), "expires_at"),
        "removed_at": [None] * len(nodes),
    }
    return table_of("api_keys", columns)


def users_table(nodes: Sequence[Node]) -> pa.Table:
    """Users as they are listed; nobody is removed.

    Raises:
        NobodyListed: There are none.
        UnexpectedAnswer: They are not what is documented.
    """
    if not nodes:
        raise NobodyListed(
            "Anthropic lists no users, but whoever made the admin key is one: the table stays as it is. Check that the"
            " key belongs to the right organization."
        )
    columns: Columns = {
        **{name: _values(nodes, name) for name in ("id", "email", "name", "role")},
        "added_at": moments(_values(nodes, "added_at"), "added_at"),
        "removed_at": [None] * len(nodes),
    }
    return table_of("users", columns)


def _bucketed(
    buckets: Sequence[Node], start: dt.date, end: dt.date, width: dt.timedelta
) -> tuple[list[dt.datetime], pa.Array, list[Node]]:
    """The beginnings of all buckets, their rows, and for each row the index of its bucket."""
    begin, stop = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (start, end))
    last: dt.datetime | None = None
    starts: list[dt.datetime] = []
    lists = _lists(buckets, "results")
    for first, after in zip(_moments(buckets, "starting_at"), _moments(buckets, "ending_at"), strict=True):
        if after - first != width:
            raise UnexpectedAnswer(
                f"Anthropic's answer has a bucket that is not {width} long, which was asked for."
            )
        if (last is not None and first <= last) or not begin <= first < stop:
            # Rows that come twice would be counted twice.
            raise UnexpectedAnswer(
                f"Anthropic's answer has a bucket of {first:%Y-%m-%d %H:%M} that comes twice or lies outside of {start} to {end}."
            )
        last = first
        starts.append(first)
    return starts, _indexes(lists)[0], list(chain.from_iterable(lists))


def _values(nodes: Sequence[Any], name: str, nulls: int = 0) -> list[Any]:
    """A field of each, which must be there and have a value but for so many."""
    try:
        found = list(map(itemgetter(name), nodes))
    except (KeyError, TypeError, IndexError):
        raise UnexpectedAnswer(f"Anthropic's answer has something without the field {name!r}.") from None
    if found.count(None) != nulls:
        raise UnexpectedAnswer(f"Anthropic's answer has no value as {name!r}.")
    return found


def _nested(
    nodes: Sequence[Any], fields: Mapping[str, tuple[str, ...]], nulls: int = 0
) -> dict[str, Sequence[Any]]:
    """Fields within objects, by the names of their columns; each object is looked up once."""
    known: dict[tuple[str, ...], Sequence[Any]] = {(): nodes}
    for path in fields.values():
        for depth in range(1, len(path)):
            if path[:depth] not in known:
                known[path[:depth]] = _values(known[path[: depth - 1]], path[depth - 1])
    return {name: _values(known[path[:-1]], path[-1], nulls) for name, path in fields.items()}


def _moments(nodes: Sequence[Any], name: str) -> list[dt.datetime]:
    """A moment of each, which must be there."""
    return [moment(value, name) for value in _values(nodes, name)]


def _nullable(nodes: Sequence[Any], name: str) -> list[Any]:
    """A field of each; None where it is null or, as in older answers, missing."""
    try:
        return list(map(itemgetter(name), nodes))
    except (KeyError, TypeError, IndexError):
        if not all(isinstance(node, dict) for node in nodes):
            raise UnexpectedAnswer(
                f"Anthropic's answer has no object where one with {name!r} belongs."
            ) from None
        return [node.get(name) for node in nodes]


def _lists(nodes: Sequence[Any], name: str) -> list[list[Any]]:
    found = _values(nodes, name)
    if not all(isinstance(each, list) for each in found):
        raise UnexpectedAnswer(f"Anthropic's answer has no list as {name!r}.")
    return found


def _actors(records: Sequence[Any]) -> list[Any]:
    try:
        return [
            actor["email_address" if actor["type"] == "user_actor" else "api_key_name"]
            for actor in [record["actor"] for record in records]
        ]
    except (KeyError, TypeError):
        raise UnexpectedAnswer("Anthropic's answer has an actor without an address or a name.") from None


def _as_json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _sums(actions: Sequence[Any], name: str) -> list[Any]:
    try:
        return [sum([tool[name] for tool in each.values()]) for each in actions]
    except (AttributeError, KeyError, TypeError):
        raise UnexpectedAnswer(f"Anthropic's answer has no numbers as 'tool_actions.*.{name}'.") from None


def _indexes(lists: Sequence[Sequence[Any]]) -> tuple[pa.Array, pa.Array]:
    """For each item of all lists the index of its list; and the same for first items only, null for the others."""
    import pyarrow as pa

    index = [place for place, each in enumerate(lists) for _ in each]
    on_first = [None if number else place for place, each in enumerate(lists) for number in range(len(each))]
    return pa.array(index, pa.int64()), pa.array(on_first, pa.int64())
