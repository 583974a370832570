"""The two kinds of failure that every integration speaks of.

What belongs here: the base classes only. A system's own errors live beside that system and derive from one of these,
so that Dagster's retry policies treat them rightly without knowing the system. What does not: anything that knows a
protocol, a vendor or an engine.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg


class PermanentFailure(dg.Failure):
    """A failure that a retry cannot mend: bad credentials, bad configuration, a schema that does not match.

    Args:
        message: What happened and what to do about it. Never contains a secret.
        metadata: Facts for the event log (shown in the UI beside the error).
    """

    def __init__(self, message: str, metadata: Mapping[str, Any] | None = None) -> None:
        super().__init__(description=message, metadata=metadata, allow_retries=False)


class RetryableFailure(dg.Failure):
    """A failure that may pass by itself: a 429, a 5xx, a time-out, a lock that somebody else holds.

    Args:
        message: What happened and what to do about it. Never contains a secret.
        metadata: Facts for the event log (shown in the UI beside the error).
        retry_after: Seconds that the other side asked to wait, if it said so.
    """

    def __init__(
        self, message: str, metadata: Mapping[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(description=message, metadata=metadata, allow_retries=True)
        self.retry_after = retry_after
