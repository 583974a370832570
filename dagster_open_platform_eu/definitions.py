"""The EU code location: the same assembly over the EU's own ``defs/``."""

import dagster as dg

import dagster_open_platform_eu.defs
from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.lib.preloading import Preloadable

LOCATION = Preloadable(lambda: build_definitions(defs_module=dagster_open_platform_eu.defs))
"""Loads once in the process that a run's steps are forked from, and otherwise once in a process."""


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return LOCATION.load()
