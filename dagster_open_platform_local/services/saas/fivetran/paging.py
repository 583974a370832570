"""Collections in pages.

What belongs here: https://fivetran.com/docs/rest-api/pagination. The cursor is opaque to clients.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from dagster_open_platform_local.services.saas.fivetran.errors import invalid_input

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000


def page(items: Sequence[Any], query: Mapping[str, str]) -> dict[str, Any]:
    """The `data` of an answer.

    Args:
        items: All there are.
        query: Of the call, with `limit` and `cursor`.

    Raises:
        ApiError: 400: one of them is wrong.
    """
    limit, start = _limit(query.get("limit")), _start(query.get("cursor"))
    found: dict[str, Any] = {"items": list(items[start : start + limit])}
    if start + limit < len(items):
        cursor = json.dumps({"skip": start + limit}, separators=(",", ":")).encode()
        found["nextCursor"] = base64.urlsafe_b64encode(cursor).decode().rstrip("=")
    return found


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not text.isdecimal() or not 1 <= int(text) <= MAX_LIMIT:
        raise invalid_input(f"Limit must be in the range 1..{MAX_LIMIT}")
    return int(text)


def _start(text: str | None) -> int:
    if text is None:
        return 0
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["skip"]
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise invalid_input("Invalid cursor") from error
    if not isinstance(found, int) or found < 0:
        raise invalid_input("Invalid cursor")
    return found
