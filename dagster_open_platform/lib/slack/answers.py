"""From Slack's answers to values and errors.

What belongs here: the envelope, error codes, fields and their types. What does not: methods and paging (`client.py`).
Sources: https://docs.slack.dev/apis/web-api (envelope), https://docs.slack.dev/reference/methods (each method's page lists its errors).
"""

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from dagster_open_platform.lib.http import (
    Forbidden,
    HttpAnswer,
    MalformedResponse,
    NotFound,
    RateLimited,
    RequestRejected,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.lib.http_fields import Fields
from dagster_open_platform.lib.slack.errors import AnalyticsNotReady, ChannelNotFound, UnexpectedAnswer
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_FIELDS = Fields("Slack", UnexpectedAnswer)
member, optional = _FIELDS.member, _FIELDS.optional
_LONGEST = 300
_TS = re.compile(r"\d+\.\d{6}")
_GZIP = b"\x1f\x8b"

_KINDS: Mapping[str, type[PermanentFailure] | type[RetryableFailure]] = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"), Unauthorized
    ),
    **dict.fromkeys(
        ("missing_scope", "not_allowed_token_type", "no_permission", "access_denied", "ekm_access_denied"),
        Forbidden,
    ),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_archived"), ChannelNotFound),
    **dict.fromkeys(("message_not_found", "thread_not_found", "file_not_found", "user_not_found"), NotFound),
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), RateLimited),
    **dict.fromkeys(("internal_error", "fatal_error", "service_unavailable", "request_timeout"), ServerError),
    "file_not_yet_available": AnalyticsNotReady,
}


def ts_of(node: Any) -> str:
    """The `ts` of a message, or of an edit.

    Raises:
        UnexpectedAnswer: There is none, or it is not seconds with decimals.
    """
    ts = member(node, "ts", str)
    if not _TS.fullmatch(ts):
        raise UnexpectedAnswer("Slack's answer has a ts that is not seconds with six decimals.")
    return ts


def judge_of(
    redacted: Callable[[str], str],
) -> Callable[[HttpAnswer], PermanentFailure | RetryableFailure | None]:
    """Finds the failure in an envelope `{"ok": false, "error": "…"}`, which Slack sends with status 200.

    Args:
        redacted: Blanks secrets out.
    """

    def judge(answer: HttpAnswer) -> PermanentFailure | RetryableFailure | None:
        body = answer.body
        if not isinstance(body, Mapping) or not isinstance(body.get("ok"), bool):
            return MalformedResponse("Slack's answer has no `ok`: something else answers in its place.")
        if body["ok"]:
            return None
        code = str(body.get("error") or "no error code")
        details = [str(body[name]) for name in ("needed", "provided", "detail") if body.get(name)]
        notes = body.get("response_metadata")
        if isinstance(notes, Mapping) and isinstance(notes.get("messages"), list):
            details += [str(each) for each in notes["messages"]]
        # Blanked out before it is cut: half a secret would not be recognized.
        said = redacted(" ".join([code, *details]))[:_LONGEST]
        kind = _KINDS.get(code, RequestRejected)
        message = f"Slack answers {said}.{_advice(code)}"
        if issubclass(kind, RetryableFailure):
            return kind(message, retry_after=answer.retry_after)
        return kind(message)

    return judge


def _advice(code: str) -> str:
    if code == "not_in_channel":
        return " Invite the bot into the channel."
    if code == "missing_scope":
        return " Add the scope that is needed to the app, and install it again."
    if code == "not_allowed_token_type":
        return " The method wants a token of another kind: bots cannot read analytics."
    if _KINDS.get(code) is Unauthorized:
        return " Check the token."
    return ""


def analytics_of(content: bytes) -> Any:
    """The file of a day: gzip of an object a line. A failure comes as JSON instead, and is given as it is.

    Returns:
        `{"ok": true, "rows": [...]}`, so that the envelope is judged alike.

    Raises:
        ValueError: It is neither, or it breaks off.
    """
    if not content.startswith(_GZIP):
        return orjson.loads(content)
    try:
        lines = gzip.decompress(content).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"a gzip that cannot be read: {error}") from None
    # One document of all lines is parsed several times as fast as one a line.
    return {"ok": True, "rows": orjson.loads(b"[" + b",".join(line for line in lines if line.strip()) + b"]")}
