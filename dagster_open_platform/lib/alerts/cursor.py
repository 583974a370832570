"""From where on the notifier looks: the sensor's cursor.

What belongs here: reading and writing it. What does not: what was told, which is in Slack.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OVERLAP = dt.timedelta(seconds=30)
"""Runs are looked at again that changed so shortly before the last one: a change may become visible after a later one."""
REMEMBERED = 200
"""Runs of each kind that are remembered at most, newest last."""


@dataclass
class Cursor:
    """How far the notifier is.

    Args:
        updated: When the last failed run was changed that was looked at; UTC.
        seen: Runs that were looked at lately, whose ends are not looked at again.
        waiting: Failed runs that Dagster said it will try again: id to when it ended.
        told: Failed runs that were told: id to the id of the first of its attempts.
        beat_at: When the heartbeat was last shown. None: never.
        unbeaten: Failures told since.
    """

    updated: dt.datetime
    seen: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    beat_at: dt.datetime | None = None
    unbeaten: int = 0

    def written(self) -> str:
        """The cursor as Dagster keeps it."""
        kept: Mapping[str, Any] = {
            "updated": self.updated.isoformat(),
            "seen": self.seen[-REMEMBERED:],
            "waiting": dict(list(self.waiting.items())[-REMEMBERED:]),
            "told": dict(list(self.told.items())[-REMEMBERED:]),
            "beat_at": self.beat_at.isoformat() if self.beat_at else None,
            "unbeaten": self.unbeaten,
        }
        return json.dumps(kept)


def read(cursor: str | None) -> Cursor | None:
    """The cursor that Dagster kept; None if it has none, or one that is not ours: Slack knows what was told."""
    if not cursor:
        return None
    try:
        kept = json.loads(cursor)
        return Cursor(
            updated=dt.datetime.fromisoformat(kept["updated"]),
            seen=list(kept["seen"]),
            waiting=dict(kept["waiting"]),
            told=dict(kept["told"]),
            beat_at=dt.datetime.fromisoformat(kept["beat_at"]) if kept["beat_at"] else None,
            unbeaten=int(kept["unbeaten"]),
        )
    except (ValueError, TypeError, KeyError):
        return None
