"""What members do in a day.

What belongs here: counts by member. What does not: Slack's file of them (`services/saas/slack/analytics.py`).

The messages and reactions in the community's channels are those of the export to S3 (`exports/community.py`, its second edition, which is
complete), each given to one of who was there. The staff's own channels and direct messages come on top.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dagster_open_platform_local.company.exports.community import activity as exported_activity
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.slack.members import Members

Counts = NDArray[np.int64]
_WEEKEND = 5
_VISITS, _STAFF_VISITS, _WEEKEND_VISITS = 0.16, 0.9, 0.05


@dataclass(frozen=True)
class Activity:
    """A day, for some members.

    Args:
        members: Their indices.
        community_messages: In the community's channels.
        staff_messages: In the staff's channels.
        direct_messages: To somebody.
        reactions: Added.
        files: Uploaded.
        searches: Made.
        huddles: Joined.
        is_active: Whether they read or did anything.
    """

    members: NDArray[np.int64]
    community_messages: Counts
    staff_messages: Counts
    direct_messages: Counts
    reactions: Counts
    files: Counts
    searches: Counts
    huddles: Counts
    is_active: NDArray[np.bool_]


def activity(found: Members, day: date) -> Activity:
    """What those did who had an account on a day.

    Args:
        found: As of a later date.
        day: In UTC.
    """
    present = found.present(day)
    exported = exported_activity(found.settings, day, edition=2)
    written = _given(found, present, day, "messages", sum(each["messages"] for each in exported))
    reacted = _given(found, present, day, "reactions", sum(each["reactions"] for each in exported))
    # A person's number fits in 41 bits, so the product with a day is theirs alone, up to 64 bits that wrap.
    draws = Draws(found.settings.seed, f"slack_days_{day.isoformat()}", found.people[present])
    staff, weekend = found.is_staff[present], day.weekday() >= _WEEKEND
    rate = np.where(staff, _STAFF_VISITS, _VISITS) if not weekend else np.full(present.size, _WEEKEND_VISITS)
    visits = draws.below("visits", 10_000) < (rate * 10_000).astype(np.int64)
    working = visits & staff & (not weekend)
    internal = np.where(working, draws.quantile("internal", (0, 1, 4, 9, 30)), 0)
    direct = np.where(working, draws.quantile("direct", (0, 2, 8, 20, 60)), 0)
    direct = direct + np.where(
        (written > 0) & draws.chance("asks_directly", 0.15), 1 + draws.below("asked", 3), 0
    )
    return Activity(
        members=present,
        community_messages=written,
        staff_messages=internal,
        direct_messages=direct,
        reactions=reacted + np.where(working, draws.below("internal_reactions", 8), 0),
        files=np.where(
            (written + internal > 0) & draws.chance("uploads", 0.08), 1 + draws.below("files", 2), 0
        ),
        searches=np.where(visits & draws.chance("searches", 0.4), 1 + draws.below("searched", 6), 0),
        huddles=np.where(working & draws.chance("huddles", 0.35), 1 + draws.below("huddled", 3), 0),
        is_active=visits | (written > 0) | (reacted > 0),
    )


def _given(found: Members, present: NDArray[np.int64], day: date, what: str, count: int) -> Counts:
    """How many of some things each of those present gets, by their weights."""
    if not present.size:
        return np.zeros(0, dtype=np.int64)
    shares = np.cumsum(found.weight[present])
    draws = Draws(found.settings.seed, f"slack_{what}_{day.isoformat()}", np.arange(count, dtype=np.int64))
    owner = np.searchsorted(shares, draws.below("member", int(shares[-1])), side="right")
    return np.bincount(owner, minlength=present.size).astype(np.int64)
