"""Daily exports of the community's Slack: how much was written in each channel.

What belongs here: the bucket's objects. What does not: what people wrote; the export has counts only.

The dirt in it:

- an export is made five minutes before midnight, so the last messages are not in it; every eighth day is exported again two
  days later, beside the first file (`activity-2.json.gz`), with all messages. Whoever reads both counts twice;
- channels come later than others, and one was renamed; its id stayed.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from dagster_open_platform.lib.aws.buckets import COMMUNITY
from dagster_open_platform_local.company.exports.objects import (
    Objects,
    StoredObject,
    gzipped,
    iso_moments,
    json_lines,
)
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_AGAIN_AFTER_DAYS = 2
_AGAIN_SHARE = 1 / 8
_WEEKEND_PER_MILLE, _GROWTH_PER_MILLE_A_DAY = 300, 3
RENAMED_SINCE = 75
"""Days after the epoch on which `#dagster-feedback` became `#product-feedback`."""


@dataclass(frozen=True)
class Channel:
    """A channel of the community.

    Args:
        name: Without `#`.
        messages: On a working day at the epoch, at scale 1.
        is_shared: Whether members of another workspace are in it.
        since: Days after the epoch on which it was opened.
    """

    name: str
    messages: int
    is_shared: bool = False
    since: int = 0


CHANNELS = (
    Channel("announcements", 4),
    Channel("ask-community", 160),
    Channel("ask-ai", 120),
    Channel("dagster-feedback", 18),
    Channel("dagster-plus", 40),
    Channel("deployment-kubernetes", 30),
    Channel("deployment-ecs", 14),
    Channel("integration-airbyte", 8),
    Channel("integration-bigquery", 9),
    Channel("integration-databricks", 16),
    Channel("integration-dbt", 48),
    Channel("integration-snowflake", 22),
    Channel("introductions", 12),
    Channel("jobs", 5),
    Channel("random", 10),
    Channel("showcase", 6),
    Channel("partners-northwind", 7, is_shared=True),
    Channel("partners-contoso", 4, is_shared=True),
    Channel("components", 20, since=28),
    Channel("declarative-automation", 15, since=40),
    Channel("university", 9, since=90),
)


def objects_of_day(settings: CompanySettings, day: date) -> Objects:
    """What is exported on a day: that day, and once more the day before yesterday if that was due."""
    yield _export(settings, day, 1)
    earlier = day - timedelta(days=_AGAIN_AFTER_DAYS)
    if earlier >= settings.epoch and _is_exported_again(settings, earlier):
        yield _export(settings, earlier, 2)


def _is_exported_again(settings: CompanySettings, day: date) -> bool:
    draws = Draws(settings.seed, "slack_exports", np.array([day.toordinal()], dtype=np.int64))
    return bool(draws.chance("again", _AGAIN_SHARE)[0])


def _export(settings: CompanySettings, day: date, edition: int) -> StoredObject:
    suffix = "" if edition == 1 else f"-{edition}"
    key = f"slack/{day:%Y/%m/%d}/activity{suffix}.json.gz"
    return StoredObject(COMMUNITY, key, gzipped(json_lines(activity(settings, day, edition))))


def activity(settings: CompanySettings, day: date, edition: int = 1) -> list[dict[str, Any]]:
    """A row a channel.

    Args:
        settings: The company's.
        day: That is counted (UTC).
        edition: 1 lacks what was written after the export was made, 2 has it.
    """
    age = (day - settings.epoch).days
    index = np.array([i for i, channel in enumerate(CHANNELS) if channel.since <= age], dtype=np.int64)
    draws = Draws(settings.seed, "slack_activity", (np.int64(age) << 16) | index)
    usual = np.array([CHANNELS[i].messages for i in index.tolist()], dtype=np.int64)
    per_mille = (1000 + _GROWTH_PER_MILLE_A_DAY * age) * (500 + draws.below("noise", 1000)) // 1000
    if day.weekday() >= 5:
        per_mille = per_mille * _WEEKEND_PER_MILLE // 1000
    expected = (usual * settings.scale * 1000).astype(np.int64) * per_mille // 1000
    messages = (expected + draws.below("rounding", 1000)) // 1000
    reactions = messages * draws.below("reactions", 900) // 1000
    members = np.minimum(messages, 1 + messages * (300 + draws.below("members", 400)) // 1000)
    joined = draws.below("joined", 4) + members * draws.below("new", 80) // 1000
    if edition == 1:
        # One in 300 falls between the export and midnight.
        missed = (messages + draws.below("missed", 300)) // 300
        messages, reactions = np.maximum(messages - missed, 0), np.maximum(reactions - missed // 2, 0)
        members = np.minimum(members, messages)
    later = 0 if edition == 1 else _AGAIN_AFTER_DAYS
    exported = unix_seconds(day) + (later + 1) * DAY_SECONDS - 300 + int(draws.below("export", 240)[0])
    (moment,) = iso_moments(np.array([exported * 1_000_000], dtype=np.int64))
    columns = (index.tolist(), messages.tolist(), reactions.tolist(), members.tolist(), joined.tolist())
    return [
        {
            "date": day.isoformat(),
            "channel_id": f"C{4_200_000_000 + 7919 * number:010X}",
            "channel_name": _name(number, age),
            "is_shared": CHANNELS[number].is_shared,
            "messages": written,
            "reactions": reacted,
            "active_members": active,
            "new_members": new,
            "exported_at": moment,
        }
        for number, written, reacted, active, new in zip(*columns, strict=True)
    ]


def _name(number: int, age: int) -> str:
    name = CHANNELS[number].name
    return "product-feedback" if name == "dagster-feedback" and age >= RENAMED_SINCE else name
