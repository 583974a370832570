"""Names of the buckets that the platform reads and writes, and of the folders in which environments keep apart.

What belongs here: names. What does not: who may do what in them (the account's policies), and reading them
(``resource.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

WORKSPACE = "dop-workspace-replication"
"""Customers' workspace snapshots (``raw/``) and what the platform makes of them (``staging/``)."""
BILLING = "dop-billing-exports"
"""AWS's cost and usage report, which AWS writes."""
COMMUNITY = "dop-community-exports"
"""Daily exports of the community's Slack."""
TELEMETRY = "dop-oss-telemetry"
"""Events that open-source installations report."""
DMS = "dop-dms"
"""Change files of the product database, which AWS's Database Migration Service writes."""
EVENTS = "dop-event-stream"
"""Product events, which a delivery stream writes in small files."""
REPORTS = "dop-reports"
"""Pages that the platform makes for people."""

EXPORTS = (WORKSPACE, BILLING, COMMUNITY, TELEMETRY, DMS, EVENTS)
"""Those that others write to."""
BUCKETS = (*EXPORTS, REPORTS)
"""All of them."""


def workspace_staging_prefix(environment: Environment | None = None) -> str:
    """The folder of ``WORKSPACE`` into which snapshots are exploded, without a slash at its end.

    Args:
        environment: Default: the current one.
    """
    return f"{own_prefix(environment)}staging"


def metrics_report_prefix(environment: Environment | None = None) -> str:
    """The folder of ``REPORTS`` that holds the metrics report of each week, without a slash at its end.

    Args:
        environment: Default: the current one.
    """
    return f"{own_prefix(environment)}metrics"


def own_prefix(environment: Environment | None = None) -> str:
    """What the keys of all objects begin with that an environment may write; nothing where it may write any.

    Args:
        environment: Default: the current one.
    """
    # Not above: it imports Dagster, which the local services, who need the names alone, do not.
    from dagster_open_platform.utils.environment_helpers import EnvironmentName, get_environment

    environment = environment or get_environment()
    prefixes: Mapping[EnvironmentName, str] = {
        EnvironmentName.LOCAL: "",
        # It reads the same sources as production, and must not write over what production made of them.
        EnvironmentName.BRANCH: f"branch/{environment.pull_request_id}/",
        EnvironmentName.DOGFOOD: "",
        EnvironmentName.PROD: "",
    }
    return prefixes[environment.name]
