"""What Segment answers to calls that it does not serve.

What belongs here: the body, and which status goes with what. Source: the schema `RequestErrorEnvelope` of
https://docs.segmentapis.com (`errors`: `type`, `message`, `field`, `data`).
"""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class ApiError(Exception):
    """An error that the caller is told.

    Args:
        status: HTTP status.
        kind: Segment's `type`.
        message: What is wrong.
        field: Which parameter.
        headers: Of the answer.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body = {"errors": [{"type": kind, "message": message, **({"field": field} if field else {})}]}

    def response(self, headers: Mapping[str, str]) -> JSONResponse:
        """The answer.

        Args:
            headers: Those that every answer has.
        """
        return JSONResponse(self.body, self.status, {**headers, **self.headers})


def unauthorized() -> ApiError:
    """401: the token is missing or wrong."""
    return ApiError(401, "unauthorized", "The request could not be authenticated.")


def not_found(what: str) -> ApiError:
    """404: there is no such thing."""
    return ApiError(404, "not-found", f"{what} was not found.")


def invalid(field: str, message: str) -> ApiError:
    """422: a parameter is missing or wrong."""
    return ApiError(422, "validation", message, field)


def too_many(seconds: int) -> ApiError:
    """429: one call too many.

    Args:
        seconds: Until the next may be made.
    """
    message = f"Too many requests, retry after {seconds} seconds."
    return ApiError(429, "too-many-requests", message, headers={"Retry-After": str(seconds)})
