"""What goes wrong at Fivetran: answers of its API, and reasons why a sync fails.

What belongs here: the bodies, whose codes and statuses are those of
https://fivetran.com/docs/rest-api/getting-started/api-response-codes. What does not: when they are given.
"""

from collections.abc import Mapping


class ApiError(Exception):
    """An answer that is no success.

    Args:
        status: Of HTTP.
        code: Fivetran's, such as `NotFound_Connection`.
        message: For a reader.
        headers: Of the answer.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class SyncError(Exception):
    """A sync cannot be completed; the text is the reason that Fivetran shows."""


class SyncCancelledError(Exception):
    """A sync was stopped by another call; nothing of it stays."""


def auth_failed(message: str) -> ApiError:
    """The key or the secret is missing or wrong."""
    return ApiError(401, "AuthFailed", message)


def not_found(kind: str, name: str) -> ApiError:
    """There is no such thing.

    Args:
        kind: `Connection`, `Group`, `Destination`, `Schema` or `Table`.
        name: The id or name that was asked for.
    """
    return ApiError(404, f"NotFound_{kind}", f"{kind} with id '{name}' doesn't exist")


def invalid_input(message: str) -> ApiError:
    """The call is not what Fivetran expects."""
    return ApiError(400, "InvalidInput", message)


def conflict(message: str) -> ApiError:
    """The connection is in a state in which this cannot be done."""
    return ApiError(409, "Conflict", message)


def too_many_requests(message: str, seconds: int) -> ApiError:
    """A limit is used up for some seconds (https://fivetran.com/docs/rest-api/getting-started/rate-limiting)."""
    return ApiError(429, "TooManyRequests", message, {"Retry-After": str(seconds)})
