"""Runs GraphQL queries over the company.

What belongs here: the schema, validation, the fields of ``Query``. What does not: HTTP and tokens (``app.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from dagster_open_platform_local.services.saas.github.connections import page_by_offset, page_size
from dagster_open_platform_local.services.saas.github.data import GitHubData, Rows
from dagster_open_platform_local.services.saas.github.errors import QueryError
from dagster_open_platform_local.services.saas.github.limits import MAX_NODES, QuerySize, RateLimiter, measure
from dagster_open_platform_local.services.saas.github.nodes import WEB, Node, Nodes, iso, node_id
from dagster_open_platform_local.services.saas.github.search import parse_search

SEARCH_CAP = 1000
"""At most so many results of a search can be paged through, whatever the count says:
https://docs.github.com/en/rest/search/search#about-search; the same holds for GraphQL's ``search``."""

VIEWER = "platform-bot"


@lru_cache(maxsize=1)
def github_schema() -> GraphQLSchema:
    """The trimmed schema."""
    return build_schema(Path(__file__).with_name("schema.graphql").read_text())


@dataclass(frozen=True)
class Request:
    """A GraphQL request: https://docs.github.com/en/graphql/guides/forming-calls-with-graphql."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(frozen=True)
class Prepared:
    """A request that parses, validates and is not too large."""

    request: Request
    document: DocumentNode
    size: QuerySize


@lru_cache(maxsize=256)
def _parsed(query: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    document = parse(query)
    return document, tuple(validate(github_schema(), document))


def prepare(request: Request) -> Prepared | list[GraphQLError]:
    """Parses, validates and sizes a request; the errors if it does not pass."""
    try:
        document, errors = _parsed(request.query)
    except GraphQLError as error:
        return [error]
    if errors:
        return list(errors)
    operation = get_operation_ast(document, request.operation_name)
    if not isinstance(operation, OperationDefinitionNode):
        return [GraphQLError("An operation name is required")]
    size = measure(document, operation, request.variables)
    if size.nodes > MAX_NODES:
        message = (
            f"This query requests up to {size.nodes:,} possible nodes which exceeds the maximum limit of"
            f" {MAX_NODES:,}."
        )
        cause = QueryError("MAX_NODE_LIMIT_EXCEEDED", message)
        return [GraphQLError(message, original_error=cause)]
    return Prepared(request, document, size)


def execute(prepared: Prepared, data: GitHubData, limiter: RateLimiter) -> ExecutionResult:
    """Runs a prepared request, whose cost has been taken already."""
    root = _Root(data, limiter, prepared.size)
    return execute_sync(
        github_schema(),
        prepared.document,
        root_value=root.fields(),
        variable_values=dict(prepared.request.variables),
        operation_name=prepared.request.operation_name,
    )


class _Root:
    """The fields of ``Query``: https://docs.github.com/en/graphql/reference/queries."""

    def __init__(self, data: GitHubData, limiter: RateLimiter, size: QuerySize) -> None:
        self._data = data
        self._nodes = Nodes(data)
        self._limiter = limiter
        self._size = size

    def fields(self) -> Node:
        return {
            "node": self._node,
            "rateLimit": self._rate_limit,
            "repository": self._repository,
            "search": self._search,
            "viewer": {
                "id": node_id("U", VIEWER),
                "login": VIEWER,
                "resourcePath": f"/{VIEWER}",
                "url": f"{WEB}/{VIEWER}",
            },
        }

    def _node(self, _info: GraphQLResolveInfo, id: str) -> Node:  # noqa: A002  # the name of GitHub's argument
        found = self._nodes.with_id(id)
        if found is None:
            raise QueryError("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")
        return found

    def _repository(self, _info: GraphQLResolveInfo, owner: str, name: str) -> Node:
        found = self._data.repository(f"{owner}/{name}")
        if found is None:
            message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise QueryError("NOT_FOUND", message)
        return self._nodes.repository(found)

    def _search(
        self,
        info: GraphQLResolveInfo,
        query: str,
        type: str,  # noqa: A002  # the name of GitHub's argument
        first: int | None = None,
        after: str | None = None,
    ) -> Node:
        kind = type.lower()
        rows = self._data.search(parse_search(query), kind)
        reachable: Rows = rows.first(SEARCH_CAP)
        page = page_by_offset(reachable, page_size(info, first), after)
        return {
            "issueCount": len(rows) if kind == "issue" else 0,
            "discussionCount": len(rows) if kind == "discussion" else 0,
            **page.fields(lambda row: self._nodes.thread(kind, row)),
        }

    def _rate_limit(self, _info: GraphQLResolveInfo) -> Node:
        return {
            "cost": self._size.cost,
            "limit": self._limiter.limit,
            "nodeCount": self._size.nodes,
            "remaining": self._limiter.remaining,
            "resetAt": iso(datetime.fromtimestamp(self._limiter.reset_at, UTC)),
            "used": self._limiter.used,
        }
