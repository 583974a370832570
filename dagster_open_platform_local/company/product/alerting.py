"""The tables alert_policies, alerts, notifications.

What belongs here: their rows. What does not: the runs that fail (`runs.py`).

An alert is raised for a failed run if its deployment has a policy at that moment. A policy may be deleted later: its row
vanishes, and `alert_policy_id` of its alerts becomes null without a new `updated_at`, as ON DELETE SET NULL does it.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    joined,
    json_objects,
    moments,
)
from dagster_open_platform_local.company.product.directory import ids_after, registry_of
from dagster_open_platform_local.company.product.estate import Estate
from dagster_open_platform_local.company.product.happenings import Children, children, happens, latest
from dagster_open_platform_local.company.product.runs import FAILURE, Runs, all_runs, run_uuids
from dagster_open_platform_local.company.product.texts import job_names, typed

_HOUR, _DAY = 3600, DAY_SECONDS
_POLICIES = ((0, 1, 2), (40, 42, 18))
_CHANNELS = ("EMAIL", "SLACK", "PAGERDUTY", "MS_TEAMS")
_CHANNEL_WEIGHTS = thresholds([50, 34, 9, 7])
_EVENT_TYPES = (
    ["RUN_FAILURE"],
    ["RUN_FAILURE", "ASSET_CHECK_FAILED"],
    ["RUN_FAILURE", "AGENT_UNAVAILABLE", "CODE_LOCATION_ERROR"],
    # An empty list, and an element that needs quoting.
    [],
    ["RUN_FAILURE", 'CUSTOM "late, again"'],
)


def alerting_tables(found: Estate, database: str) -> dict[str, Columns]:
    """The three tables of a shard."""
    who = found.directory
    policies = children(
        who.draws("alert_policies", found.deployments.ids),
        found.deployments.created,
        _POLICIES,
        (_HOUR, 4 * _DAY, 40 * _DAY, 300 * _DAY),
        who.now,
    )
    draws = who.draws("alert_policies", policies.ids)
    deleted = happens(draws, "deleted", 0.2, policies.created, (_DAY, 30 * _DAY, 200 * _DAY, 700 * _DAY))
    alerts = _raised(found, policies, deleted, database)
    alerts = alerts.where(who.runs_in(database)[alerts.runs.organization])
    organization = found.deployments.parent[policies.parent]
    there = who.runs_in(database)[organization] & (deleted >= who.now)
    return {
        "alert_policies": _policies(found, policies.where(there)),
        "alerts": _alerts(found, alerts),
        "notifications": _notifications(found, alerts),
    }


def _policies(found: Estate, policies: Children) -> Columns:
    now = found.directory.now
    draws = found.directory.draws("alert_policies", policies.ids)
    switched = happens(draws, "switched_off", 0.1, policies.created, (_HOUR, 40 * _DAY, 300 * _DAY))
    channel = choice(_CHANNELS, draws.pick("channel", _CHANNEL_WEIGHTS))
    types = pa.array(_EVENT_TYPES, pa.list_(pa.string()))
    return {
        "id": pa.array(policies.ids),
        "organization_id": pa.array(found.deployments.parent[policies.parent] + 1),
        "deployment_id": pa.array(policies.parent + 1),
        "name": typed(draws, "name", joined("Tell us on ", channel), 0.05),
        "description": typed(draws, "description", joined("Raised by policy ", policies.ids), 0.1, 0.3),
        "event_types": types.take(
            pa.array(draws.below("event_types", len(_EVENT_TYPES)), mask=draws.chance("any_event", 0.08))
        ),
        "notification_service": json_objects(kind=channel, cooldown=draws.below("cooldown", 60)),
        "is_enabled": pa.array(switched >= now),
        "created_at": moments(policies.created),
        "updated_at": moments(latest(now, policies.created, switched)),
    }


@dataclass(frozen=True)
class _Alerts:
    """Alerts of all shards of a region, by the time of their raising.

    Args:
        ids: Each one's id.
        runs: The failed runs, one an alert.
        policy: Id of its policy.
        deleted: When the policy is deleted.
        created: When it was raised, in Unix seconds.
    """

    ids: Integers
    runs: Runs
    policy: Integers
    deleted: Integers
    created: Integers

    def where(self, mask: Mask) -> Self:
        """Those that are marked."""
        return type(self)(
            self.ids[mask],
            self.runs.where(mask),
            self.policy[mask],
            self.deleted[mask],
            self.created[mask],
        )


def _raised(found: Estate, policies: Children, deleted: Integers, database: str) -> _Alerts:
    who = found.directory
    runs = all_runs(who.settings, who.today, registry_of(database))
    raised = runs.end + 1 + who.draws("alerts", runs.ids).below("delay", 90)
    runs_failed = (runs.outcome == FAILURE) & (raised < who.now)
    runs, raised = runs.where(runs_failed), raised[runs_failed]
    deployment = found.locations.parent[found.jobs.parent[runs.job]]
    policy = np.full(runs.ids.size, -1, dtype=np.int64)
    for seat in (1, 0):
        # The first policy wins where both stand.
        candidate = _by_deployment(found, policies, seat)[deployment]
        index = np.maximum(candidate, 0)
        if policies.ids.size:
            stands = (policies.created[index] < runs.end) & (deleted[index] >= raised)
            policy = np.where((candidate >= 0) & stands, candidate, policy)
    order = np.lexsort((runs.ids, raised))
    order = order[policy[order] >= 0]
    ids = ids_after(database) + np.arange(1, order.size + 1, dtype=np.int64)
    chosen = Runs(**{name: values[order] for name, values in vars(runs).items()})
    return _Alerts(ids, chosen, policy[order] + 1, deleted[policy[order]], raised[order])


def _by_deployment(found: Estate, policies: Children, seat: int) -> Integers:
    """Index of each deployment's first or second policy; -1 if it has none."""
    index = np.full(found.deployments.ids.size, -1, dtype=np.int64)
    mine = np.flatnonzero(policies.seat == seat)
    index[policies.parent[mine]] = mine
    return index


def _alerts(found: Estate, alerts: _Alerts) -> Columns:
    now = found.directory.now
    draws = found.directory.draws("alerts_columns", alerts.ids)
    resolved = happens(draws, "resolved", 0.7, alerts.created, (60, _HOUR, 9 * _HOUR, 4 * _DAY))
    return {
        "id": pa.array(alerts.ids),
        "organization_id": pa.array(alerts.runs.organization + 1),
        "deployment_id": pa.array(found.locations.parent[found.jobs.parent[alerts.runs.job]] + 1),
        "alert_policy_id": pa.array(alerts.policy, mask=alerts.deleted < now),
        "run_id": run_uuids(found, alerts.runs.ids),
        "status": choice(("TRIGGERED", "RESOLVED"), (resolved < now).astype(np.int64)),
        "created_at": moments(alerts.created),
        "updated_at": moments(latest(now, alerts.created, resolved)),
        "resolved_at": moments(np.where(resolved < now, resolved, NEVER)),
    }


def _notifications(found: Estate, alerts: _Alerts) -> Columns:
    """One an alert, and for one alert in three another (the ids are `2 a - 1` and `2 a`)."""
    who = found.directory
    twice = who.draws("alerts_columns", alerts.ids).chance("twice", 0.33)
    alert = np.repeat(np.arange(alerts.ids.size, dtype=np.int64), 1 + twice)
    second = np.concatenate(([False], alert[1:] == alert[:-1])) if alert.size else alert > 0
    ids = 2 * alerts.ids[alert] - 1 + second
    draws = who.draws("notifications", ids)
    created = alerts.created[alert]
    failed = draws.chance("failed", 0.03)
    sent = np.where(failed, NEVER, created + draws.below("sending", 180))
    gave_up = np.where(failed, created + 300, NEVER)
    read = np.where(
        failed, NEVER, happens(draws, "read", 0.4, created + 180, (5, _HOUR, 9 * _HOUR, 3 * _DAY))
    )
    job = joined(job_names(who.draws("jobs_columns", alerts.runs.job[alert] + 1)), "_job")
    status = np.select([read < who.now, sent < who.now, gave_up < who.now], [3, 1, 2], 0)
    recipient = joined("oncall-", alerts.runs.organization[alert] + 1, "@mail.example.org")
    return {
        "id": pa.array(ids),
        "organization_id": pa.array(alerts.runs.organization[alert] + 1),
        "alert_id": pa.array(alerts.ids[alert]),
        "channel": choice(_CHANNELS, draws.pick("channel", _CHANNEL_WEIGHTS)),
        "recipient": typed(draws, "recipient", recipient, 0.02, 0.1),
        "subject": joined("Run of ", job, " failed"),
        "body": typed(
            draws, "body", joined("Job ", job, " failed.\nSee the run's page \N{RIGHTWARDS ARROW}"), 0.1, 0.05
        ),
        "status": choice(("PENDING", "SENT", "FAILED", "READ"), status),
        "created_at": moments(created),
        "sent_at": moments(np.where(sent < who.now, sent, NEVER)),
        "updated_at": moments(latest(who.now, created, sent, gave_up, read)),
    }
