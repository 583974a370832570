"""From Hightouch's JSON to the values of the protocol.

What belongs here: fields and their types. What does not: paths and paging (`client.py`).
Source: https://hightouch.com/docs/api-reference (`Sync`, `SyncRun`).
"""

import re
from collections.abc import Mapping
from typing import Any

from dagster_open_platform.lib.hightouch.errors import UnexpectedAnswer
from dagster_open_platform.lib.hightouch.protocol import (
    ENDED,
    OPERATIONS,
    UNDER_WAY,
    RefusedRow,
    RowCounts,
    SyncDetails,
    SyncRun,
)
from dagster_open_platform.lib.http_fields import Fields

_FIELDS = Fields("Hightouch", UnexpectedAnswer)
member, optional, moment = _FIELDS.member, _FIELDS.optional, _FIELDS.moment
Node = Mapping[str, Any]

_REFUSED = re.compile(rf"^({'|'.join(OPERATIONS)}) (.+?): (.+)$")


def identifier(node: Any, field: str = "id") -> str:
    """An id, which Hightouch documents as a number for some things and gives as digits for others.

    Raises:
        UnexpectedAnswer: It is neither.
    """
    value = member(node, field, object)
    if isinstance(value, bool) or not re.fullmatch(r"\d+", str(value)):
        raise UnexpectedAnswer(f"Hightouch's answer has a {type(value).__name__} as {field!r} that is no id.")
    return str(value)


def sync_of(node: Node) -> SyncDetails:
    """A sync."""
    configuration = optional(node, "configuration", dict) or {}
    mappings = configuration.get("mappings")
    pairs = [each for each in mappings if isinstance(each, dict)] if isinstance(mappings, list) else []
    return SyncDetails(
        id=identifier(node),
        slug=member(node, "slug", str),
        disabled=member(node, "disabled", bool),
        # Each kind of destination has a configuration of its own, which Hightouch does not document.
        fields={
            each["to"]: each["from"]
            for each in pairs
            if isinstance(each.get("to"), str) and isinstance(each.get("from"), str)
        },
    )


def run_of(node: Node) -> SyncRun:
    """A run of a sync.

    Raises:
        UnexpectedAnswer: A field is missing, or the status is none that is known.
    """
    status = member(node, "status", str)
    if status not in UNDER_WAY | ENDED:
        raise UnexpectedAnswer(f"Hightouch's run has the unknown status {status[:40]!r}.")
    created_at = moment(node, "createdAt")
    if created_at is None:
        raise UnexpectedAnswer("Hightouch's run has no 'createdAt'.")
    return SyncRun(
        id=identifier(node),
        status=status,
        created_at=created_at,
        started_at=moment(node, "startedAt"),
        finished_at=moment(node, "finishedAt"),
        query_size=_count(node, "querySize"),
        planned=_counts(node, "plannedRows"),
        successful=_counts(node, "successfulRows"),
        failed=_counts(node, "failedRows"),
        error=optional(node, "error", str),
    )


def refused_rows(error: str | None) -> list[RefusedRow]:
    """The rows that the error of a run names, one a line: `<operation> <primary key>: <reason>`.

    Hightouch's API has no other place for them. Lines of another form are none.
    """
    found = (_REFUSED.match(line.strip()) for line in (error or "").splitlines())
    return [RefusedRow(*match.groups()) for match in found if match]


def _counts(node: Node, field: str) -> RowCounts:
    """Null before they are known."""
    counts = optional(node, field, dict)
    return RowCounts(*(_count(counts, f"{name}Count") for name in OPERATIONS)) if counts else RowCounts()


def _count(node: Node, field: str) -> int:
    value = node.get(field)
    if value is None:
        return 0
    # Documented as a number, without saying that it is whole.
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        raise UnexpectedAnswer(
            f"Hightouch's answer has a {type(value).__name__} as {field!r} that is no count."
        )
    return int(value)
