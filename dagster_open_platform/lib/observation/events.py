"""What Dagster is told of tables that others load: events, and what a sensor remembers of them.

What belongs here: which events there are. What does not: asking the warehouse (`lookup.py`), and when it is asked
(`component.py`).

A table's data version is the time of its last change. It is told once: a sensor remembers in its cursor what it told.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import dagster as dg

from dagster_open_platform.lib.observation.lookup import Answer

FRESHNESS_CHECK = "freshness_check"
"""Name of the check that says whether a table changed within its time, as Dagster's own checks of that are called."""

DATA_VERSION_TAG = "dagster/data_version"

Event: TypeAlias = dg.AssetObservation | dg.AssetCheckEvaluation


@dataclass(frozen=True)
class Told:
    """What was told of a table last.

    Args:
        updated_at: ISO 8601, in UTC; None: nothing yet.
        is_fresh: What its check said; None: nothing yet.
    """

    updated_at: str | None = None
    is_fresh: bool | None = None


def read_cursor(text: str | None) -> dict[str, Told]:
    """What a sensor told so far, by the table's asset key; nothing if somebody else wrote into the cursor.

    Args:
        text: The sensor's cursor.
    """
    try:
        return {key: Told(**told) for key, told in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def write_cursor(told: Mapping[str, Told]) -> str:
    """The cursor that `read_cursor` reads."""
    return json.dumps({key: asdict(each) for key, each in sorted(told.items())})


def data_version(updated_at: datetime) -> str:
    """The version of a table's data that changed then (aware, in UTC)."""
    return updated_at.isoformat()


def metadata(answer: Answer) -> dict[str, Any]:
    """What an observation says of a table whose time is known."""
    return {
        "dagster/last_updated_timestamp": dg.MetadataValue.timestamp(_time(answer)),
        "dagster/table_name": answer.table,
    }


def _time(answer: Answer) -> datetime:
    if answer.updated_at is None:
        raise dg.DagsterInvariantViolationError(f"Nobody knows when {answer.table} changed.")
    return answer.updated_at


def observation(key: dg.AssetKey, answer: Answer) -> dg.AssetObservation:
    """What a sensor reports of a table that changed."""
    return dg.AssetObservation(
        key, metadata=metadata(answer), tags={DATA_VERSION_TAG: data_version(_time(answer))}
    )


def observe_result(key: dg.AssetKey, answer: Answer) -> dg.ObserveResult:
    """What a run reports of a table."""
    return dg.ObserveResult(
        asset_key=key,
        metadata=metadata(answer),
        data_version=dg.DataVersion(data_version(_time(answer))),
    )


def check_result(
    key: dg.AssetKey, updated_at: datetime, window: timedelta, now: datetime
) -> dg.AssetCheckResult:
    """Whether a table changed recently enough.

    Args:
        key: Of its asset.
        updated_at: When it changed last.
        window: How long ago that may be.
        now: Aware.
    """
    age = now - updated_at
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=FRESHNESS_CHECK,
        passed=age <= window,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"It changed {_rounded(age)} ago; that may be {_rounded(window)}.",
        metadata={
            "dagster/last_updated_timestamp": dg.MetadataValue.timestamp(updated_at),
            "dagster/fresh_until_timestamp": dg.MetadataValue.timestamp(updated_at + window),
        },
    )


def check_evaluation(result: dg.AssetCheckResult) -> dg.AssetCheckEvaluation:
    """The same as a sensor reports it."""
    if result.asset_key is None or result.check_name is None:
        raise dg.DagsterInvariantViolationError("A check's result names its check.")
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key,
        check_name=result.check_name,
        passed=result.passed,
        severity=result.severity,
        description=result.description,
        metadata=result.metadata,
    )


def _rounded(length: timedelta) -> timedelta:
    return timedelta(seconds=round(length.total_seconds()))


def news(
    key: dg.AssetKey, answer: Answer, told: Told, window: timedelta | None, now: datetime
) -> tuple[list[Event], Told]:
    """What there is to tell of a table that was not told.

    Args:
        key: Of its asset.
        answer: What the warehouse says.
        told: What was told so far.
        window: How long ago its last change may be; None: it has no check.
        now: Aware.

    Returns:
        The events, and what has been told with them.
    """
    events: list[Event] = []
    version = told.updated_at if answer.updated_at is None else data_version(answer.updated_at)
    is_new = version != told.updated_at
    if is_new:
        events.append(observation(key, answer))
    is_fresh = told.is_fresh
    if version is not None and window is not None:
        # A table grows stale also while nobody knows more of it than before.
        result = check_result(key, datetime.fromisoformat(version), window, now)
        is_fresh = result.passed
        if is_new or is_fresh != told.is_fresh:
            events.append(check_evaluation(result))
    return events, Told(version, is_fresh)
