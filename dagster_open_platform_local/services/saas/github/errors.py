"""GitHub's error bodies.

What belongs here: their shapes. HTTP errors: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api;
GraphQL errors carry ``type``, ``path``, ``locations`` and ``message``, those of validation ``extensions`` instead of a
type, as in the examples of https://github.com/octokit/graphql.js#errors.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError
from starlette.responses import JSONResponse

DOCS = "https://docs.github.com"
AUTHENTICATING = f"{DOCS}/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql"
RATE_LIMITS = f"{DOCS}/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api"
SECONDARY_LIMITS = f"{DOCS}/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"

_UNDEFINED_FIELD = re.compile(r"Cannot query field '(?P<field>\w+)' on type '(?P<type>\w+)'")


class QueryError(Exception):
    """Something that a field cannot answer.

    Args:
        kind: GitHub's error type, such as ``NOT_FOUND``.
        message: GitHub's words.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def http_error(
    status: int, message: str, documentation_url: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An answer below the level of GraphQL."""
    body = {"message": message, "documentation_url": documentation_url, "status": str(status)}
    return JSONResponse(body, status, dict(headers or {}))


def formatted(error: GraphQLError) -> dict[str, Any]:
    """A GraphQL error as GitHub sends it."""
    found: dict[str, Any] = {}
    undefined = _UNDEFINED_FIELD.match(error.message)
    if isinstance(error.original_error, QueryError):
        found["type"] = error.original_error.kind
    if error.path is not None:
        found["path"] = error.path
    if undefined is not None:
        found["extensions"] = {
            "code": "undefinedField",
            "typeName": undefined["type"],
            "fieldName": undefined["field"],
        }
    if error.locations is not None:
        found["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    if undefined is not None:
        found["message"] = f"Field '{undefined['field']}' doesn't exist on type '{undefined['type']}'"
    else:
        found["message"] = error.message
    return found


def formatted_all(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    """GraphQL errors as GitHub sends them."""
    return [formatted(error) for error in errors]
