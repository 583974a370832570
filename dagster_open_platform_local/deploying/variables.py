"""Which variables a deployed code location reads, found in the code: what components require, and what systems need and heed.

What belongs here: the names. What does not: their values, and where a deployment takes them from (`dagster_cloud.yaml`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_open_platform.operations.doctor.systems import DEFS, declared_for, owned_by, systems_of
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName

Resources = Mapping[str, Any]


def required(folder: Path = DEFS) -> frozenset[str]:
    """What must be set for everything to run in production.

    Args:
        folder: Of the instances.
    """
    systems = systems_of(default_resources(Environment(EnvironmentName.PROD)))
    declared = declared_for(systems, folder)
    return frozenset(
        variable.name for system in systems for variable in system.variables(declared[system.name])
    )


def heeded() -> frozenset[str]:
    """What may be set: what has a default, and what may stand in another variable's place."""
    systems = systems_of(default_resources(Environment(EnvironmentName.PROD)))
    return frozenset(name for system in systems for name in owned_by(system))
