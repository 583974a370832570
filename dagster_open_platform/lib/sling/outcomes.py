"""What came of a stream that did not arrive, whichever way it went.

What belongs here: that. What came of one that arrived differs by the way (`ingest.py`, `publication.py`).
"""

from dataclasses import dataclass

from dagster_open_platform.lib.sling.config import Stream
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


@dataclass(frozen=True)
class StreamFailed:
    """A stream whose table is as it was, and why."""

    stream: Stream
    failure: PermanentFailure | RetryableFailure
