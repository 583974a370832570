"""Reading from the emulated GitHub: everything once, whatever moves and however much there is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pyarrow as pa
import pytest

from dagster_open_platform.lib.github.client import GitHubClient, Thread, ThreadKind
from dagster_open_platform.lib.github.errors import (
    QueryTooExpensive,
    UnexpectedAnswer,
    WindowTooDense,
    WindowUnstable,
)
from dagster_open_platform.lib.github.queries import DISCUSSION_COMMENTS_PAGE
from dagster_open_platform.lib.github.windows import TimeWindow
from dagster_open_platform.lib.http import NotFound, RateLimited
from dagster_open_platform_local.company.github import GitHubState
from dagster_open_platform_local.services.faults import Fault, FaultInjector
from dagster_open_platform_local.services.in_process import InProcessTransport
from dagster_open_platform_local.services.saas.github.app import Limits
from dagster_open_platform_tests.fixtures.github import (
    REPOSITORY,
    SWEEP_DAY,
    api_of,
    changed,
    client_of,
    company_state,
    expected_rows,
    in_process_client,
    ordered,
    window,
)

WHOLE = window(dt.date(2026, 6, 1), 111)
LATER = dt.datetime(2026, 12, 24, tzinfo=dt.UTC)


def read(
    client: GitHubClient, kind: ThreadKind, wanted: TimeWindow = WHOLE, with_comments: bool = True
) -> list[Thread]:
    return list(client.threads(kind, REPOSITORY, wanted, with_comments=with_comments))


def rows_of(threads: list[Thread]) -> list[dict[str, Any]]:
    return ordered([thread.row for thread in threads])


def of_repository(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["repository"] == REPOSITORY]


@pytest.mark.parametrize("page_size", [None, 7])
@pytest.mark.parametrize(
    ("kind", "table"), [(ThreadKind.ISSUE, "issues"), (ThreadKind.DISCUSSION, "discussions")]
)
def test_every_row_and_every_comment_is_what_the_company_has(
    kind: ThreadKind, table: str, page_size: int | None
) -> None:
    state = company_state()
    expected = expected_rows(state, WHOLE)
    threads = read(in_process_client(state, page_size=page_size), kind)

    comments = ordered([comment for thread in threads for comment in thread.comments])
    wanted = [row for row in of_repository(expected["comments"]) if row["parent_type"] == kind.name]
    assert rows_of(threads) == of_repository(expected[table])
    assert comments == wanted
    assert [thread.row["updated_at"] for thread in threads] == sorted(
        thread.row["updated_at"] for thread in threads
    )


def test_more_than_a_search_returns_is_split_and_whole() -> None:
    state = company_state(scale=1.0)
    client = in_process_client(state)
    day = window(SWEEP_DAY)
    threads = read(client, ThreadKind.ISSUE, day, with_comments=False)

    expected = of_repository(expected_rows(state, day)["issues"])
    assert len(expected) > 1000
    assert rows_of(threads) == expected
    assert client.statistics.windows_split > 0
    assert client.statistics.windows_read == client.statistics.windows_split + 1


def test_comments_are_not_asked_for_when_they_are_not_wanted() -> None:
    threads = read(in_process_client(company_state()), ThreadKind.ISSUE, with_comments=False)

    assert threads
    assert all(thread.comments == () for thread in threads)


def test_a_second_with_more_than_a_search_returns_is_a_typed_error() -> None:
    state = company_state(scale=1.0)
    moment = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    rows = [row["id"] for row in state.issues.to_pylist() if row["repository"] == REPOSITORY][:1001]
    crowded = replace(state, issues=changed(state.issues, {row: {"updated_at": moment} for row in rows}))

    with pytest.raises(WindowTooDense, match="2026-07-01T12:00:00Z"):
        read(in_process_client(crowded), ThreadKind.ISSUE, with_comments=False)


class Moving:
    """A company in which something happens before each request.

    Args:
        state: How it starts.
        events: By number of the request, from 1, what happens to the state before it is answered.
    """

    def __init__(self, state: GitHubState, events: dict[int, Callable[[GitHubState], GitHubState]]) -> None:
        self.state = state
        self.requests = 0
        self._events = events

    def __call__(self) -> GitHubState:
        self.requests += 1
        self.state = self._events.get(self.requests, lambda state: state)(self.state)
        return self.state

    def client(self, page_size: int) -> GitHubClient:
        return client_of(InProcessTransport(api_of(self)), page_size=page_size)


def issues_in_window(state: GitHubState) -> list[dict[str, Any]]:
    return sorted(of_repository(expected_rows(state, WHOLE)["issues"]), key=lambda row: row["updated_at"])


def update(issue_id: str, moment: dt.datetime) -> Callable[[GitHubState], GitHubState]:
    return lambda state: replace(state, issues=changed(state.issues, {issue_id: {"updated_at": moment}}))


def delete(issue_id: str) -> Callable[[GitHubState], GitHubState]:
    return lambda state: replace(state, issues=without(state.issues, issue_id))


def without(table: pa.Table, row_id: str) -> pa.Table:
    rows = [row for row in table.to_pylist() if row["id"] != row_id]
    return pa.Table.from_pylist(rows, schema=table.schema)


@pytest.mark.parametrize("event", [update, delete])
def test_an_item_that_leaves_the_window_between_pages_hides_no_other(event: Callable[..., Any]) -> None:
    first = issues_in_window(company_state())[0]["id"]
    happens = event(first, LATER) if event is update else event(first)
    # The item of the first page goes: what would be the first of the second page slides into the first.
    company = Moving(company_state(), {2: happens})
    client = company.client(page_size=20)

    threads = read(client, ThreadKind.ISSUE, with_comments=False)

    assert rows_of(threads) == ordered(issues_in_window(company.state))
    assert client.statistics.windows_read_again == 1


def test_an_item_that_moves_within_what_is_read_is_there_once_and_newest() -> None:
    state = company_state()
    first = issues_in_window(state)[0]["id"]
    moved = WHOLE.end - dt.timedelta(seconds=1)
    company = Moving(state, {2: update(first, moved)})

    threads = read(company.client(page_size=20), ThreadKind.ISSUE, with_comments=False)

    ids = [thread.row["id"] for thread in threads]
    assert len(ids) == len(set(ids))
    assert next(thread.row for thread in threads if thread.row["id"] == first)["updated_at"] == moved


def test_a_window_that_never_holds_still_is_a_retryable_error() -> None:
    ids = [row["id"] for row in issues_in_window(company_state())]
    pages = -(-len(ids) // 20)
    events = {number: delete(ids[number]) for number in range(2, 8 * pages)}

    with pytest.raises(WindowUnstable):
        read(Moving(company_state(), events).client(page_size=20), ThreadKind.ISSUE, with_comments=False)


def most_talked_about(state: GitHubState) -> tuple[dict[str, Any], TimeWindow]:
    """The discussion with the most comments, more than a nested page has, and the second of its update."""
    rows = of_repository(expected_rows(state, WHOLE)["discussions"])
    found = max(rows, key=lambda row: row["comment_count"])
    assert found["comment_count"] > DISCUSSION_COMMENTS_PAGE
    return found, TimeWindow(found["updated_at"], found["updated_at"] + dt.timedelta(seconds=1))


def test_comments_beyond_the_first_nested_page_are_followed() -> None:
    state = company_state(scale=1.0)
    talked, second = most_talked_about(state)
    client = in_process_client(state)

    (thread,) = read(client, ThreadKind.DISCUSSION, second)

    assert ordered(list(thread.comments)) == expected_rows(state, second)["comments"]
    assert len(thread.comments) == talked["comment_count"]
    assert client.statistics.pages == 2


def test_a_discussion_deleted_while_its_comments_are_read_is_not_in_the_result() -> None:
    state = company_state(scale=1.0)
    talked, second = most_talked_about(state)

    def vanish(now: GitHubState) -> GitHubState:
        return replace(now, discussions=without(now.discussions, talked["id"]))

    company = Moving(state, {2: vanish})

    assert read(company.client(page_size=20), ThreadKind.DISCUSSION, second) == []


def test_a_repository_that_is_not_there_is_not_an_empty_one() -> None:
    client = in_process_client(company_state())

    assert read(client, ThreadKind.ISSUE, window(dt.date(2030, 1, 1))) == []
    with pytest.raises(NotFound, match="dagster-io/gone"):
        client.threads(ThreadKind.ISSUE, "dagster-io/gone", WHOLE, with_comments=False)


def faulty(*faults: Fault, page_size: int = 20, waited: list[float] | None = None) -> GitHubClient:
    app = FaultInjector(api_of(company_state), faults)
    return client_of(InProcessTransport(app), page_size=page_size, waited=waited)


EXPENSIVE = '{"errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits exceeded"}]}'


def test_too_expensive_a_page_is_asked_for_in_smaller_ones() -> None:
    client = faulty(Fault(path="graphql", body='"first":20', payload=EXPENSIVE))

    threads = read(client, ThreadKind.ISSUE, with_comments=False)

    assert rows_of(threads) == ordered(issues_in_window(company_state()))
    with pytest.raises(QueryTooExpensive):
        read(faulty(Fault(path="graphql", payload=EXPENSIVE)), ThreadKind.ISSUE)


def test_faults_between_pages_lose_nothing() -> None:
    client = faulty(
        Fault(path="graphql", calls=(2,), status=502),
        Fault(path="graphql", calls=(5,), drop=True),
        Fault(path="graphql", calls=(8,), malformed=True),
        Fault(path="graphql", calls=(11,), status=403, headers={"Retry-After": "3"}),
    )

    threads = read(client, ThreadKind.ISSUE, with_comments=False)

    assert rows_of(threads) == ordered(issues_in_window(company_state()))
    assert client.http.statistics.retries == 4


def test_the_primary_limit_is_waited_for_as_long_as_github_says() -> None:
    waited: list[float] = []
    transport = InProcessTransport(api_of(company_state, Limits(points_per_hour=1)))
    client = client_of(transport, page_size=20, waited=waited)

    with pytest.raises(RateLimited, match="RATE_LIMITED") as raised:
        read(client, ThreadKind.ISSUE, with_comments=False)

    # An hour is more than this client waits for: it says so at once instead.
    assert raised.value.retry_after == 3600
    assert waited == []
    assert client.graphql.rate_limit_remaining == 0


def answering(*bodies: object) -> GitHubClient:
    answers = iter(bodies)
    return client_of(httpx.MockTransport(lambda _request: httpx.Response(200, json=next(answers))))


def search_of(count: int, nodes: list[object], cursor: str | None) -> dict[str, object]:
    info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    return {"data": {"search": {"count": count, "pageInfo": info, "nodes": nodes}}}


def test_paging_that_does_not_move_on_ends() -> None:
    with pytest.raises(UnexpectedAnswer, match="paging"):
        read(answering(search_of(0, [], "same"), search_of(0, [], "same")), ThreadKind.ISSUE)


def test_results_that_github_counts_but_does_not_show_are_not_ignored() -> None:
    with pytest.raises(WindowUnstable):
        read(answering(*[search_of(1, [None], None)] * 4), ThreadKind.ISSUE)


def comment_of(number: int, **more: object) -> dict[str, object]:
    written = "2026-06-01T00:00:00Z"
    common = {"createdAt": written, "updatedAt": written, "author": None, "reactions": {"totalCount": 0}}
    return {"id": f"DC_{number}", **common, **more}


def page_of(nodes: list[object], cursor: str | None = None) -> dict[str, object]:
    return {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "nodes": nodes}


def test_replies_are_comments_too_on_all_their_pages() -> None:
    discussion = {
        **comment_of(0),
        **{"id": "D_1", "number": 1, "title": "t", "url": "u", "labels": {"totalCount": 0, "nodes": []}},
        **{"repository": {"nameWithOwner": REPOSITORY}, "commentCount": {"totalCount": 2}},
        **{"answerChosenAt": None, "isAnswered": None, "upvoteCount": 1, "category": {"name": "Ideas"}},
        "comments": page_of([comment_of(1, replies=page_of([comment_of(2)], "r1"))], "c1"),
    }
    client = answering(
        search_of(1, [discussion], None),
        {"data": {"node": {"connection": page_of([comment_of(3)], "r2")}}},
        {"data": {"node": {"connection": page_of([comment_of(4)])}}},
        # The next page of comments has one again that was seen already.
        {
            "data": {
                "node": {
                    "connection": page_of(
                        [comment_of(5, replies=page_of([])), comment_of(1, replies=page_of([]))]
                    )
                }
            }
        },
    )

    (thread,) = read(client, ThreadKind.DISCUSSION)

    assert [row["id"] for row in thread.comments] == ["DC_1", "DC_2", "DC_3", "DC_4", "DC_5"]
    assert {(row["parent_id"], row["parent_type"]) for row in thread.comments} == {("D_1", "DISCUSSION")}
    assert client.statistics.pages == 4
