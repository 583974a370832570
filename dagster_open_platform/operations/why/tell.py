"""Tells people and machines what is known of an asset.

What belongs here: the order and form of what is told. What does not: conclusions (`reasons.py`).
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import dagster as dg

from dagster_open_platform.operations.why.facts import Facts, Kind, Part
from dagster_open_platform.operations.why.reasons import moment, reasons

_WIDTH = 110
_LABEL = 14


def as_json(facts: Facts) -> Mapping[str, Any]:
    """All facts and the conclusions, as plain values: moments in ISO 8601, keys with slashes."""
    return {**_plain(facts), "reasons": list(reasons(facts))}


def _plain(value: Any) -> Any:
    if isinstance(value, dg.AssetKey):
        return value.to_user_string()
    if isinstance(value, dg.AssetCheckKey):
        return {"asset": value.asset_key.to_user_string(), "name": value.name}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def as_text(facts: Facts) -> Iterator[str]:
    """The facts and the conclusions for a person, line by line."""
    yield f"{facts.key.to_user_string()}: {facts.kind.value} (group {facts.group}, {', '.join(facts.owners) or 'nobody owns it'})"
    yield ""
    for reason in reasons(facts):
        yield from textwrap.wrap(
            f"- {reason}", _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
    yield ""
    for label, text in _lines(facts):
        yield from textwrap.wrap(
            f"{label:<{_LABEL}}{text}",
            _WIDTH,
            subsequent_indent=" " * _LABEL,
            break_long_words=False,
            break_on_hyphens=False,
        )
    if facts.evaluation is not None:
        evaluation = facts.evaluation
        runs = f", runs {', '.join(run[:8] for run in evaluation.run_ids)}" if evaluation.run_ids else ""
        # Dagster keeps an evaluation only if it is another than the one before.
        ticked = facts.sensor.last_tick if facts.sensor else None
        until = f", and the same until {moment(ticked)}" if ticked and ticked > evaluation.at else ""
        yield f"{'evaluated':<{_LABEL}}{moment(evaluation.at)}{until}: requested {evaluation.requested}{runs}"
        yield from _tree(evaluation.condition, 1)


def _lines(facts: Facts) -> Iterator[tuple[str, str]]:
    for policy in facts.policies:
        schedule = f" ({policy.cron})" if policy.cron else ""
        yield "policy", f"{policy.name}{schedule}: {policy.words}"
    if facts.partitions:
        found = facts.partitions
        failed = f", {found.failed} failed" if found.failed else ""
        latest = (
            f"; the latest, {found.latest}, is {'' if found.latest_is_made else 'not '}there"
            if found.latest
            else ""
        )
        yield "partitions", f"{found.made} of {found.total} made{failed}{latest}"
    if facts.freshness:
        yield "freshness", f"{facts.freshness.value}; demanded: {facts.demanded}"
    word = "made" if facts.kind is Kind.MADE else "reported"
    if facts.last:
        partition = f", partition {facts.last.partition}" if facts.last.partition else ""
        by = f", started by {facts.started_by}" if facts.started_by else ""
        run = f" in run {facts.last.run_id[:8]}{by}" if facts.last.run_id else ""
        yield f"last {word}", f"{moment(facts.last.at)}{run}{partition}"
    else:
        yield f"last {word}", "never"
    if facts.failure:
        yield (
            "last failed",
            f"{moment(facts.failure.at)} in run {facts.failure.run_id[:8]}: {facts.failure.message}",
        )
    for each in facts.inputs:
        marks = [
            *(["newer than it"] if each.is_newer else []),
            *(["due itself"] if each.is_due else []),
            *(["its latest data is missing"] if each.is_missing else []),
            *(["a run is making it"] if each.is_running else []),
        ]
        told = f" ({'; '.join(marks)})" if marks else ""
        new = (
            f"new at {moment(each.updated)}"
            if each.updated
            else "never reported"
            if each.kind is not Kind.MADE
            else "never made"
        )
        yield "input", f"{each.key.to_user_string()}, {new}{told}"
    for check in facts.checks:
        severity = f"{'blocking, ' if check.is_blocking else ''}{'error' if check.is_error else 'warning'}"
        yield (
            "check failed",
            f"{check.key.asset_key.to_user_string()}:{check.key.name} ({severity}) at {moment(check.at)}: {check.message}",
        )


def _tree(part: Part, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{'true ' if part.is_true else 'false'}  {part.text}"
    for each in part.parts:
        yield from _tree(each, depth + 1)
