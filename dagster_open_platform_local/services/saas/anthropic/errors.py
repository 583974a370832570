"""What goes wrong, as Anthropic says it.

What belongs here: bodies and statuses of https://platform.claude.com/docs/en/api/errors. What does not: when they are given.
"""

from collections.abc import Mapping


class ApiError(Exception):
    """An answer that is no success.

    Args:
        status: Of HTTP.
        kind: Anthropic's type of error, such as `not_found_error`.
        message: For a reader.
        headers: Of the answer.
    """

    def __init__(
        self, status: int, kind: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.headers = dict(headers or {})


def invalid(message: str) -> ApiError:
    """The call is not what Anthropic expects."""
    return ApiError(400, "invalid_request_error", message)


def unauthorized() -> ApiError:
    """The key is missing or wrong."""
    return ApiError(401, "authentication_error", "invalid x-api-key")


def not_found(message: str = "Not found") -> ApiError:
    """There is no such thing."""
    return ApiError(404, "not_found_error", message)


def rate_limited(seconds: int) -> ApiError:
    """Too many calls (https://platform.claude.com/docs/en/api/rate-limits): `retry-after` has the seconds."""
    message = (
        "This request would exceed your organization's rate limit for the Admin API. Please try again later."
    )
    return ApiError(429, "rate_limit_error", message, {"retry-after": str(seconds)})
