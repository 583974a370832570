"""Whether the graph is whole and green, and if not, why.

What belongs here: the judgement at the end of a demo, made from the instance's records, whoever made them. What does not:
wording of anything else (`summary.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

from dagster_open_platform_local.demo.due import CompletePartitions
from dagster_open_platform_local.demo.execute import Outcome
from dagster_open_platform_local.demo.graph import Graph
from dagster_open_platform_local.demo.records import Records

_NAMES_SHOWN = 3


@dataclass(frozen=True)
class CheckCounts:
    """The latest result of every check, counted."""

    passed: int = 0
    warned: int = 0
    failed: int = 0
    never: int = 0

    def __add__(self, other: Self) -> Self:
        """Both together."""
        mine, others = asdict(self), asdict(other)
        return type(self)(**{name: count + others[name] for name, count in mine.items()})


def count_checks(graph: Graph, records: Records) -> CheckCounts:
    """Count the checks of a graph by their latest result."""
    results = [records.checks.get(key) for key in graph.checks]
    known = [found for found in results if found]
    return CheckCounts(
        passed=sum(found.passed for found in known),
        warned=sum(not found.passed and not found.is_error for found in known),
        failed=sum(found.is_failure for found in known),
        never=len(results) - len(known),
    )


def complaints(graph: Graph, records: Records, outcome: Outcome, complete: CompletePartitions) -> list[str]:
    """Why the demo failed, each reason one line; empty if everything is as it should be."""
    return [
        *_failures(outcome.failed),
        *_skips(outcome.skipped),
        *_gaps(graph, records, outcome, complete),
        *_failed_checks(graph, records),
        *_silent_checks(graph, records, outcome),
    ]


def _failures(failed: Mapping[str, str]) -> list[str]:
    # A dbt command that fails, fails for all its models with one reason.
    by_reason: dict[str, list[str]] = {}
    for name, reason in failed.items():
        by_reason.setdefault(reason, []).append(name)
    return [f"{_some(names)} failed: {_one_line(reason)}" for reason, names in by_reason.items()]


def _skips(skipped: Mapping[str, str]) -> list[str]:
    by_cause: dict[str, list[str]] = {}
    for name, cause in skipped.items():
        by_cause.setdefault(cause, []).append(name)
    return [f"{_some(names)} skipped, because {cause} failed" for cause, names in by_cause.items()]


def _gaps(graph: Graph, records: Records, outcome: Outcome, complete: CompletePartitions) -> list[str]:
    """What was never materialized although nobody said why not."""
    found: list[str] = []
    for key, atom in sorted(graph.maker.items()):
        if outcome.is_unavailable(atom.id):
            continue
        if atom.partitions_def is not None:
            missing = set(complete(atom.partitions_def)) - records.partitions.get(key, {}).keys()
            if missing:
                found.append(f"{key.to_user_string()} lacks {len(missing)} partitions, {min(missing)} first")
        elif key not in records.latest:
            found.append(f"{key.to_user_string()} was not materialized")
    return found


def _failed_checks(graph: Graph, records: Records) -> list[str]:
    found: list[str] = []
    for key in sorted(graph.checks):
        result = records.checks.get(key)
        if result and result.is_failure:
            said = f": {_one_line(result.description)}" if result.description else ""
            found.append(f"check {key.asset_key.to_user_string()}:{key.name} failed{said}")
    return found


def _silent_checks(graph: Graph, records: Records, outcome: Outcome) -> list[str]:
    silent = [
        f"{key.asset_key.to_user_string()}:{key.name}"
        for atom in graph.order
        for key in sorted(atom.checks)
        if key not in records.checks and not outcome.is_unavailable(atom.id)
    ]
    return [f"{_some(silent)} never evaluated"] if silent else []


def _some(names: Sequence[str]) -> str:
    # Assets before their checks, whose names hold a colon.
    first = sorted(names, key=lambda name: ":" in name)[:_NAMES_SHOWN]
    more = len(names) - len(first)
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]
