"""The methods of Slack's Web API that the platform calls.

What belongs here: what each does, and its errors. What does not: authentication and arguments (`app.py`), what messages look like on a
page (`page.py`). Source of each method's arguments, errors, scope and answer: its page under https://docs.slack.dev/reference/methods.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.responses import JSONResponse, Response

from dagster_open_platform_local.company.slack.members import ENTERPRISE_ID, TEAM_ID, WORKSPACE
from dagster_open_platform_local.services.saas.slack import objects
from dagster_open_platform_local.services.saas.slack.blocks import check_blocks
from dagster_open_platform_local.services.saas.slack.errors import SlackError
from dagster_open_platform_local.services.saas.slack.limits import SlackLimiter
from dagster_open_platform_local.services.saas.slack.paging import decoded, encoded, limit_of, page
from dagster_open_platform_local.services.saas.slack.store import SlackStore, StoredMessage
from dagster_open_platform_local.services.saas.slack.workspace import Workspace

_LATEST = "9999999999.999999"
_TEXT_MOST, _METADATA_MOST, _ALT_TEXT_MOST = 40_000, 8_000, 1000
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Method:
    """A method.

    Args:
        scope: What a token needs for it. Empty: nothing.
        answer: Answers the arguments of a call; the second argument is the emulator's address with a slash at its end.
        takes_json: Whether its arguments may be a JSON body.
    """

    scope: str
    answer: Callable[[Arguments, str], dict[str, Any] | Response]
    takes_json: bool = True


class SlackMethods:
    """All methods, over a workspace.

    Args:
        workspace: Members and channels.
        store: Messages and files.
        limiter: Counts messages.
    """

    def __init__(self, workspace: Workspace, store: SlackStore, limiter: SlackLimiter) -> None:
        self._workspace = workspace
        self._store = store
        self._limiter = limiter

    def by_name(self) -> Mapping[str, Method]:
        """All of them."""
        return {
            "auth.test": Method("", self._auth_test),
            "users.list": Method("users:read", self._users),
            "conversations.list": Method("channels:read", self._conversations),
            "conversations.history": Method("channels:history", self._history),
            "conversations.replies": Method("channels:history", self._replies),
            "chat.postMessage": Method("chat:write", self._post),
            "chat.update": Method("chat:write", self._update),
            "chat.getPermalink": Method("", self._permalink),
            "files.getUploadURLExternal": Method("files:write", self._upload_url, takes_json=False),
            "files.completeUploadExternal": Method("files:write", self._complete),
            "files.info": Method("files:read", self._file),
            "admin.analytics.getFile": Method("admin.analytics:read", self._analytics, takes_json=False),
        }

    def _auth_test(self, _arguments: Arguments, _base: str) -> dict[str, Any]:
        return {
            "url": f"https://{WORKSPACE}.slack.com/",
            "team": "Dagster Community",
            "user": "dagster_platform",
            "team_id": TEAM_ID,
            "user_id": objects.BOT_USER_ID,
            "bot_id": objects.BOT_ID,
            "enterprise_id": ENTERPRISE_ID,
            "is_enterprise_install": False,
        }

    def _users(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        found = page(self._workspace.now().users, "members", "user", arguments, 1000)
        return {**found, "cache_ts": int(self._store.clock())}

    def _conversations(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        types = {each.strip() for each in str(arguments.get("types") or "public_channel").split(",")}
        if types - {"public_channel", "private_channel", "mpim", "im"}:
            raise SlackError("invalid_types")
        without_archived = _truth(arguments, "exclude_archived")
        chosen = [
            channel
            for channel in self._workspace.now().channels.values()
            if ("private_channel" if channel["is_private"] else "public_channel") in types
            and not (without_archived and channel["is_archived"])
        ]
        return page(chosen, "channels", "channel", arguments, 100)

    def _history(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        channel = self._open_channel(arguments)
        limit = limit_of(arguments, 100, 999)
        oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or _LATEST)
        if not _truth(arguments, "inclusive"):
            oldest = f"{oldest}!" if oldest != "0" else oldest  # sorts right behind
        elif latest != _LATEST:
            latest = f"{latest}!"
        before = min(decoded("next_ts", arguments) or latest, latest)
        found = self._store.history(channel["id"], oldest, before, limit + 1)
        has_more = len(found) > limit
        cursor = encoded("next_ts", found[limit - 1].ts) if has_more else ""
        with_payload = _truth(arguments, "include_all_metadata")
        return {
            "messages": [self._shown(each, with_payload) for each in found[:limit]],
            "has_more": has_more,
            "pin_count": 0,
            "response_metadata": {"next_cursor": cursor},
        }

    def _replies(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        channel = self._open_channel(arguments)
        parent = self._store.message(channel["id"], _needed(arguments, "ts"))
        if parent is None:
            raise SlackError("thread_not_found")
        limit, after = limit_of(arguments, 1000, 1000), decoded("next_ts", arguments)
        following = self._store.replies(channel["id"], parent.ts, after, limit + 1)
        found = following if after else [parent, *following]
        shown, has_more = found[:limit], len(found) > limit
        cursor = encoded("next_ts", shown[-1].ts) if has_more else ""
        with_payload = _truth(arguments, "include_all_metadata")
        return {
            "messages": [self._shown(each, with_payload) for each in shown],
            "has_more": has_more,
            "response_metadata": {"next_cursor": cursor},
        }

    def _shown(self, message: StoredMessage, with_payload: bool) -> dict[str, Any]:
        replies = [] if message.thread_ts else self._store.replies(message.channel, message.ts)
        latest = replies[-1].ts if replies else ""
        return objects.message_object(message, with_payload, len(replies), latest)

    def _post(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        channel = self._workspace.now().channel(_needed(arguments, "channel"))
        if channel["is_archived"]:
            raise SlackError("is_archived")
        if not channel["is_member"]:
            raise SlackError("not_in_channel")
        content, notes = self._content(arguments, {})
        thread = arguments.get("thread_ts")
        parent = self._store.message(channel["id"], str(thread)) if thread else None
        if thread and parent is None:
            raise SlackError("thread_not_found")
        self._limiter.take_message(channel["id"])
        # Who answers to an answer is in the same thread.
        thread_ts = (parent.thread_ts or parent.ts) if parent else None
        posted = self._store.add(channel["id"], content, thread_ts)
        return {"channel": channel["id"], "ts": posted.ts, "message": self._shown(posted, True), **notes}

    def _update(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        channel = self._open_channel(arguments)
        before = self._store.message(channel["id"], _needed(arguments, "ts"))
        if before is None:
            raise SlackError("message_not_found")
        content, notes = self._content(arguments, before.content)
        after = self._store.update(channel["id"], before.ts, content)
        if after is None:
            raise SlackError("message_not_found")
        shown = self._shown(after, True)
        return {"channel": channel["id"], "ts": after.ts, "text": shown["text"], "message": shown, **notes}

    def _content(
        self, arguments: Arguments, before: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a call posts, and what Slack has to say about it. What an update leaves out stays."""
        blocks = _structure(arguments, "blocks")
        if blocks:
            check_blocks(blocks, self._can_be_shown)
        text = arguments.get("text")
        if not text and not blocks:
            raise SlackError("no_text")
        content = {
            "text": str(text or "")[:_TEXT_MOST],
            "blocks": before.get("blocks") if blocks is None else blocks,
            "metadata": before.get("metadata"),
        }
        metadata, notes = _structure(arguments, "metadata"), {}
        if metadata is not None:
            if len(json.dumps(metadata)) > _METADATA_MOST:
                raise SlackError("metadata_too_large")
            usable = not metadata or _is_metadata(metadata)
            content["metadata"] = metadata if usable else None
            notes = {} if usable else {"response_metadata": {"warnings": ["invalid_metadata_format"]}}
        return {name: value for name, value in content.items() if value}, notes

    def _can_be_shown(self, file_id: str) -> bool:
        file = self._store.file(file_id)
        return file is not None and self._store.is_processed(file)

    def _permalink(self, arguments: Arguments, base: str) -> dict[str, Any]:
        channel = self._open_channel(arguments)
        message = self._store.message(channel["id"], _needed(arguments, "message_ts"))
        if message is None:
            raise SlackError("message_not_found")
        link = f"{base}archives/{channel['id']}/p{message.ts.replace('.', '')}"
        thread = f"?thread_ts={message.thread_ts}&cid={channel['id']}" if message.thread_ts else ""
        return {"channel": channel["id"], "permalink": link + thread}

    def _upload_url(self, arguments: Arguments, base: str) -> dict[str, Any]:
        name, length = _needed(arguments, "filename"), _needed(arguments, "length")
        alt_txt = str(arguments.get("alt_txt") or "")
        if not length.isdecimal() or not int(length):
            raise SlackError("invalid_arguments")
        if len(alt_txt) > _ALT_TEXT_MOST:
            raise SlackError("alt_txt_too_large")
        file_id, key = f"F{secrets.token_hex(5).upper()}", secrets.token_urlsafe(24)
        self._store.announce_file(file_id, key, name, alt_txt, int(length))
        return {"upload_url": f"{base}upload/v1/{key}", "file_id": file_id}

    def _complete(self, arguments: Arguments, _base: str) -> dict[str, Any]:
        files = _structure(arguments, "files")
        if not isinstance(files, list) or not files or not all(isinstance(each, dict) for each in files):
            raise SlackError("invalid_arguments")
        for each in files:
            if not self._store.complete_file(str(each.get("id"))):
                raise SlackError("file_not_found")
        return {"files": [{"id": each["id"], "title": each.get("title", "")} for each in files]}

    def _file(self, arguments: Arguments, base: str) -> dict[str, Any]:
        file = self._store.file(_needed(arguments, "file"))
        if file is None or file.completed is None:
            raise SlackError("file_not_found")
        return {"file": objects.file_object(file, self._store.is_processed(file), base), "comments": []}

    def _analytics(self, arguments: Arguments, _base: str) -> Response:
        if arguments.get("type") != "member":
            raise SlackError("invalid_type")
        try:
            day = date.fromisoformat(str(arguments.get("date")))
        except ValueError as error:
            raise SlackError("invalid_date") from error
        name = f"Dagster Member Analytics {day}.json.gz"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(self._workspace.analytics(day), 200, headers, media_type="application/gzip")

    def _open_channel(self, arguments: Arguments) -> dict[str, Any]:
        """The channel of a call that takes an id only."""
        channel_id = _needed(arguments, "channel")
        channel = self._workspace.now().channels.get(channel_id)
        if channel is None:
            raise SlackError("channel_not_found")
        if not channel["is_member"]:
            raise SlackError("not_in_channel")
        return channel


def success(found: dict[str, Any] | Response) -> Response:
    """The envelope of what a method answers."""
    return found if isinstance(found, Response) else JSONResponse({"ok": True, **found})


def _needed(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if value in (None, ""):
        notes = {"messages": [f"[ERROR] missing required field: {name}"]}
        raise SlackError("invalid_arguments", response_metadata=notes)
    return str(value)


def _truth(arguments: Arguments, name: str) -> bool:
    return str(arguments.get(name, "")).lower() in ("1", "true")


def _structure(arguments: Arguments, name: str) -> Any:
    """An argument that is an array or an object; in a form it is JSON."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise SlackError("invalid_arguments") from error


def _is_metadata(metadata: Any) -> bool:
    return (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and bool(metadata["event_type"])
        and isinstance(metadata.get("event_payload"), dict)
    )
