"""Whether an asset is as fresh as its policy demands.

What belongs here: the arithmetic. What does not: reading when it was materialized. Dagster's daemon computes the same, and keeps it
where no public method of the instance reads it; in open source the health of assets is not computed at all.
"""

import datetime as dt
from enum import Enum
from typing import Any

import dagster as dg

_LOOK_BACK = (dt.timedelta(days=2), dt.timedelta(days=70), dt.timedelta(days=800))
"""Far enough for two ticks of daily, monthly and yearly schedules; the shorter ones keep frequent schedules cheap."""
_KEY = "%Y-%m-%d %H:%M:%S"


class Freshness(Enum):
    """Dagster's states of freshness."""

    PASS = "pass"  # noqa: S105 - a state
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


def freshness_of(policy: dg.FreshnessPolicy, last: dt.datetime | None, now: dt.datetime) -> Freshness:
    """How fresh an asset is (https://docs.dagster.io/guides/observe/asset-freshness-policies).

    Args:
        policy: A policy of a window or of a cron deadline.
        last: When it was materialized last; aware. None: never.
        now: Aware.
    """
    if last is None:
        return Freshness.UNKNOWN
    latest_fail, latest_warn = deadlines(policy, now)
    if latest_fail is not None and last < latest_fail:
        return Freshness.FAIL
    if latest_warn is not None and last < latest_warn:
        return Freshness.WARN
    return Freshness.PASS


def deadlines(policy: dg.FreshnessPolicy, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Before which moments the last materialization is too old: to fail, and to warn. None: no moment is.

    Args:
        policy: Of Dagster; the classes of policies are not public, what they say is.
        now: Aware.
    """
    said: Any = policy
    if hasattr(said, "fail_window"):
        warn = said.warn_window
        return now - said.fail_window.to_timedelta(), now - warn.to_timedelta() if warn else None
    tick = last_tick(said.deadline_cron, said.timezone, now)
    return (tick - said.lower_bound_delta if tick else None), None


def last_tick(cron: str, timezone: str, now: dt.datetime) -> dt.datetime | None:
    """The last moment of a cron schedule that is not after now; None if there was none for two years.

    Args:
        cron: Five fields.
        timezone: An IANA name.
        now: Aware.
    """
    return _tick(cron, timezone, now, after=0)


def next_tick(cron: str, timezone: str, now: dt.datetime) -> dt.datetime | None:
    """The first moment of a cron schedule after now; as `last_tick`."""
    return _tick(cron, timezone, now, after=1)


def _tick(cron: str, timezone: str, now: dt.datetime, after: int) -> dt.datetime | None:
    for back in _LOOK_BACK:
        # Dagster's public way to cron ticks: each partition of a schedule ends with one.
        windows = dg.TimeWindowPartitionsDefinition(
            start=(now - back).strftime(_KEY),
            fmt=_KEY,
            cron_schedule=cron,
            timezone=timezone,
            end_offset=after,
        )
        keys = windows.get_partition_keys(current_time=now)
        if len(keys) > after:
            return windows.time_window_for_partition_key(keys[-1]).end
    return None
