"""What a run has to send: the model's rows beside those that were sent before.

What belongs here: the comparison (https://hightouch.com/docs/syncs/overview, "Change data capture"). What does not: sending (`sending.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dagster_open_platform_local.services.saas.hightouch.source import Row

OPERATIONS = ADDED, CHANGED, REMOVED = ("added", "changed", "removed")


@dataclass(frozen=True)
class Sent:
    """A row that was sent before.

    Args:
        row: Its values.
        had_counterpart: Whether the CRM had a record for it.
    """

    row: Row
    had_counterpart: bool


@dataclass(frozen=True)
class Operation:
    """A row that has to be sent.

    Args:
        kind: `added`, `changed` or `removed`.
        key: The row's primary key.
        row: Its values; of a removed one none, by column.
    """

    kind: str
    key: str
    row: Row


def planned(
    rows: Mapping[str, Row], before: Mapping[str, Sent], has_counterpart: Callable[[str], bool], *, full: bool
) -> list[Operation]:
    """The rows that have to be sent: added ones, changed ones, removed ones, each by key.

    Args:
        rows: The model's, by key.
        before: What was sent, by key.
        has_counterpart: Whether the CRM has a record for a key now. A row that had none is sent when it has.
        full: Send every row, as if none had been sent.
    """
    found: list[Operation] = []
    for key, row in sorted(rows.items()):
        old = before.get(key)
        if full or old is None:
            found.append(Operation(ADDED, key, row))
        elif old.row != row:
            found.append(Operation(CHANGED, key, row))
        elif not old.had_counterpart and has_counterpart(key):
            found.append(Operation(ADDED, key, row))
    gone = sorted(before.keys() - rows.keys())
    found += [Operation(REMOVED, key, dict.fromkeys(before[key].row)) for key in gone]
    return sorted(found, key=lambda each: OPERATIONS.index(each.kind))
