"""The client: all pages, and no page that is not one."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_open_platform.lib.anthropic.errors import UnexpectedAnswer
from dagster_open_platform.lib.anthropic.protocol import AdminApi
from dagster_open_platform.lib.anthropic.resource import AnthropicResource
from dagster_open_platform.lib.http import (
    Forbidden,
    MalformedResponse,
    RateLimited,
    RequestRejected,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.lib.http_resource import MissingCredentials
from dagster_open_platform_local.services.saas.anthropic.app import Limits
from dagster_open_platform_tests.fixtures.anthropic import KEY, TODAY, api_of, company_account, in_process

DAY = dt.date(2026, 7, 15)
ASKED: dict[str, Callable[[AdminApi], Any]] = {
    "usage": lambda api: api.usage(DAY, TODAY),
    "cost": lambda api: api.cost(DAY, TODAY),
    "claude_code": lambda api: [record for page in api.claude_code(DAY) for record in page],
    "api_keys": lambda api: api.api_keys(),
    "users": lambda api: api.users(),
}
LISTS = ("api_keys", "users")


def scripted(*bodies: Any, status: int = 200) -> tuple[AnthropicResource, list[Request]]:
    """Gives one body after the other, the last one again and again, and notes the calls."""
    calls: list[Request] = []

    async def answer(request: Request) -> Response:
        calls.append(request)
        return JSONResponse(bodies[min(len(calls), len(bodies)) - 1], status)

    return in_process(Starlette(routes=[Route("/{path:path}", answer)])), calls


def test_all_of_the_company_is_read() -> None:
    account = company_account()
    with in_process(api_of()).connect() as api:
        assert [each["id"] for each in api.users()] == [each["id"] for each in account.users]
        assert [each["id"] for each in api.api_keys()] == [each["id"] for each in account.api_keys]
        first = dt.date(2026, 6, 1)
        # More than a page of each.
        assert len(api.usage(first, TODAY)) == 24 * (TODAY - first).days
        assert len(api.cost(first, TODAY)) == (TODAY - first).days


def test_pages_are_asked_for_by_their_cursor() -> None:
    one, two = {"id": "a"}, {"id": "b"}
    resource, calls = scripted(
        {"data": [one], "has_more": True, "next_page": "page_x", "last_id": "a"},
        {"data": [two], "has_more": False, "next_page": None, "last_id": "b"},
    )
    with resource.connect() as api:
        for name, ask in ASKED.items():
            calls.clear()
            assert list(ask(api)) == [one, two], name
            cursor = ("after_id", "a") if name in LISTS else ("page", "page_x")
            assert cursor not in calls[0].query_params.multi_items()
            rest = [item for item in calls[1].query_params.multi_items() if item != cursor]
            # The same question, so that a page continues the one before it.
            assert rest == calls[0].query_params.multi_items()
            assert len(rest) == len(calls[1].query_params.multi_items()) - 1


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"data": [], "has_more": True, "next_page": "same", "last_id": "same"}, "came twice"),
        ({"data": [], "has_more": True, "next_page": None, "last_id": None}, "does not say where"),
        ({"data": [], "has_more": True}, "does not say where"),
        ({"data": [], "has_more": True, "next_page": 5, "last_id": 5}, "does not say where"),
        ({"data": []}, "whether there are more"),
        ({"data": [], "has_more": "no"}, "whether there are more"),
    ],
)
def test_paging_that_does_not_end_or_is_not_told_is_an_error(name: str, body: Any, told: str) -> None:
    resource, calls = scripted(body)
    with resource.connect() as api, pytest.raises(UnexpectedAnswer, match=told):
        ASKED[name](api)
    assert len(calls) <= 2


@pytest.mark.parametrize("body", [None, [], {}, {"data": None}, {"data": {}}, "text", {"error": "none"}])
def test_what_is_no_page_is_never_an_empty_list(body: Any) -> None:
    resource, _ = scripted(body)
    for ask in ASKED.values():
        with resource.connect() as api, pytest.raises(MalformedResponse):
            ask(api)


def test_an_error_that_looks_like_success_is_one_without_the_key() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": f"{KEY.value} is overloaded"}}
    resource, _ = scripted(error)
    with resource.connect() as api, pytest.raises(RequestRejected, match="is overloaded") as caught:
        api.users()
    assert KEY.value not in str(caught.value.description)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Unauthorized), (403, Forbidden), (429, RateLimited), (529, ServerError)]
)
def test_errors_are_typed(status: int, kind: type[Exception]) -> None:
    resource, _ = scripted({"type": "error", "error": {"type": "x", "message": "y"}}, status=status)
    with resource.connect() as api, pytest.raises(kind):
        api.users()


def test_a_used_up_limit_says_how_long() -> None:
    with in_process(api_of(limits=Limits(1))).connect() as api:
        api.users()
        with pytest.raises(RateLimited, match="asks to wait 60 s"):
            api.users()


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_ADMIN_API_KEY", raising=False)
    with pytest.raises(MissingCredentials, match="ANTHROPIC_ADMIN_API_KEY"), AnthropicResource().connect():
        raise AssertionError("opened with nothing set")
