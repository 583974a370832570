"""Errors in Google's form.

What belongs here: the error type, its JSON, and which HTTP status a reason has. What does not: deciding when.

Form: https://cloud.google.com/bigquery/docs/error-messages (reasons and codes) and
https://google.aip.dev/193#http11json-representation (the envelope).
"""

from typing import Any

_STATUS_OF_REASON = {
    "invalid": 400,
    "invalidQuery": 400,
    "bytesBilledLimitExceeded": 400,
    "tableUnavailable": 400,
    "stopped": 400,
    "required": 400,
    "authError": 401,
    "accessDenied": 403,
    "notFound": 404,
    "duplicate": 409,
    "rateLimitExceeded": 429,
    "internalError": 500,
    "notImplemented": 501,
    "backendError": 503,
}
_CANONICAL = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class BigQueryError(Exception):
    """An error that a client gets to see.

    Args:
        reason: One of Google's reasons, e.g. `invalidQuery`.
        message: In Google's words where they are known.
        location: What the error is about: `query`, a parameter, a header, a table.
    """

    def __init__(self, reason: str, message: str, location: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.location = location

    @property
    def status(self) -> int:
        """The HTTP status of the reason."""
        return _STATUS_OF_REASON[self.reason]

    def proto(self) -> dict[str, str]:
        """An `ErrorProto`, as in a job's status.

        https://cloud.google.com/bigquery/docs/reference/rest/v2/ErrorProto
        """
        found = {"reason": self.reason, "message": self.message}
        return found if self.location is None else {**found, "location": self.location}

    def response(self) -> dict[str, Any]:
        """The body of an error response."""
        error = {"message": self.message, "domain": "global", "reason": self.reason}
        if self.location is not None:
            error |= {"location": self.location, "locationType": "parameter"}
        return {
            "error": {
                "code": self.status,
                "message": self.message,
                "errors": [error],
                "status": _CANONICAL[self.status],
            }
        }


def not_implemented(what: str) -> BigQueryError:
    """The error for whatever this server does not do."""
    return BigQueryError("notImplemented", f"{what} is not implemented by the local BigQuery service")


def invalid_query(message: str) -> BigQueryError:
    """The error for a query that is wrong."""
    return BigQueryError("invalidQuery", message, location="query")
