"""What a run that syncs a connector may ask for.

What belongs here: the fields that a launch pad shows. What does not: what they make of a sync (`materialize.py`).
"""

import dagster as dg


class SyncConfig(dg.Config):
    """What a run may ask for."""

    resync: bool = False
    """Whether Fivetran reads everything anew, instead of what changed."""
    resync_tables: list[str] = []  # noqa: RUF012 - pydantic copies it
    """The tables that are read anew, by their names in the warehouse, with or without the schema. None: with `resync`, all."""
