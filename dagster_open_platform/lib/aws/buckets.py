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

BUCKETS = (WORKSPACE, BILLING, COMMUNITY, TELEMETRY, DMS, EVENTS)
"""All of them."""


def workspace_staging_prefix(environment: Environment | None = None) -> str:
    """The folder of ``WORKSPACE`` into which snapshots are exploded, without a slash at its end.

    Args:
        environment: Default: the current one.
    """
    # Not above: it imports Dagster, which the local services, who need the names alone, do not.
    from dagster_open_platform.utils.environment_helpers import EnvironmentName, get_environment

    environment = environment or get_environment()
    prefixes: Mapping[EnvironmentName, str] = {
        EnvironmentName.LOCAL: "staging",
        # It reads the same snapshots as production, and must not write over what production made of them.
        EnvironmentName.BRANCH: f"branch/{environment.pull_request_id}/staging",
        EnvironmentName.DOGFOOD: "staging",
        EnvironmentName.PROD: "staging",
    }
    return prefixes[environment.name]
