"""Answers that are not what they should be: a typed error each, and never a crash or a silent null."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.github import parsing
from dagster_open_platform.lib.github.errors import QueryRejected, QueryTooExpensive, UnexpectedAnswer
from dagster_open_platform.lib.github.graphql import failure_in
from dagster_open_platform.lib.http import Forbidden, HttpAnswer, NotFound, RateLimited, ServerError

ITEM = {
    "id": "I_1",
    "number": 7,
    "title": "A title",
    "createdAt": "2026-06-01T01:02:03Z",
    "updatedAt": "2026-06-02T01:02:03+02:00",
    "url": "https://github.com/a/b/issues/7",
    "author": {"login": "octo"},
    "repository": {"nameWithOwner": "a/b"},
    "labels": {"totalCount": 1, "nodes": [{"name": "bug"}]},
    "reactions": {"totalCount": 5},
    "commentCount": {"totalCount": 4},
}
ISSUE = {**ITEM, "thumbsUp": {"totalCount": 2}, "state": "CLOSED", "closedAt": "2026-06-02T00:00:00Z"}
DISCUSSION = {
    **ITEM,
    "answerChosenAt": None,
    "isAnswered": None,
    "upvoteCount": 1,
    "category": {"name": "Ideas"},
}
COMMENT = {name: ITEM[name] for name in ("id", "createdAt", "updatedAt", "author", "reactions")}
# As in GitHub's schema.
NULLABLE = {
    ("author",),
    ("closedAt",),
    ("answerChosenAt",),
    ("isAnswered",),
    ("labels",),
    ("reactionGroups",),
}
CASES = {
    "issue": (ISSUE, parsing.issue_row),
    "discussion": (DISCUSSION, parsing.discussion_row),
    "comment": (COMMENT, lambda node: parsing.comment_row(node, {"id": "I_1", "repository": "a/b"}, "ISSUE")),
}


def test_an_issue() -> None:
    row = parsing.issue_row(ISSUE)

    assert row["labels"] == '["bug"]'
    assert (row["reaction_count"], row["thumbs_up_count"], row["comment_count"]) == (5, 2, 4)
    assert row["updated_at"].isoformat() == "2026-06-01T23:02:03+00:00"


def test_a_ghost_has_no_author_and_an_unanswerable_discussion_no_answer() -> None:
    assert parsing.issue_row({**ISSUE, "author": None})["author"] is None
    assert parsing.discussion_row(DISCUSSION)["is_answered"] is False
    assert parsing.discussion_row({**DISCUSSION, "isAnswered": True})["is_answered"] is True


def test_a_new_field_is_no_reason_to_fail() -> None:
    assert parsing.issue_row({**ISSUE, "brandNew": {"x": [1]}}) == parsing.issue_row(ISSUE)


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def with_change(node: Mapping[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(dict(node))
    target: Any = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


def without(node: Mapping[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(dict(node))
    target: Any = changed
    for key in path[:-1]:
        target = target[key]
    del target[path[-1]]
    return changed


wrong = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}), st.just([None])
)


@pytest.mark.parametrize("name", CASES)
@settings(deadline=None)
@given(data=st.data())
def test_any_wrong_value_anywhere_is_a_typed_error_or_a_right_value(name: str, data: st.DataObject) -> None:
    node, row_of = CASES[name]
    path = data.draw(st.sampled_from(list(places(node))))
    value = data.draw(wrong)
    right = row_of(node)

    try:
        found = row_of(with_change(node, path, value))
    except UnexpectedAnswer:
        return
    # What passed is of the types that the table has, so it was a right value.
    assert found.keys() == right.keys()
    for column, cell in found.items():
        may_be_none = column in ("author", "closed_at", "answered_at")
        assert (may_be_none and cell is None) or right[column] is None or type(cell) is type(right[column])


@pytest.mark.parametrize("name", CASES)
def test_any_missing_field_is_a_typed_error(name: str) -> None:
    node, row_of = CASES[name]
    for path in places(node):
        if isinstance(path[-1], int):
            continue
        with pytest.raises(UnexpectedAnswer, match=path[-1]):
            row_of(without(node, path))


@pytest.mark.parametrize("name", CASES)
def test_only_what_github_documents_as_nullable_may_be_null(name: str) -> None:
    node, row_of = CASES[name]
    for path in places(node):
        changed = with_change(node, path, None)
        if path in NULLABLE:
            row_of(changed)
        else:
            with pytest.raises(UnexpectedAnswer):
                row_of(changed)


def test_labels_beyond_one_page_are_not_dropped() -> None:
    with pytest.raises(UnexpectedAnswer, match="1 of 2 labels"):
        parsing.issue_row({**ISSUE, "labels": {"totalCount": 2, "nodes": [{"name": "bug"}]}})


@pytest.mark.parametrize(
    "search",
    [
        {"nodes": None, "pageInfo": {"hasNextPage": False, "endCursor": None}},
        {"nodes": ["text"], "pageInfo": {"hasNextPage": False, "endCursor": None}},
        {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}},
        {"nodes": [], "pageInfo": {"hasNextPage": 1, "endCursor": None}},
        {"nodes": []},
        None,
    ],
)
def test_a_page_of_another_shape_is_a_typed_error(search: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        parsing.connection({"search": search}, "search")


def failure(body: object, retry_after: float | None = None) -> Exception | None:
    return failure_in(HttpAnswer(200, {}, body, retry_after))


def errors(*kinds: str | None, message: str = "words") -> dict[str, object]:
    return {"data": None, "errors": [{"type": kind, "message": message} for kind in kinds]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (errors("RATE_LIMITED"), RateLimited),
        (errors("RATE_LIMIT"), RateLimited),
        (errors(None, message="You have exceeded a secondary rate limit."), RateLimited),
        (errors(None, message="Something went wrong while executing your query."), ServerError),
        (errors("MAX_NODE_LIMIT_EXCEEDED"), QueryTooExpensive),
        (errors("RESOURCE_LIMITS_EXCEEDED"), QueryTooExpensive),
        (errors("FORBIDDEN"), Forbidden),
        (errors(None, "NOT_FOUND"), NotFound),
        (errors(None, message="Field 'x' doesn't exist on type 'Issue'"), QueryRejected),
        ({"data": {"search": {}}, "errors": [{"message": "partly"}]}, QueryRejected),
        ({"errors": "what"}, QueryRejected),
        ({"data": None}, UnexpectedAnswer),
        ({"data": []}, UnexpectedAnswer),
        ({}, UnexpectedAnswer),
        ([], UnexpectedAnswer),
        (None, UnexpectedAnswer),
    ],
)
def test_failures_in_successful_answers(body: object, kind: type[Exception]) -> None:
    assert type(failure(body)) is kind


def test_whole_data_is_no_failure() -> None:
    assert failure({"data": {"search": {}}}) is None


def test_a_secondary_limit_without_a_time_asks_for_a_minute() -> None:
    told = errors(None, message="You have exceeded a secondary rate limit.")

    assert [getattr(failure(told, wait), "retry_after", None) for wait in (None, 5.0)] == [60.0, 5.0]
