"""The EU code location: the same assembly over the EU's own ``defs/``."""

import dagster as dg

import dagster_open_platform_eu.defs
from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.lib.preloading import Preloadable
from dagster_open_platform.utils.environment_helpers import Environment
from dagster_open_platform.utils.regions import EU


def build_eu_definitions(*, environment: Environment | None = None) -> dg.Definitions:
    """Assembles the EU's code location.

    Args:
        environment: Where it runs; default: what this process's variables say.

    Raises:
        PermanentFailure: As for `build_definitions`.
    """
    return build_definitions(environment=environment, region=EU, defs_module=dagster_open_platform_eu.defs)


LOCATION = Preloadable(build_eu_definitions)
"""Loads once in a process, which may be the one that a run's steps are forked from."""


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return LOCATION.load()
