"""The targets of ``profiles.yml``: which engine stands behind each.

What belongs here: total maps over the targets. What does not: the map from environment to target
(``utils/environment_helpers.py``), nor a target's settings (``profiles.yml``).
"""

from collections.abc import Mapping

from dagster_open_platform.lib.dbt.errors import UnknownTarget
from dagster_open_platform.utils.environment_helpers import Engine

ENGINES: Mapping[str, Engine] = {
    "local": "duckdb",
    "prod": "snowflake",
    "branch_deployment": "snowflake",
    "branch_local": "duckdb",
    "local_eu": "duckdb",
    "prod_eu": "snowflake",
    "branch_deployment_eu": "snowflake",
    "branch_local_eu": "duckdb",
    "dev": "snowflake",
    "personal": "snowflake",
    "ci": "snowflake",
}
"""Target to engine."""

BACKFILL_WAREHOUSES: Mapping[str, str | None] = {
    # No warehouses on a laptop, and one is enough for a pull request or a developer.
    "local": None,
    "prod": "DAGSTER_PLATFORM_BACKFILL",
    "branch_deployment": None,
    "branch_local": None,
    "local_eu": None,
    "prod_eu": "DAGSTER_PLATFORM_BACKFILL",
    "branch_deployment_eu": None,
    "branch_local_eu": None,
    "dev": None,
    "personal": None,
    "ci": None,
}
"""Target to the Snowflake warehouse that builds models in a backfill; None: the target's own."""

LOGICAL_TARGETS = ("local", "prod")
"""The targets whose physical names are the logical ones; only these make a manifest that holds everywhere."""


def engine_of(target: str) -> Engine:
    """Return the engine behind a target.

    Raises:
        UnknownTarget: There is no such target; lists those that there are.
    """
    if target not in ENGINES:
        raise UnknownTarget(f"There is no dbt target {target!r}; profiles.yml has: {', '.join(ENGINES)}.")
    return ENGINES[target]
