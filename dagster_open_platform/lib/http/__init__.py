"""One HTTP client for every outside system that has no library of its own worth using.

What belongs here: what is the same for all of them: time-outs, bounded retries, ``Retry-After``, typed errors, secrets that
stay in headers. What does not: a vendor's paths, envelopes and paging (``lib/<vendor>/client.py``).
"""

from dagster_open_platform.lib.http.client import HttpAnswer, HttpClient
from dagster_open_platform.lib.http.errors import (
    ConnectionDropped,
    Forbidden,
    InvalidRequest,
    MalformedResponse,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    TimedOut,
    Unauthorized,
)
from dagster_open_platform.lib.http.retries import RetryLimits
from dagster_open_platform.lib.http.secrets import Secrets

__all__ = [
    "ConnectionDropped",
    "Forbidden",
    "HttpAnswer",
    "HttpClient",
    "InvalidRequest",
    "MalformedResponse",
    "NotFound",
    "RateLimited",
    "RequestRejected",
    "RetryLimits",
    "Secrets",
    "ServerError",
    "TimedOut",
    "Unauthorized",
]
