"""What queries cost, against the examples of GitHub's documentation."""

import pytest
from graphql import OperationDefinitionNode, parse

from dagster_open_platform.lib.github import queries
from dagster_open_platform_local.services.saas.github.limits import QuerySize, RateLimiter, measure


def size_of(query: str, variables: dict[str, object] | None = None) -> QuerySize:
    document = parse(query)
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return measure(document, operation, variables or {})


SIMPLE = """
{ viewer { repositories(first: 50) { edges { repository: node { name
    issues(first: 10) { totalCount edges { node { title bodyHTML } } } } } } } }
"""
COMPLEX = """
{ viewer {
    repositories(first: 50) { edges { repository: node { name
      pullRequests(first: 20) { edges { pullRequest: node { title
        comments(first: 10) { edges { comment: node { bodyHTML } } } } } }
      issues(first: 20) { totalCount edges { issue: node { title bodyHTML
        comments(first: 10) { edges { comment: node { bodyHTML } } } } } } } } }
    followers(first: 10) { edges { follower: node { login } } } } }
"""
PRICED = """
{ viewer { login repositories(first: 100) { edges { node { id
    issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } } }
"""


def test_the_documented_examples() -> None:
    assert size_of(SIMPLE).nodes == 550
    assert size_of(COMPLEX).nodes == 22_060
    assert (size_of(PRICED).requests, size_of(PRICED).cost) == (5_101, 51)
    assert size_of("{ viewer { login } }").cost == 1


def test_variables_defaults_fragments_and_directives_count() -> None:
    query = """
      query Q($n: Int = 7, $with: Boolean!) { search(query: "", type: ISSUE, first: $n) { nodes { ...F } } }
      fragment F on Issue { comments(first: 3) @include(if: $with) { nodes { id } } labels(first: 2) @skip(if: $with) { nodes { id } } }
    """
    assert size_of(query, {"with": True}).nodes == 7 + 7 * 3
    assert size_of(query, {"with": False, "n": 5}).nodes == 5 + 5 * 2


@pytest.mark.parametrize(
    ("query", "first", "with_comments", "cost"),
    [
        (queries.ISSUES, 100, True, 2),
        (queries.ISSUES, 100, False, 1),
        (queries.DISCUSSIONS, 50, True, 11),
        (queries.DISCUSSIONS, 50, False, 1),
    ],
)
def test_the_platforms_own_queries_are_cheap(query: str, first: int, with_comments: bool, cost: int) -> None:
    size = size_of(query, {"first": first, "withComments": with_comments})

    assert size.cost == cost
    assert size.nodes < 50_000


def test_points_are_counted_and_come_back_after_an_hour() -> None:
    now = [1000.0]
    limiter = RateLimiter(points_per_hour=10, requests_per_minute=100, clock=lambda: now[0])

    assert limiter.take(6)
    assert not limiter.take(5)
    assert limiter.headers()["x-ratelimit-remaining"] == "0"
    assert limiter.headers()["x-ratelimit-reset"] == "4600"
    now[0] = 4600.0
    assert limiter.take(6)
    assert limiter.remaining == 4


def test_requests_are_limited_in_any_minute() -> None:
    now = [0.0]
    limiter = RateLimiter(points_per_hour=10, requests_per_minute=2, clock=lambda: now[0])
    admitted = []
    for moment in (0.0, 30.0, 59.0, 60.0, 61.0, 90.0):
        now[0] = moment
        admitted.append(limiter.admits())

    assert admitted == [True, True, False, True, False, True]
