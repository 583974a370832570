"""Where the time of a demo went.

What belongs here: adding up. What does not: measuring services (`stack/usage.py`), showing (`summary.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform_local.demo.execute import StepTime


@dataclass(frozen=True)
class TimeShares:
    """Seconds of wall-clock time, which add up to the whole.

    Args:
        data: Building the simulated company.
        services: Waiting for the services to start.
        dbt: Building the manifest, and steps of dbt's assets.
        ingestion: Steps of all other assets: fetching from the services and writing to the warehouse.
        dagster: Everything else: loading the definitions, planning, runs and their records.
    """

    data: float
    services: float
    dbt: float
    ingestion: float
    dagster: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.data + self.services + self.dbt + self.ingestion + self.dagster


def share_time(
    total: float, phases: Mapping[str, float], steps: Iterable[StepTime], dbt_assets: frozenset[dg.AssetKey]
) -> TimeShares:
    """Divide the time.

    Args:
        total: From the start of the demo until now.
        phases: Seconds by phase: ``data``, ``services``, ``manifest``.
        steps: Every step that ran; they ran one after the other.
        dbt_assets: The assets that dbt makes.
    """
    dbt = ingestion = 0.0
    for step in steps:
        # A dbt step also tests sources, which are others' assets.
        if step.assets & dbt_assets:
            dbt += step.seconds
        else:
            ingestion += step.seconds
    data, services = phases.get("data", 0.0), phases.get("services", 0.0)
    dbt += phases.get("manifest", 0.0)
    return TimeShares(data, services, dbt, ingestion, max(0.0, total - data - services - dbt - ingestion))
