"""What can go wrong at Segment beyond what HTTP says.

What belongs here: the types. What does not: recognising them (`client.py`, `checks.py`).
"""

from dagster_open_platform.utils.failures import PermanentFailure


class UnexpectedAnswer(PermanentFailure):
    """The answer does not have the shape that Segment documents: its API, or this client, has changed."""


class UnknownSource(PermanentFailure):
    """The workspace has no source with a name that YAML declares."""


class UnknownWarehouse(PermanentFailure):
    """The workspace has no warehouse, or several, so that nobody knows whose deliveries count."""
