"""Parameters of a call.

What belongs here: reading them, and what is said of wrong ones. What does not: what they do.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import QueryParams

from dagster_open_platform_local.services.saas.anthropic.errors import invalid


def whole(query: QueryParams, name: str, default: int, most: int) -> int:
    """A number from 1 to the most.

    Raises:
        ApiError: 400: it is not one.
    """
    text = query.get(name)
    if text is None:
        return default
    if not text.isdecimal():
        raise invalid(f"{name}: Input should be a valid integer, unable to parse string as an integer")
    if not 1 <= int(text) <= most:
        bound = f"less than or equal to {most}" if int(text) > most else "greater than or equal to 1"
        raise invalid(f"{name}: Input should be {bound}")
    return int(text)


def moment(query: QueryParams, name: str, default: int | None = None) -> int:
    """A moment in RFC 3339, in Unix seconds.

    Raises:
        ApiError: 400: it is missing and must not be, or is none.
    """
    text = query.get(name)
    if text is None:
        if default is None:
            raise invalid(f"{name}: Field required")
        return default
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"{name}: Input should be a valid datetime") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def chosen(query: QueryParams, name: str, allowed: Sequence[str], most: int) -> list[str]:
    """Values of a list such as `group_by[]`.

    Raises:
        ApiError: 400: one is unknown, or there are too many.
    """
    found = query.getlist(f"{name}[]")
    for value in found:
        if value not in allowed:
            expected = ", ".join(f"'{each}'" for each in allowed)
            raise invalid(f"{name}: Input should be {expected}")
    if len(found) > most:
        raise invalid(f"{name}: List should have at most {most} items")
    return found


def page_token(content: dict[str, Any]) -> str:
    """An opaque token of a page."""
    return "page_" + base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def of_page_token(text: str, name: str) -> int:
    """The number in a token.

    Raises:
        ApiError: 400: it is no token.
    """
    try:
        encoded = text.removeprefix("page_")
        found = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))[name]
    except (binascii.Error, ValueError, TypeError, KeyError):
        raise invalid("page: Invalid page token") from None
    if not isinstance(found, int) or found < 0:
        raise invalid("page: Invalid page token")
    return found
