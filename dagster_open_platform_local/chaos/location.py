"""The code location whose runs the daemon launches: the platform's, with a sensor that launches what chaos asks for.

What belongs here: that sensor, and how one asks. What does not: killing the daemon (`events.py`).

A request is a file. The sensor gives the run its name as key, so that one that the daemon has launched already is not launched again, in
whatever moment it was killed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from dagster_open_platform_local.chaos.part import Part, definitions_of
from dagster_open_platform_local.chaos.requests import PART_VARIABLE, read_requests
from dagster_open_platform_local.state import local_state

REQUESTED = dg.AssetKey(["claude", "usage"])


@dg.sensor(
    name="chaos_requests",
    target=dg.AssetSelection.assets(REQUESTED),
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def chaos_requests(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
    """A run for each request."""
    asked = read_requests(Path(local_state().root))
    for name, day in asked:
        if name > (context.cursor or ""):
            yield dg.RunRequest(run_key=name, partition_key=day)
    if asked:
        context.update_cursor(max(name for name, _ in asked))


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return dg.Definitions.merge(
        definitions_of(Part(os.environ[PART_VARIABLE])), dg.Definitions(sensors=[chaos_requests])
    )
