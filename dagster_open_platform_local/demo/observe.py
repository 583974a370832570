"""Looks at the tables that others load, as their sensors would if they were on.

What belongs here: which are looked at, in one run. What does not: what an observation is (`lib/observation` of the platform).

They are looked at once a date. One in which there never was a row cannot be observed, which is told and is no failure: small and young
companies have such tables.
"""

import signal
import uuid
from collections.abc import Iterable

import dagster as dg

from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.demo.records import AS_OF_TAG
from dagster_open_platform_local.demo.runlog import RunLog
from dagster_open_platform_local.stack.signals import Interrupted

OBSERVED_TAG = "dagster_open_platform/observed"
"""On a run that looked at all of them and was not cut off: as of which date, and at how many."""


def observe_sources(
    defs: dg.Definitions, instance: dg.DagsterInstance, as_of: str, progress: Progress
) -> frozenset[dg.AssetKey]:
    """Observe every observable asset with the checks that its op makes, unless that was done as of the date.

    Args:
        defs: The code location.
        instance: Where the run is recorded.
        as_of: ISO 8601; tagged on the run.
        progress: Told of it.

    Returns:
        Those that could not be observed.

    Raises:
        Interrupted: A signal came meanwhile.
    """
    definitions = [each for each in defs.resolve_asset_graph().assets_defs if each.is_observable]
    keys = frozenset(key for each in definitions for key in each.keys)
    done = {OBSERVED_TAG: f"{as_of}: {len(keys)} tables"}
    if not keys or instance.get_runs(filters=dg.RunsFilter(tags=done), limit=1):
        return frozenset()
    checks = {key for each in definitions for key in each.check_keys if key.asset_key in keys}
    job = defs.resolve_implicit_global_asset_job_def()
    log, run_id = RunLog(), str(uuid.uuid4())
    instance.add_event_listener(run_id, log)
    with progress.phase(f"Observing {len(keys)} tables that others load"):
        job.get_subset(asset_selection=keys, asset_check_selection=checks).execute_in_process(
            instance=instance, run_id=run_id, tags={AS_OF_TAG: as_of}, raise_on_error=False
        )
    if log.was_interrupted:
        raise Interrupted(signal.SIGTERM)
    # Not before: a run that is killed has not looked at all of them.
    instance.add_run_tags(run_id, done)
    return keys - _observed_in(instance, run_id, keys)


def _observed_in(
    instance: dg.DagsterInstance, run_id: str, keys: Iterable[dg.AssetKey]
) -> frozenset[dg.AssetKey]:
    latest = {key: instance.fetch_observations(key, limit=1).records for key in keys}
    return frozenset(key for key, records in latest.items() if records and records[0].run_id == run_id)
