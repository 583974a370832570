"""What can keep a reconciliation from being made.

What belongs here: the errors. What does not: differences, which are its result.
"""

from dagster_open_platform.utils.failures import PermanentFailure


class HolderMissing(PermanentFailure):
    """One of the places has no such table, so that there is nothing to compare."""
