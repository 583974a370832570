"""What can be wrong with micro-batches of events, as types that say what to do.

What belongs here: the errors. What does not: errors of the store (``lib/aws``) and of the warehouse (``lib/warehouse``).
"""

from dagster_open_platform.utils.failures import PermanentFailure


class InvalidEvent(PermanentFailure):
    """A line of a micro-batch is no event; the message names file and line."""


class BatchesGone(PermanentFailure):
    """The files of a day that was landed are not there any more, so that landing it again would only delete its events."""
