"""What Sling says when it fails, told apart.

What belongs here: from Sling's text to a typed error. Sling has no error codes; the texts were read off Sling 1.4.10 with
PostgreSQL 18 and DuckDB 1.5.5, and have a test each. What does not: getting the text (`runner.py`).
"""

import re

from dagster_open_platform.lib.postgres.errors import (
    DatabaseBusy,
    DatabaseDiskFull,
    DatabaseLoginFailed,
    DatabasePermissionDenied,
    DatabaseUnavailable,
    MissingTable,
)
from dagster_open_platform.lib.sling.errors import SlingRefused, SlingUnavailable
from dagster_open_platform.lib.warehouse.errors import WarehouseLocked
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_KINDS: tuple[tuple[re.Pattern[str], type[PermanentFailure | RetryableFailure], str], ...] = (
    (
        re.compile(r"Could not set lock|Conflicting lock", re.I),
        WarehouseLocked,
        "Another process holds the warehouse's file.",
    ),
    (
        re.compile(
            r"password authentication failed|no pg_hba\.conf entry|role \S+ does not exist|database \S+ does not exist",
            re.I,
        ),
        DatabaseLoginFailed,
        "Check the connection's role, password and database.",
    ),
    (
        re.compile(r"permission denied for|must be owner of", re.I),
        DatabasePermissionDenied,
        "Grant the role what it needs.",
    ),
    (
        re.compile(r"relation \S+ does not exist|schema \S+ does not exist", re.I),
        MissingTable,
        "Check the name, and whether the role may see it.",
    ),
    (
        re.compile(r"lock timeout|deadlock detected|could not serialize access", re.I),
        DatabaseBusy,
        "It may pass.",
    ),
    (
        re.compile(r"no space left on device|disk quota exceeded|file too large", re.I),
        DatabaseDiskFull,
        "Make space, then run again.",
    ),
    (
        re.compile(
            r"connection refused|connection reset|broken pipe|bad connection|(?-i:\bEOF\b)|terminating connection|"
            r"server closed the connection|is starting up|is shutting down|in recovery mode|i/o timeout|no such host|"
            r"too many clients|canceling statement due to conflict with recovery",
            re.I,
        ),
        DatabaseUnavailable,
        "It may pass.",
    ),
    (re.compile(r"Sling ended by signal"), SlingUnavailable, "It may pass."),
)


def stream_failure(said: str, what: str) -> PermanentFailure | RetryableFailure:
    """Return the typed error for a stream that failed.

    Args:
        said: What Sling said, without passwords.
        what: What was being done, for example "extracting public.users of CLOUD_PRODUCT_MAIN".
    """
    for pattern, kind, advice in _KINDS:
        if pattern.search(said):
            return kind(f"Sling failed while {what}. {advice} It said: {said}")
    return SlingRefused(f"Sling failed while {what}. Nothing was changed. It said: {said}")
