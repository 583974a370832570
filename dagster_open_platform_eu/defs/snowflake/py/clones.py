"""The EU's databases of pull requests: as in the US (`dagster_open_platform/defs/snowflake/py/clones.py`), in the EU's own account.

What belongs here: whose databases. What does not: the jobs (``lib/snowflake/clone_jobs.py``).
"""

import dagster as dg

from dagster_open_platform.lib.snowflake.clone_jobs import clone_definitions
from dagster_open_platform.utils.regions import EU


@dg.definitions
def defs() -> dg.Definitions:
    """Of the databases of the EU."""
    return clone_definitions(EU)
