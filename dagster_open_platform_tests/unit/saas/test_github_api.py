"""The emulated GitHub as a client meets it: answers, paging, limits, errors in GitHub's form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import parse, validate

from dagster_open_platform.lib.github import queries
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.saas.github.app import Limits
from dagster_open_platform_local.services.saas.github.connections import decode_cursor, encode_cursor
from dagster_open_platform_local.services.saas.github.execution import github_schema
from dagster_open_platform_tests.fixtures.github import (
    REPOSITORIES,
    REPOSITORY,
    SWEEP_DAY,
    TOKEN,
    api_of,
    company_state,
)

AUTHORIZED = {"Authorization": f"bearer {TOKEN}", "User-Agent": "test"}
SEARCH = """
query($search: String!, $type: SearchType!, $first: Int!, $after: String) {
  search(query: $search, type: $type, first: $first, after: $after) {
    issueCount discussionCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { __typename ... on Issue { id updatedAt } ... on Discussion { id updatedAt } } }
  }
}
"""


def http(scale: float = 0.1, limits: Limits | None = None) -> httpx.Client:
    app = api_of(lambda: company_state(scale), limits)
    return httpx.Client(transport=InProcessTransport(app), base_url="http://github", headers=AUTHORIZED)


def ask(client: httpx.Client, query: str, **variables: object) -> Mapping[str, Any]:
    answer = client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200
    return answer.json()


def data_of(client: httpx.Client, query: str, **variables: object) -> Mapping[str, Any]:
    answer = ask(client, query, **variables)
    assert "errors" not in answer
    return answer["data"]


def error_of(client: httpx.Client, query: str, **variables: object) -> Mapping[str, Any]:
    return ask(client, query, **variables)["errors"][0]


@pytest.mark.parametrize(
    "name", ["ISSUES", "DISCUSSIONS", "ISSUE_COMMENTS", "DISCUSSION_COMMENTS", "REPLIES", "REPOSITORY"]
)
def test_the_platforms_queries_are_valid_in_githubs_schema(name: str) -> None:
    assert validate(github_schema(), parse(getattr(queries, name))) == []


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 401, "This endpoint requires you to be authenticated."),
        ({"Authorization": "Bearer"}, 401, "This endpoint requires you to be authenticated."),
        ({"Authorization": "Bearer wrong"}, 401, "Bad credentials"),
        ({"Authorization": f"Basic {TOKEN}"}, 401, "Bad credentials"),
    ],
)
def test_without_the_token_nobody_gets_in(headers: dict[str, str], status: int, message: str) -> None:
    client = httpx.Client(
        transport=InProcessTransport(api_of(lambda: company_state())), base_url="http://github"
    )

    answer = client.post("/graphql", json={"query": "{viewer{login}}"}, headers=headers)

    assert answer.status_code == status
    assert answer.json()["message"] == message
    assert answer.json()["documentation_url"].startswith("https://docs.github.com/")


def test_a_request_without_a_user_agent_is_forbidden() -> None:
    assert (
        http().post("/graphql", json={"query": "{viewer{login}}"}, headers={"User-Agent": ""}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [("{", "Problems parsing JSON"), ("[]", "Body should be a JSON object"), ("", "Problems")],
)
def test_a_body_that_is_no_request(body: str, message: str) -> None:
    answer = http().post("/graphql", content=body)

    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_other_paths_and_methods_are_not_found() -> None:
    for answer in (http().get("/graphql"), http().get("/repos/a/b"), http().post("/")):
        assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


def test_errors_of_queries_have_githubs_form() -> None:
    client = http()
    undefined = error_of(client, '{ repository(owner: "a", name: "b") { stars } }')
    missing = error_of(client, '{ repository(owner: "a", name: "b") { id } }')

    assert undefined["extensions"] == {
        "code": "undefinedField",
        "typeName": "Repository",
        "fieldName": "stars",
    }
    assert undefined["message"] == "Field 'stars' doesn't exist on type 'Repository'"
    assert missing["type"] == "NOT_FOUND"
    assert missing["path"] == ["repository"]
    assert missing["locations"] == [{"line": 1, "column": 3}]
    assert missing["message"] == "Could not resolve to a Repository with the name 'a/b'."
    assert "Syntax Error" in error_of(client, "{")["message"]
    assert "must be specified" in client.post("/graphql", json={}).json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ('{ search(query: "", type: ISSUE) { nodes { __typename } } }', "MISSING_PAGINATION_BOUNDARIES"),
        ('{ search(query: "", type: ISSUE, first: 101) { nodes { __typename } } }', "EXCESSIVE_PAGINATION"),
        (
            '{ search(query: "", type: ISSUE, first: 1, after: "x") { nodes { __typename } } }',
            "INVALID_CURSOR_ARGUMENTS",
        ),
        ('{ node(id: "nobody") { id } }', "NOT_FOUND"),
        (
            '{ search(query: "", type: ISSUE, first: 100) { nodes { ... on Issue { comments(first: 100) { nodes {'
            " issue { comments(first: 100) { nodes { id } } } } } } } } }",
            "MAX_NODE_LIMIT_EXCEEDED",
        ),
    ],
)
def test_queries_that_github_refuses(query: str, kind: str) -> None:
    assert error_of(http(), query)["type"] == kind


def test_a_count_alone_needs_no_page() -> None:
    found = data_of(http(), '{ search(query: "is:issue", type: ISSUE) { issueCount } }')

    assert found["search"]["issueCount"] == company_state().issues.num_rows


def test_pages_follow_one_another_and_end() -> None:
    client, cursor, seen = http(), None, []
    while True:
        search = f"repo:{REPOSITORY} is:discussion sort:updated-asc"
        page = data_of(client, SEARCH, search=search, type="DISCUSSION", first=37, after=cursor)["search"]
        seen += page["edges"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        assert page["pageInfo"]["hasPreviousPage"] == (cursor is not None)
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    expected = {
        row["id"] for row in company_state().discussions.to_pylist() if row["repository"] == REPOSITORY
    }
    ids = [edge["node"]["id"] for edge in seen]
    times = [edge["node"]["updatedAt"] for edge in seen]
    assert len(ids) == page["discussionCount"] == len(expected)
    assert set(ids) == expected
    assert times == sorted(times)
    assert decode_cursor(cursor) == str(len(ids))


def test_a_search_counts_all_but_returns_a_thousand() -> None:
    client = http(scale=1.0)
    search = f"repo:{REPOSITORY} is:issue updated:{SWEEP_DAY}"
    offsets = {}
    for offset in (900, 950, 1000):
        cursor = encode_cursor(str(offset))
        offsets[offset] = data_of(client, SEARCH, search=search, type="ISSUE", first=100, after=cursor)[
            "search"
        ]

    assert {page["issueCount"] for page in offsets.values()} == {offsets[900]["issueCount"]}
    assert offsets[900]["issueCount"] > 1000
    assert [len(page["edges"]) for page in offsets.values()] == [100, 50, 0]
    assert [page["pageInfo"]["hasNextPage"] for page in offsets.values()] == [False, False, False]


def test_the_objects_are_those_of_the_company() -> None:
    state, client = company_state(), http()
    answered = next(row for row in state.discussions.to_pylist() if row["is_answered"])
    query = """query($id: ID!) { node(id: $id) { ... on Discussion {
        title number isAnswered answerChosenAt upvoteCount repository { nameWithOwner }
        category { name isAnswerable } answer { id isAnswer replyTo { id } discussion { id } }
        reactionGroups { content reactors { totalCount } } reactions { totalCount }
        thumbs: reactions(content: THUMBS_UP) { totalCount }
        labels(first: 5) { nodes { name color } totalCount }
        comments(first: 100) { totalCount nodes { id replies(first: 1) { totalCount nodes { id } } } } } } }"""

    found = data_of(client, query, id=answered["id"])["node"]

    assert (found["title"], found["number"], found["upvoteCount"]) == (
        answered["title"],
        answered["number"],
        answered["upvote_count"],
    )
    assert (found["isAnswered"], found["category"]["isAnswerable"]) == (True, True)
    assert found["answer"] == {
        "id": answered["answer_id"],
        "isAnswer": True,
        "replyTo": None,
        "discussion": {"id": answered["id"]},
    }
    assert found["comments"]["totalCount"] == answered["comment_count"] == len(found["comments"]["nodes"])
    assert found["reactions"]["totalCount"] == answered["reaction_count"]
    assert found["thumbs"]["totalCount"] == answered["thumbs_up_count"]
    assert (
        sum(group["reactors"]["totalCount"] for group in found["reactionGroups"])
        == answered["reaction_count"]
    )
    assert [label["name"] for label in found["labels"]["nodes"]] == answered["labels"]


def test_a_category_that_takes_no_answers_is_neither_answered_nor_unanswered() -> None:
    row = next(row for row in company_state().discussions.to_pylist() if row["category"] != "Q&A")

    found = data_of(
        http(), "query($id: ID!) { node(id: $id) { ... on Discussion { isAnswered } } }", id=row["id"]
    )

    assert found["node"]["isAnswered"] is None


def test_ghosts_have_no_author_and_bots_are_bots() -> None:
    state, client = company_state(), http()
    query = "query($id: ID!) { node(id: $id) { ... on IssueComment { author { __typename login } issue { id } } } }"
    comments = [row for row in state.comments.to_pylist() if row["parent_type"] == "ISSUE"]
    ghost = next(row for row in comments if row["author"] is None)
    bot = next(row for row in comments if row["author_type"] == "Bot")

    assert data_of(client, query, id=ghost["id"])["node"] == {
        "author": None,
        "issue": {"id": ghost["parent_id"]},
    }
    assert data_of(client, query, id=bot["id"])["node"]["author"] == {
        "__typename": "Bot",
        "login": bot["author"],
    }


def test_repositories_give_their_items_by_number() -> None:
    row = company_state().issues.to_pylist()[0]
    owner, name = row["repository"].split("/")
    query = """query($o: String!, $n: String!, $i: Int!) { repository(owner: $o, name: $n) {
        id nameWithOwner name issue(number: $i) { id closed state } discussion(number: $i) { id } } }"""

    found = data_of(http(), query, o=owner, n=name, i=row["number"])["repository"]

    assert found["nameWithOwner"] == row["repository"]
    assert found["issue"] == {"id": row["id"], "closed": row["state"] == "CLOSED", "state": row["state"]}
    assert found["discussion"] is None
    assert data_of(http(), "query($i: ID!) { node(id: $i) { id } }", i=found["id"])["node"] == {
        "id": found["id"]
    }


def test_the_primary_limit_answers_200_with_an_error_and_says_when_it_ends() -> None:
    client = http(limits=Limits(points_per_hour=2))
    query = "{ rateLimit { cost limit remaining used nodeCount resetAt } }"
    found = data_of(client, query)["rateLimit"]

    assert found == {
        "cost": 1,
        "limit": 2,
        "remaining": 1,
        "used": 1,
        "nodeCount": 0,
        "resetAt": "2027-01-15T09:00:00Z",
    }
    data_of(client, query)
    answer = client.post("/graphql", json={"query": query})
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert answer.headers["x-ratelimit-reset"] == str(1_800_000_000 + 3600)


def test_the_secondary_limit_answers_403_with_retry_after() -> None:
    client = http(limits=Limits(requests_per_minute=1))
    data_of(client, "{ viewer { login } }")
    answer = client.post("/graphql", json={"query": "{ viewer { login } }"})

    assert (answer.status_code, answer.headers["retry-after"]) == (403, "60")
    assert "secondary rate limit" in answer.json()["message"]


def test_the_process_needs_to_know_the_token() -> None:
    with pytest.raises(ValueError, match="GITHUB_EMULATOR_TOKEN"):
        saas_app(Path("nowhere"), Path("nowhere"), {})


def test_search_finds_what_a_plain_filter_finds() -> None:
    client = http()
    issues = company_state().issues.to_pylist()
    for repository in REPOSITORIES:
        for state in ("open", "closed"):
            search = f"repo:{repository} is:{state} created:>=2026-06-01"
            found = data_of(client, SEARCH, search=search, type="ISSUE", first=0)["search"]["issueCount"]
            assert found == sum(
                row["repository"] == repository
                and row["state"] == state.upper()
                and row["created_at"].isoformat() >= "2026-06-01"
                for row in issues
            )
    assert data_of(client, SEARCH, search="is:discussion", type="ISSUE", first=1)["search"]["issueCount"] == 0
