"""Lists of users, API keys and workspaces.

What belongs here: filters and pages, and the shape of their answers. Sources: https://platform.claude.com/docs/en/api/admin/users/list,
https://platform.claude.com/docs/en/api/admin/api_keys/list and https://platform.claude.com/docs/en/api/admin/workspaces/list.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import QueryParams

from dagster_open_platform_local.services.saas.anthropic import queries
from dagster_open_platform_local.services.saas.anthropic.account import AnthropicAccount
from dagster_open_platform_local.services.saas.anthropic.errors import invalid, not_found
from dagster_open_platform_local.services.saas.anthropic.stamps import Stamping

Json = dict[str, Any]
_MOMENTS = ("added_at", "created_at", "archived_at", "expires_at")
_STATUSES = ("active", "inactive", "archived")


def users(account: AnthropicAccount, query: QueryParams, stamp: Stamping) -> Json:
    """`GET /v1/organizations/users`."""
    wanted = query.get("email")
    return _page([each for each in account.users if wanted in (None, each["email"])], query, stamp)


def api_keys(account: AnthropicAccount, query: QueryParams, stamp: Stamping) -> Json:
    """`GET /v1/organizations/api_keys`."""
    status, workspace, user = (query.get(name) for name in ("status", "workspace_id", "created_by_user_id"))
    if status not in (None, *_STATUSES):
        raise invalid("status: Input should be 'active', 'inactive' or 'archived'")
    found = [
        each
        for each in account.api_keys
        if status in (None, each["status"])
        and workspace in (None, each["workspace_id"])
        and user in (None, each["created_by"]["id"])
    ]
    return _page(found, query, stamp)


def workspaces(account: AnthropicAccount, query: QueryParams, stamp: Stamping) -> Json:
    """`GET /v1/organizations/workspaces`; those that are archived are left out unless they are asked for."""
    with_archived = query.get("include_archived") == "true"
    found = [each for each in account.workspaces if with_archived or each["archived_at"] is None]
    return _page(found, query, stamp)


def one(items: Sequence[Json], item_id: str, stamp: Stamping) -> Json:
    """One item by its id.

    Raises:
        ApiError: 404: there is none.
    """
    for each in items:
        if each["id"] == item_id:
            return _shown(each, stamp)
    raise not_found()


def _page(items: Sequence[Json], query: QueryParams, stamp: Stamping) -> Json:
    limit = queries.whole(query, "limit", 20, 1000)
    after, before = query.get("after_id"), query.get("before_id")
    if after is not None and before is not None:
        raise invalid("after_id and before_id cannot both be given")
    if before is not None:
        end = _place(items, before, "before_id")
        start = max(0, end - limit)
        has_more = start > 0
    else:
        start = 0 if after is None else _place(items, after, "after_id") + 1
        end = start + limit
        has_more = end < len(items)
    data = [_shown(each, stamp) for each in items[start:end]]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {"data": data, "has_more": has_more, "first_id": first, "last_id": last}


def _place(items: Sequence[Json], item_id: str, name: str) -> int:
    for index, each in enumerate(items):
        if each["id"] == item_id:
            return index
    raise invalid(f"{name}: Invalid cursor")


def _shown(item: Mapping[str, Any], stamp: Stamping) -> Json:
    return {
        name: stamp(value) if name in _MOMENTS and value is not None else value
        for name, value in item.items()
    }
