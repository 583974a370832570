"""The EU code location: the same assembly over the EU's own ``defs/``."""

import dagster as dg

import dagster_open_platform_eu.defs
from dagster_open_platform.definitions import build_definitions


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    return build_definitions(defs_module=dagster_open_platform_eu.defs)
