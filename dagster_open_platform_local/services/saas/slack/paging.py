"""Pages by cursor.

What belongs here: `limit`, `cursor` and `next_cursor`. What does not: what is on a page.
Source: https://docs.slack.dev/apis/web-api/pagination: cursors are texts to be given back as they are, such as
`bmV4dF90czoxNTEyMDg1ODYxMDAwNTQz`, which is base64 of `next_ts:1512085861000543`; an empty one says that there is no more.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from dagster_open_platform_local.services.saas.slack.errors import SlackError


def limit_of(arguments: Mapping[str, Any], default: int, most: int) -> int:
    """How many items a page may have.

    Raises:
        SlackError: The argument is not a number from 1 to `most`.
    """
    text = str(arguments.get("limit") or default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise SlackError("invalid_limit")
    return int(text)


def encoded(kind: str, value: str) -> str:
    """A cursor."""
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def decoded(kind: str, arguments: Mapping[str, Any]) -> str:
    """What the cursor of a call points to; empty if it has none.

    Raises:
        SlackError: It is not a cursor of this kind.
    """
    cursor = str(arguments.get("cursor") or "")
    if not cursor:
        return ""
    try:
        found, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise SlackError("invalid_cursor") from error
    if found != kind or not value:
        raise SlackError("invalid_cursor")
    return value


def page(
    items: Sequence[Mapping[str, Any]], name: str, kind: str, arguments: Mapping[str, Any], default: int
) -> dict[str, Any]:
    """A page of objects that have ids.

    Args:
        items: All of them, always in the same order.
        name: Of the field that has the page's.
        kind: Of cursor.
        arguments: Of the call.
        default: How many, if it does not say.

    Raises:
        SlackError: The limit or the cursor is not one.
    """
    limit, first = limit_of(arguments, default, 1000), decoded(kind, arguments)
    start = next((place for place, item in enumerate(items) if item["id"] == first), None) if first else 0
    if start is None:
        raise SlackError("invalid_cursor")
    following = items[start + limit : start + limit + 1]
    cursor = encoded(kind, following[0]["id"]) if following else ""
    return {name: list(items[start : start + limit]), "response_metadata": {"next_cursor": cursor}}
