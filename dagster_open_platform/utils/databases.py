"""The databases of the warehouse, by the names that asset keys use.

What belongs here: their names, and what a pull request's clone of one is called. What does not: which of them an environment works on
(``environment_helpers.py``). Nothing is imported: the
local stack needs the names, and nothing of Dagster, whose import takes a second.
"""

LOGICAL_DATABASES = ("purina", "dwh_reporting")
"""Every database that the platform writes, by the name that asset keys use: raw data, and what dbt makes of it."""

OUTBOUND = "outbound"
"""The one database of another region of which the first region has a replica: what may leave the region lies here, and nothing else."""

REGION_DATABASES = {"us": LOGICAL_DATABASES, "eu": (*LOGICAL_DATABASES, OUTBOUND)}
"""Region to the databases that its platform writes."""

WRITTEN_DATABASES = tuple(dict.fromkeys(name for names in REGION_DATABASES.values() for name in names))
"""Every database that the platform of some region writes."""

REPLICAS = {"outbound_eu": OUTBOUND}
"""Database of the first region that is a replica, to what it is a replica of."""

SHARED_DATABASES = ("snowflake", "fivetran", "segment", "stripe", *REPLICAS)
"""Databases that others fill and the platform only reads: Snowflake's own, with the schema ``account_usage``; Fivetran's destination,
with a schema a connector; Segment's, with a schema a source; what Stripe shares, with the
schema ``stripe``; and replicas, which are only ever refreshed."""


def clone_name(database: str, pull_request_id: str | None) -> str:
    """The physical name of a pull request's clone of a database; ``clone_names.py`` reads it back."""
    return f"{database}_clone_{pull_request_id}"
