"""Whether what dbt reads is fresh, asked once a day.

What belongs here: when. What does not: the job (``lib/dbt/freshness_job.py``).
"""

import dagster as dg

from dagster_open_platform.lib.dbt.freshness_job import freshness_job
from dagster_open_platform_eu.defs.dbt.py.project import manifest


@dg.definitions
def freshness_definitions() -> dg.Definitions:
    """The checks, the job that makes them, and its schedule."""
    return freshness_job(manifest(), "45 5 * * *")
