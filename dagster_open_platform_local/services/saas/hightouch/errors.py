"""What goes wrong at Hightouch: answers of its API, and reasons why a run fails.

What belongs here: the bodies. What does not: when they are given.

A body has `message` and `details` (`ValidateErrorJSON` of the API's description, https://hightouch.com/docs/api-reference).
"""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer that is no success.

    Args:
        status: Of HTTP.
        message: For a reader.
        headers: Of the answer.
        details: By field, what is wrong with it.
    """

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.details = dict(details or {})


class RunError(Exception):
    """A run cannot be completed; the text is the reason that Hightouch shows."""


class RunCancelledError(Exception):
    """A run was stopped; what was sent stays sent."""


class RunInterruptedError(Exception):
    """A run broke off, and another has to go on with it."""


def not_found(kind: str, name: str) -> ApiError:
    """There is no such thing.

    Args:
        kind: `Sync` or `Model`.
        name: The id or slug that was asked for.
    """
    return ApiError(404, f"{kind} {name} not found")


def invalid(field: str, message: str) -> ApiError:
    """The call is not what Hightouch expects.

    Args:
        field: What is wrong.
        message: What was expected.
    """
    return ApiError(422, "Validation Failed", details={field: {"message": message}})
