"""What a query costs and how much of it is allowed.

What belongs here: the arithmetic of https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
(points, nodes, the primary limit an hour) and of the secondary limit (points a minute:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits).
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    value_from_ast_untyped,
)

MAX_NODES = 500_000
_HOUR = 3600.0
_MINUTE = 60.0


@dataclass(frozen=True)
class QuerySize:
    """How much a query asks for at most.

    Args:
        nodes: Nodes of all its connections.
        requests: How often a connection has to be opened.
    """

    nodes: int
    requests: int

    @property
    def cost(self) -> int:
        """Points: requests / 100, rounded, at least 1."""
        return max(1, int(self.requests / 100 + 0.5))


def measure(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> QuerySize:
    """Sizes an operation before it runs, from its ``first`` arguments.

    Args:
        document: The parsed query, with its fragments.
        operation: The operation that will run.
        variables: The values sent along.
    """
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value is not None
    }
    return _Measure(fragments, {**defaults, **variables}).of(operation.selection_set, 1)


class _Measure:
    """Walks a selection; ``parents`` is how many objects it is made on."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]) -> None:
        self._fragments = fragments
        self._variables = variables

    def of(self, selections: SelectionSetNode | None, parents: int) -> QuerySize:
        nodes = requests = 0
        for selection in self._fields(selections):
            first = self._first(selection)
            inner = self.of(selection.selection_set, parents if first is None else parents * first)
            nodes += inner.nodes + (0 if first is None else parents * first)
            requests += inner.requests + (0 if first is None else parents)
        return QuerySize(nodes, requests)

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for selection in selections.selections if selections else ():
            if not all(self._includes(directive) for directive in selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from self._fields(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._fields(self._fragments[selection.name.value].selection_set)

    def _includes(self, directive: DirectiveNode) -> bool:
        condition = next(
            (
                value_from_ast_untyped(argument.value, dict(self._variables))
                for argument in directive.arguments or ()
            ),
            True,
        )
        return bool(condition) != (directive.name.value == "skip")

    def _first(self, selection: FieldNode) -> int | None:
        for argument in selection.arguments or ():
            if argument.name.value == "first":
                value = value_from_ast_untyped(argument.value, dict(self._variables))
                return value if isinstance(value, int) and value > 0 else None
        return None


class RateLimiter:
    """Counts points of one token.

    Args:
        points_per_hour: Primary limit. 10,000 is what the token of an Enterprise Cloud organization has.
        requests_per_minute: Secondary limit; a query is one point there.
        clock: Wall-clock time in Unix seconds. Not the company's date: clients wait in real time.
    """

    def __init__(self, points_per_hour: int, requests_per_minute: int, clock: Callable[[], float]) -> None:
        self.limit = points_per_hour
        self.used = 0
        self._requests_per_minute = requests_per_minute
        self._clock = clock
        self._reset_at = 0.0
        self._recent: deque[float] = deque()

    @property
    def remaining(self) -> int:
        """Points left until the reset."""
        return max(0, self.limit - self.used)

    @property
    def reset_at(self) -> int:
        """When the hour is over, in Unix seconds."""
        return int(self._reset_at)

    def admits(self) -> bool:
        """Counts a request against the secondary limit; False: it is exceeded."""
        now = self._clock()
        while self._recent and self._recent[0] <= now - _MINUTE:
            self._recent.popleft()
        if len(self._recent) >= self._requests_per_minute:
            return False
        self._recent.append(now)
        return True

    def take(self, points: int) -> bool:
        """Takes points off the primary limit; False, and nothing taken: they are used up."""
        now = self._clock()
        if now >= self._reset_at:
            self.used, self._reset_at = 0, now + _HOUR
        if self.used + points > self.limit:
            self.used = self.limit
            return False
        self.used += points
        return True

    def headers(self) -> dict[str, str]:
        """The ``x-ratelimit-*`` headers of an answer."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-reset": str(self.reset_at),
            "x-ratelimit-resource": "graphql",
        }
