"""The events that dagster-dbt makes of dbt's, and the node that each is about.

What belongs here: their type, and reading them. What does not: adding to them (``compiled.py``, ``evidence.py``).
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import dagster as dg

from dagster_open_platform.lib.dbt.properties import Properties

DbtEvent: TypeAlias = (
    dg.Output[Any]
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)


def node_of(metadata: Mapping[str, Any], manifest: Mapping[str, Any]) -> Properties:
    """Return the node whose event has this metadata."""
    return manifest["nodes"][metadata["unique_id"].value]
