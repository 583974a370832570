"""Closes runs whose process is gone.

What belongs here: that. What does not: doing what they did not finish (the demo's rules find it).
"""

import dagster as dg

_UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def close_dead_runs(instance: dg.DagsterInstance) -> int:
    """Mark every unfinished run as failed and give back its pool slots; queued runs are left to the daemon.

    Only for a process that holds the stack's lock: whatever could still execute a run ended with the stack before.

    Returns:
        How many runs there were.
    """
    runs = instance.get_runs(filters=dg.RunsFilter(statuses=_UNFINISHED))
    for run in runs:
        instance.report_run_failed(run, "The process that executed this run is gone.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(runs)
