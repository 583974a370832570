"""Finding organizations that send snapshots for the first time.

What belongs here: a bounded look at folders, and where the next look goes on. What does not: telling Dagster of them
(``defs/aws/py/sensors.py``).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from dagster_open_platform.lib.aws.workspace.layout import RAW

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectStore

DAYS_A_LOOK = 31
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Discovery:
    """What a look found.

    Args:
        organizations: New ones, with the first day on which each was seen.
        cursor: Where the next look goes on.
        days: Days that were looked at.
    """

    organizations: dict[str, str]
    cursor: str
    days: list[str]


def discover(
    store: ObjectStore, bucket: str, cursor: str | None, known: Collection[str], days: int = DAYS_A_LOOK
) -> Discovery:
    """Looks at some days, from the day before the last one that was looked at: its late folders are found too.

    Args:
        store: Where snapshots lie.
        bucket: Likewise.
        cursor: Of the look before; None: there was none.
        known: Organizations that are not new.
        days: At most so many.

    Raises:
        PermanentFailure, RetryableFailure: Of the store.
    """
    after = _two_days_before(cursor)
    folders = (day for day in store.list_folders(bucket, RAW, start_after=after) if _DAY.fullmatch(day))
    looked = list(islice(folders, days))
    found: dict[str, str] = {}
    for day in looked:
        for organization in store.list_folders(bucket, f"{RAW}{day}/"):
            if organization not in known:
                found.setdefault(organization, day)
    last = looked[-1] if looked else _day_of(cursor)
    return Discovery(found, json.dumps({"day": last}), looked)


def _day_of(cursor: str | None) -> str | None:
    return json.loads(cursor)["day"] if cursor else None


def _two_days_before(cursor: str | None) -> str:
    day = _day_of(cursor)
    return (dt.date.fromisoformat(day) - dt.timedelta(days=2)).isoformat() if day else ""
