"""What can go wrong between us and a server, as types that say whether a retry helps.

What belongs here: the types, and which of them an answer's status means. What does not: errors that a vendor hides in the
body of a successful answer (``lib/<vendor>``).
"""

from collections.abc import Mapping

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


class InvalidRequest(PermanentFailure):
    """A request that was never sent: a wrong base URL, a header that cannot be one, a secret outside the headers."""


class Unauthorized(PermanentFailure):
    """401: the server does not know the credentials."""


class Forbidden(PermanentFailure):
    """403: the server knows the credentials, and they do not suffice."""


class NotFound(PermanentFailure):
    """404 or 410: there is no such thing, or it is not shown to these credentials."""


class RequestRejected(PermanentFailure):
    """Any other 4xx, or a redirect: the server understood the request and will not answer it this way."""


class RateLimited(RetryableFailure):
    """429, or a 403 that carries the headers of an exceeded limit."""


class ServerError(RetryableFailure):
    """5xx: the server failed, or something in front of it did."""


class ConnectionDropped(RetryableFailure):
    """The connection was refused, or broke before the whole answer was there."""


class TimedOut(RetryableFailure):
    """Nothing came within the time-out."""


class MalformedResponse(RetryableFailure):
    """A successful status with a body that is not what it claims to be, such as half a JSON document."""


def failure_of(
    status: int, headers: Mapping[str, str], message: str, retry_after: float | None
) -> PermanentFailure | RetryableFailure:
    """The error that an unsuccessful answer means.

    Args:
        status: HTTP status, not 2xx.
        headers: Of the answer, names in lower case.
        message: What to tell; free of secrets.
        retry_after: Seconds that the server asked to wait, if it did.
    """
    if status == 429 or (status == 403 and _says_limit(headers)):
        return RateLimited(message, retry_after=retry_after)
    if status in (408, 425) or status >= 500:
        return ServerError(message, retry_after=retry_after)
    kinds = {401: Unauthorized, 403: Forbidden, 404: NotFound, 410: NotFound}
    return kinds.get(status, RequestRejected)(message)


def _says_limit(headers: Mapping[str, str]) -> bool:
    # GitHub answers 403 as well as 429:
    # https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#rate-limit-errors
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
