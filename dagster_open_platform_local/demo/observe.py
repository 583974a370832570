"""Looks at the tables that others load, as their sensors would if they were on.

What belongs here: which are looked at, in one run. What does not: what an observation is (`lib/observation` of the platform).

A table is looked at once a date. One in which there never was a row cannot be observed, which is told and is no failure: small and young
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


def observe_sources(
    defs: dg.Definitions, instance: dg.DagsterInstance, as_of: str, progress: Progress
) -> frozenset[dg.AssetKey]:
    """Observe every observable asset that was not observed as of a date, with the checks that its op makes.

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
    wanted = frozenset(key for each in definitions for key in each.keys)
    due = wanted - _observed(instance, wanted, as_of)
    if not due:
        return frozenset()
    checks = {key for each in definitions for key in each.check_keys if key.asset_key in due}
    job = defs.resolve_implicit_global_asset_job_def()
    log, run_id = RunLog(), str(uuid.uuid4())
    instance.add_event_listener(run_id, log)
    with progress.phase(f"Observing {len(due)} tables that others load"):
        job.get_subset(asset_selection=due, asset_check_selection=checks).execute_in_process(
            instance=instance, run_id=run_id, tags={AS_OF_TAG: as_of}, raise_on_error=False
        )
    if log.was_interrupted:
        raise Interrupted(signal.SIGTERM)
    return due - _observed(instance, due, as_of)


def _observed(
    instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey], as_of: str
) -> frozenset[dg.AssetKey]:
    """Those whose last observation is as of a date."""
    latest = {key: instance.fetch_observations(key, limit=1).records for key in keys}
    runs = {key: records[0].run_id for key, records in latest.items() if records}
    if not runs:
        return frozenset()  # the filter takes no empty list
    found = instance.get_runs(filters=dg.RunsFilter(run_ids=sorted({*runs.values()})))
    current = {run.run_id for run in found if run.tags.get(AS_OF_TAG) == as_of}
    return frozenset(key for key, run_id in runs.items() if run_id in current)
