"""Finds what is known of an asset, in its definitions and in a Dagster instance.

What belongs here: putting the facts together. What does not: inputs (`inputs.py`), what requests it (`automations.py`), its condition's
last evaluation (`evaluation.py`), and what follows from them (`reasons.py`).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.lib.automation_words import WORDS, policies_in
from dagster_open_platform.lib.health.failures import failures_of, first_lines
from dagster_open_platform.lib.health.freshness import freshness_of, last_tick, next_tick
from dagster_open_platform.lib.health.measure import last_evaluation as last_check
from dagster_open_platform.lib.health.runs import ended_at
from dagster_open_platform.operations.why.automations import Automations
from dagster_open_platform.operations.why.evaluation import last_evaluation
from dagster_open_platform.operations.why.facts import BadCheck, Facts, Failure, Partitions, Policy
from dagster_open_platform.operations.why.inputs import Inputs, event_of, kind_of

_RUNS = 200
"""Runs under way, and failed ones, that are looked at."""
_UNDER_WAY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_STARTED_BY: Mapping[str, str] = {
    "dagster/from_automation_condition": "its automation policy",
    "dagster/schedule_name": "the schedule {}",
    "dagster/sensor_name": "the sensor {}",
    "dagster/backfill": "the backfill {}",
}
"""A run's tags, by which Dagster says what launched it."""


def look(
    definitions: dg.Definitions, instance: dg.DagsterInstance, key: dg.AssetKey, now: dt.datetime
) -> Facts:
    """What is known of an asset.

    Args:
        definitions: Complete ones.
        instance: Where its runs are recorded.
        key: One of the definitions' assets.
        now: Aware.
    """
    graph: Any = definitions.resolve_asset_graph()
    node, automations = graph.get(key), Automations(definitions, instance)
    running = _running(instance, automations)
    inputs = Inputs(graph, instance, running, now)
    last = event_of(instance, key)
    policy = node.freshness_policy if node.is_materializable else None
    run = instance.get_run_by_id(last.run_id) if last and last.run_id else None
    return Facts(
        key=key,
        kind=kind_of(node),
        now=now,
        group=node.group_name,
        owners=tuple(node.owners),
        policies=tuple(_policies(node.automation_condition, now)),
        partitions=_partitions(instance, node, now),
        freshness=freshness_of(policy, last.at if last else None, now) if policy else None,
        demanded=_demanded(policy) if policy else "",
        last=last,
        started_by=_started_by(run) if run else "",
        failure=_failure(instance, key),
        running=tuple(run_id for run_id, keys in running.items() if key in keys),
        inputs=tuple(inputs.of(key)),
        checks=tuple(_checks(instance, graph, key)),
        sensor=automations.sensor_of(key),
        others=tuple(automations.others_of(key)),
        evaluation=last_evaluation(instance, key),
        daemon=_daemon(instance),
        code_changed=node.is_materializable and inputs.code_changed(key),
    )


def _running(instance: dg.DagsterInstance, automations: Automations) -> dict[str, frozenset[dg.AssetKey]]:
    """Runs under way, and what each is to make."""
    records = instance.get_run_records(dg.RunsFilter(statuses=_UNDER_WAY), limit=_RUNS)
    runs = [record.dagster_run for record in records]
    return {
        run.run_id: frozenset(run.asset_selection or automations.assets_of_job(run.job_name)) for run in runs
    }


def _policies(condition: dg.AutomationCondition | None, now: dt.datetime) -> Iterator[Policy]:
    for name, cron in policies_in(condition) if condition is not None else ():
        if cron is None:
            yield Policy(name, WORDS.get(name, ""))
        else:
            schedule, _, timezone = cron.rpartition(" ")
            before = last_tick(schedule, timezone, now)
            yield Policy(name, WORDS[name], cron, before, next_tick(schedule, timezone, now))


def _partitions(instance: dg.DagsterInstance, node: Any, now: dt.datetime) -> Partitions | None:
    definition = node.partitions_def
    if definition is None:
        return None
    keys = definition.get_partition_keys(current_time=now, dynamic_partitions_store=instance)
    made = instance.get_materialized_partitions(node.key) & set(keys)
    states = instance.get_status_by_partition(node.key, keys, definition) or {}
    failed = sum(state is not None and state.value == "FAILED" for state in states.values())
    latest = keys[-1] if keys else None
    return Partitions(len(keys), len(made), failed, latest, latest in made)


def _demanded(policy: Any) -> str:
    if hasattr(policy, "fail_window"):
        return f"made within the last {_span(policy.fail_window.to_timedelta())}"
    return f"made within {_span(policy.lower_bound_delta)} before each tick of {policy.deadline_cron} {policy.timezone}"


def _span(delta: dt.timedelta) -> str:
    hours = delta.total_seconds() / 3600
    return f"{hours:g} hours" if hours < 72 else f"{hours / 24:g} days"


def _started_by(run: dg.DagsterRun) -> str:
    for tag, words in _STARTED_BY.items():
        if tag in run.tags:
            return words.format(run.tags[tag])
    return "hand, or by a program"


def _failure(instance: dg.DagsterInstance, key: dg.AssetKey) -> Failure | None:
    records = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]), limit=_RUNS)
    for record in records:
        run = record.dagster_run
        if run.asset_selection and key not in run.asset_selection:
            continue
        for failure in failures_of(instance, run):
            if key in failure.assets:
                message = (
                    f"{failure.error_class}: {failure.message}" if failure.message else failure.error_class
                )
                return Failure(run.run_id, ended_at(record), message)
    return None


def _checks(instance: dg.DagsterInstance, graph: Any, key: dg.AssetKey) -> Iterator[BadCheck]:
    own, of_inputs = graph.get(key).check_keys, set[dg.AssetCheckKey]()
    for parent in graph.get(key).parent_keys:
        of_inputs |= {check for check in graph.get(parent).check_keys if graph.get_check_spec(check).blocking}
    for check in sorted({*own, *of_inputs}):
        said, at = last_check(instance, check)
        if said is not None and not said.passed:
            yield BadCheck(
                check,
                is_blocking=bool(graph.get_check_spec(check).blocking),
                is_error=said.severity is dg.AssetCheckSeverity.ERROR,
                message=" ".join(first_lines(said.description or "").split()),
                at=at,
            )


def _daemon(instance: dg.DagsterInstance) -> dt.datetime | None:
    beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
    return dt.datetime.fromtimestamp(max(beats), dt.UTC) if beats else None
