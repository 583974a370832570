"""The tables deployments, serverless_agents, jobs, catalog_views.

What belongs here: their rows, on the shard of the organization (those of the EU's organizations in `eu`, their deployments in `xregion` too). What
does not: which there are (`estate.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    either,
    joined,
    json_objects,
    local_moments,
    moments,
    uuids,
)
from dagster_open_platform_local.company.product.directory import Directory, ids_after
from dagster_open_platform_local.company.product.estate import Estate
from dagster_open_platform_local.company.product.happenings import Children, children, happens, latest
from dagster_open_platform_local.company.product.tables_shards import AGENT_VERSION_SINCE
from dagster_open_platform_local.company.product.texts import CRONS, JOB_OBJECTS, job_names, typed
from dagster_open_platform_local.company.product.versions import versions_at

_HOUR, _DAY = 3600, DAY_SECONDS
_BACKFILL = 78 * _DAY + 2 * _HOUR
"""Seconds after the epoch at which a migration touched all hybrid deployments: 2026-08-18 02:00 with the usual epoch."""
_NAMES = ("prod", "staging", "dev")
_RENAMED = ("production", "staging-2", "development", "feature")
_TYPES = ("PRODUCTION", "DEVELOPMENT", "BRANCH")
_VIEW_COUNTS = ((0, 1, 2, 4), (50, 28, 15, 7))


def deployments_table(found: Estate, database: str) -> Columns:
    """6 % are renamed by hand, which leaves `updated_at` as it was; `agent_version` comes with a restart."""
    who, now = found.directory, found.directory.now
    mask = who.runs_in(database)[found.deployments.parent]
    rows, serverless = found.deployments.where(mask), found.is_serverless[mask]
    draws = who.draws("deployments_columns", rows.ids)
    renamed = _renamed(draws, rows)
    changed_settings = _backfilled(who, rows.created, serverless)
    canceled = who.canceled[rows.parent]
    restarted = _restarts(who, draws, rows.created)
    kind = np.where(rows.seat == 0, 0, np.where(rows.seat <= 2, 1, 2))
    deployed = rows.created + draws.quantile("deployed", (_HOUR, _DAY, 20 * _DAY))
    return {
        "id": pa.array(rows.ids),
        "public_id": uuids(draws, "public_id"),
        "organization_id": pa.array(rows.parent + 1),
        "name": deployment_names(found, mask),
        "deployment_type": choice(_TYPES, kind),
        "agent_type": choice(("HYBRID", "SERVERLESS"), serverless.astype(np.int64)),
        "status": choice(("ACTIVE", "PENDING_DELETION"), (canceled < now).astype(np.int64)),
        "parent_deployment_id": pa.array(_first_deployments(found)[rows.parent], mask=kind != 2),
        "settings": json_objects(
            max_concurrent_runs=draws.below("concurrency", 5) * 10 + 10,
            run_monitoring=changed_settings < now,
            sso_default_role=choice(("VIEWER", "EDITOR"), draws.below("default_role", 2)),
        ),
        "last_deployed_at": local_moments(np.where(deployed < now, deployed, NEVER)),
        "created_at": moments(rows.created),
        "updated_at": moments(
            latest(now, rows.created, renamed, changed_settings, canceled, restarted, deployed)
        ),
        "agent_version": versions_at(who.settings.seed, restarted, restarted >= now),
    }


def deployment_names(found: Estate, mask: Mask) -> pa.Array:
    """Names of some deployments."""
    rows, now = found.deployments.where(mask), found.directory.now
    draws = found.directory.draws("deployments_columns", rows.ids)
    renamed = _renamed(draws, rows) < now
    by_hand = happens(draws, "renamed_by_hand", 0.06, rows.created, (_DAY, 40 * _DAY, 150 * _DAY)) < now
    branch = joined("branch-", choice(JOB_OBJECTS, draws.below("branch", len(JOB_OBJECTS))), "-", rows.ids)
    plain = either(rows.seat > 2, branch, choice(_NAMES, np.minimum(rows.seat, 2)))
    later = joined(choice(_RENAMED, np.minimum(rows.seat, 3)), "-", rows.ids)
    by_somebody = joined(plain, " (do not use)")
    return either(by_hand, by_somebody, either(renamed, later, plain))


def _renamed(draws: Draws, rows: Children) -> Integers:
    return happens(draws, "renamed", 0.05, rows.created, (_DAY, 40 * _DAY, 300 * _DAY))


def _backfilled(who: Directory, created: Integers, serverless: Mask) -> Integers:
    """When a hybrid deployment got run monitoring: all at one moment; those that came later have it from the start."""
    moment = unix_seconds(who.settings.epoch) + _BACKFILL
    return np.where(serverless, NEVER, np.maximum(created, moment))


def _restarts(who: Directory, draws: Draws, created: Integers) -> Integers:
    """When an agent first reported its version; four of five do before long."""
    since = unix_seconds(who.settings.epoch) + AGENT_VERSION_SINCE * _DAY
    gaps = (60, _DAY, 5 * _DAY, 20 * _DAY, 90 * _DAY)
    return happens(draws, "restarted", 0.8, np.maximum(created, since), gaps)


def _first_deployments(found: Estate) -> Integers:
    """Id of each organization's production deployment; 0 if it has none yet."""
    first = np.zeros(found.directory.created.size, dtype=np.int64)
    production = found.deployments.seat == 0
    first[found.deployments.parent[production]] = found.deployments.ids[production]
    return first


def serverless_agents(found: Estate, database: str) -> Columns:
    """One a serverless deployment, with the deployment's id, restarted now and then."""
    who, now = found.directory, found.directory.now
    mask = who.runs_in(database)[found.deployments.parent] & found.is_serverless
    rows = found.deployments.where(mask)
    draws = who.draws("serverless_agents", rows.ids)
    created = rows.created + 5
    present = created < now
    rows, draws, created = (
        rows.where(present),
        who.draws("serverless_agents", rows.ids[present]),
        created[present],
    )
    stopped = who.canceled[rows.parent]
    every = draws.quantile("every", (12 * _HOUR, 9 * _DAY, 40 * _DAY))
    restarts = np.maximum(np.minimum(now, stopped) - 1 - created, 0) // every
    restarted = np.where(restarts > 0, created + restarts * every, NEVER)
    size = draws.below("size", 4)
    return {
        "id": pa.array(rows.ids),
        "organization_id": pa.array(rows.parent + 1),
        "deployment_id": pa.array(rows.ids),
        "status": choice(("RUNNING", "STOPPED"), (stopped < now).astype(np.int64)),
        "cpu_limit": pa.array(np.array([0.25, 0.5, 1.0, 2.0])[size]),
        "memory_mb": pa.array(np.array([512, 1024, 2048, 8192], dtype=np.int32)[size]),
        "restart_count": pa.array(restarts.astype(np.int32)),
        "restarted_at": moments(restarted),
        "created_at": moments(created),
        "updated_at": moments(latest(now, created, restarted, stopped)),
    }


def jobs_table(found: Estate, database: str) -> Columns:
    """The jobs; some get another schedule later."""
    who, now = found.directory, found.directory.now
    organization = found.organization_of_job(np.arange(found.jobs.ids.size))
    mask = who.runs_in(database)[organization]
    rows = found.jobs.where(mask)
    draws = who.draws("jobs_columns", rows.ids)
    rescheduled = happens(draws, "rescheduled", 0.2, rows.created, (_DAY, 30 * _DAY, 200 * _DAY))
    cron = (draws.below("cron", len(CRONS)) + (rescheduled < now)) % len(CRONS)
    return {
        "id": pa.array(rows.ids),
        "organization_id": pa.array(organization[mask] + 1),
        "deployment_id": pa.array(found.locations.parent[rows.parent] + 1),
        "location_id": pa.array(rows.parent + 1),
        "name": joined(job_names(draws), "_job"),
        "is_asset_job": pa.array(asset_jobs(draws), mask=draws.chance("never_loaded", 0.04)),
        "schedule": choice(CRONS, cron, draws.chance("no_schedule", 0.35)),
        "created_at": moments(rows.created),
        "updated_at": moments(latest(now, rows.created, rescheduled)),
    }


def asset_jobs(draws: Draws) -> Mask:
    """Which jobs materialize assets.

    Args:
        draws: Of the jobs.
    """
    return draws.chance("asset_job", 0.6)


def catalog_views(found: Directory, database: str) -> Columns:
    """Saved searches in the asset catalog."""
    regional = np.flatnonzero(found.in_region_of(database))
    rows = children(
        found.draws("catalog_views", regional + 1),
        found.created[regional],
        _VIEW_COUNTS,
        (_HOUR, 9 * _DAY, 90 * _DAY, 700 * _DAY),
        found.now,
        ids_after=ids_after(database),
    )
    rows = rows.where(found.runs_in(database)[regional[rows.parent]])
    organization = regional[rows.parent]
    draws = found.draws("catalog_views", rows.ids)
    shared = happens(draws, "shared", 0.4, rows.created, (60, _DAY, 60 * _DAY, 600 * _DAY))
    thing = choice(JOB_OBJECTS, draws.below("thing", len(JOB_OBJECTS)))
    return {
        "id": pa.array(rows.ids),
        "organization_id": pa.array(organization + 1),
        "name": typed(draws, "name", joined("All ", thing), 0.05),
        "description": typed(
            draws, "description", joined("What the team needs to know about ", thing), 0.05, 0.5
        ),
        "query": json_objects(
            group=thing, limit=draws.below("limit", 100), stale_only=draws.chance("stale", 0.3)
        ),
        "is_public": pa.array(shared < found.now),
        "created_by": pa.array(found.founders[organization]),
        "created_at": moments(rows.created),
        "updated_at": moments(latest(found.now, rows.created, shared)),
    }
