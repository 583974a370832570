"""What can go wrong at Hightouch beyond what HTTP says.

What belongs here: the types. What does not: recognising them (`client.py`, `sync.py`, `report.py`).
"""

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class MissingSyncId(PermanentFailure):
    """The variable that holds the id of a sync is not set."""


class UnexpectedAnswer(PermanentFailure):
    """The answer does not have the shape that Hightouch documents: its API, or this client, has changed."""


class SyncNotFound(PermanentFailure):
    """Hightouch has no sync of that id; the message names the variable that it came from."""


class SyncFailed(RetryableFailure):
    """A run of a sync failed as a whole; the message has Hightouch's reason."""


class SyncInterrupted(RetryableFailure):
    """A run of a sync broke off. The next one goes on where it stopped."""


class SyncCancelled(PermanentFailure):
    """Somebody cancelled the run at Hightouch, which a retry would undo."""


class SyncTimedOut(RetryableFailure):
    """A run goes on for longer than is waited. Another attempt joins it."""


class RowsRejected(PermanentFailure):
    """A run ended, and the destination did not take all rows: sent again as they are, they would be rejected again."""
