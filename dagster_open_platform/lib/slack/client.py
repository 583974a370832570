"""Slack's Web API over HTTP.

What belongs here: methods, their arguments and paging. What does not: what the answers mean (`answers.py`), tables (`tables.py`).
Sources: https://docs.slack.dev/reference/methods, a page for each method; https://docs.slack.dev/apis/web-api/pagination (cursors),
https://docs.slack.dev/apis/web-api/rate-limits.
"""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from dagster_open_platform.lib.http import HttpAnswer, HttpClient, RequestRejected
from dagster_open_platform.lib.slack import answers
from dagster_open_platform.lib.slack.errors import ChannelNotFound, FileNotReady, UnexpectedAnswer
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import Identity, Node, Posted, PostedEvent
from dagster_open_platform.lib.slack.text import cut_plain

PAGE = 999
"""The most that `conversations.list` and `.history` give at once."""
_ALT_TEXT = 1000
_PROCESSING_LOOKS, _PROCESSING_SECONDS = 20, 0.5
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
"""Names of channels are in lower case."""

Upload = Callable[[str, bytes], None]
"""Sends a file's content to the address that Slack gave for it."""


class SlackClient:
    """Asks Slack.

    Args:
        http: Client of the API with the bot's token, whose base URL is `https://slack.com/api` or a replacement.
        analytics: Gives the client with the token of an organization's administrator; called once analytics are asked for.
        upload: Sends files.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        http: HttpClient,
        analytics: Callable[[], HttpClient],
        upload: Upload,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.http = http
        self._analytics = analytics
        self._upload = upload
        self._sleep = sleep
        self._channel_ids: dict[str, str] = {}
        self._bot_id: str | None = None

    def __repr__(self) -> str:
        return f"SlackClient({self.http!r})"

    def identity(self, administrator: bool = False) -> Identity:
        """Whose a token is (see the protocol)."""
        http = self._analytics() if administrator else self.http
        body = _body_of(http.request("GET", "/auth.test", judge=answers.judge_of(http.redacted)))
        return Identity(answers.member(body, "user", str), answers.member(body, "team", str))

    def users(self) -> Iterator[Sequence[Node]]:
        """All members (see the protocol)."""
        return self._pages("users.list", "members", {})

    def channels(self) -> Iterator[Sequence[Node]]:
        """All public channels (see the protocol)."""
        return self._channels("public_channel")

    def member_analytics(self, day: dt.date) -> Sequence[Node]:
        """What each member did on a day (see the protocol)."""
        http = self._analytics()
        answer = http.request(
            "GET",
            "/admin.analytics.getFile",
            params={"type": "member", "date": day.isoformat()},
            reader=answers.analytics_of,
            judge=answers.judge_of(http.redacted),
        )
        return answers.member(answer.body, "rows", list)

    def post(self, channel: str, message: Message, thread: Posted | None = None) -> Posted:
        """Post a message (see the protocol)."""
        arguments = {"channel": self._channel_id(channel), **message.as_json()}
        if thread is not None:
            arguments["thread_ts"] = thread.ts
        body = self._send("chat.postMessage", arguments, safe_to_repeat=False)
        return Posted(answers.member(body, "channel", str), answers.ts_of(body))

    def update(self, posted: Posted, message: Message) -> None:
        """Replace a message (see the protocol)."""
        # What an update leaves out stays: blocks and metadata that the new message has not are taken away by empty ones.
        empty = {"blocks": [], "metadata": {}}
        arguments = {"channel": posted.channel_id, "ts": posted.ts, **empty, **message.as_json()}
        self._send("chat.update", arguments, safe_to_repeat=True)

    def permalink(self, posted: Posted) -> str:
        """The address of a message (see the protocol)."""
        body = self._get("chat.getPermalink", {"channel": posted.channel_id, "message_ts": posted.ts})
        return answers.member(body, "permalink", str)

    def posted(self, channel: str, since: dt.datetime, event_type: str) -> Sequence[PostedEvent]:
        """The messages of ours in a channel (see the protocol)."""
        micros = (since - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
        oldest = f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
        channel_id = self._channel_id(channel)
        arguments = {
            "channel": channel_id,
            "oldest": oldest,
            "inclusive": "true",
            "include_all_metadata": "true",
        }
        found = chain.from_iterable(self._pages("conversations.history", "messages", arguments))
        return self._events(channel_id, found, event_type, lambda ts, thread_ts: thread_ts in (None, ts))

    def replies(self, posted: Posted, event_type: str) -> Sequence[PostedEvent]:
        """The messages of ours in a thread (see the protocol)."""
        arguments = {"channel": posted.channel_id, "ts": posted.ts, "include_all_metadata": "true"}
        found = chain.from_iterable(self._pages("conversations.replies", "messages", arguments))
        return self._events(posted.channel_id, found, event_type, lambda ts, _: ts != posted.ts)

    def upload_image(self, png: bytes, filename: str, alt_text: str) -> str:
        """Upload an image (see the protocol)."""
        arguments = {"filename": filename, "length": len(png), "alt_txt": cut_plain(alt_text, _ALT_TEXT)}
        body = self._get("files.getUploadURLExternal", arguments)
        file_id = answers.member(body, "file_id", str)
        self._upload(answers.member(body, "upload_url", str), png)
        self._send("files.completeUploadExternal", {"files": [{"id": file_id}]}, safe_to_repeat=True)
        # A message with an image that Slack has not looked at yet is refused as invalid blocks.
        for _ in range(_PROCESSING_LOOKS):
            found = answers.member(self._get("files.info", {"file": file_id}), "file", Mapping)
            if found.get("mimetype"):
                return file_id
            self._sleep(_PROCESSING_SECONDS)
        raise FileNotReady(f"Slack has not processed the image {filename} within {_PROCESSING_LOOKS} looks.")

    def _events(
        self,
        channel_id: str,
        messages: Iterator[Node],
        event_type: str,
        wanted: Callable[[str, str | None], bool],
    ) -> list[PostedEvent]:
        found: list[PostedEvent] = []
        for node in messages:
            ts = answers.ts_of(node)
            metadata = answers.member(node, "metadata", Mapping) if node.get("metadata") else {}
            if metadata.get("event_type") != event_type or not wanted(ts, node.get("thread_ts")):
                continue
            # Anybody's app may post the same event type.
            if node.get("bot_id") != self._own_bot_id():
                continue
            edited = Posted(channel_id, answers.ts_of(node["edited"])).at if node.get("edited") else None
            payload = answers.member(metadata, "event_payload", dict)
            found.append(PostedEvent(Posted(channel_id, ts), event_type, payload, edited))
        return sorted(found, key=lambda event: event.posted.at)

    def _own_bot_id(self) -> str:
        if self._bot_id is None:
            self._bot_id = answers.member(self._get("auth.test", {}), "bot_id", str)
        return self._bot_id

    def _channel_id(self, channel: str) -> str:
        """The id of a channel that is given by name or id."""
        name = channel.removeprefix("#")
        if not channel.startswith("#") and _CHANNEL_ID.fullmatch(name):
            return name
        if name not in self._channel_ids:
            for node in chain.from_iterable(self._channels("public_channel,private_channel")):
                self._channel_ids[answers.member(node, "name", str)] = answers.member(node, "id", str)
        if name not in self._channel_ids:
            raise ChannelNotFound(
                f"Slack has no channel {channel} that the bot sees: invite it, or mend the name."
            )
        return self._channel_ids[name]

    def _channels(self, types: str) -> Iterator[Sequence[Node]]:
        return self._pages("conversations.list", "channels", {"types": types, "exclude_archived": "false"})

    def _send(self, method: str, arguments: Mapping[str, Any], safe_to_repeat: bool) -> Mapping[str, Any]:
        return _body_of(
            self.http.request(
                "POST",
                f"/{method}",
                json=arguments,
                safe_to_repeat=safe_to_repeat,
                repeat_when_limited=True,
                judge=answers.judge_of(self.http.redacted),
            )
        )

    def _get(self, method: str, arguments: Mapping[str, str | int]) -> Mapping[str, Any]:
        judge = answers.judge_of(self.http.redacted)
        return _body_of(self.http.request("GET", f"/{method}", params=arguments, judge=judge))

    def _pages(self, method: str, items: str, arguments: Mapping[str, str | int]) -> Iterator[Sequence[Node]]:
        """The items of each page; a page is asked for when the one before it is used up."""
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            page = {**arguments, "limit": PAGE, **({"cursor": cursor} if cursor else {})}
            body = self._get(method, page)
            yield answers.member(body, items, list)
            metadata = answers.optional(body, "response_metadata", Mapping) or {}
            cursor = answers.optional(metadata, "next_cursor", str)
            if not cursor:
                return
            if cursor in seen:
                raise UnexpectedAnswer(f"Slack's paging of {method} does not move on: one cursor came twice.")
            seen.add(cursor)


def upload_to(client_of: Callable[[str], HttpClient]) -> Upload:
    """Sends files as Slack wants it: the bytes, to an address of its own, without the token.

    Args:
        client_of: Gives a client of a base URL.
    """

    def upload(url: str, content: bytes) -> None:
        parts = urlsplit(url)
        if not parts.path.strip("/"):
            raise RequestRejected("Slack gave an address for an upload that has no path.")
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        with client_of(f"{parts.scheme}://{parts.netloc}") as http:
            # Sent again after failures: the file is only there once the upload is completed.
            http.request("POST", path, content=content, safe_to_repeat=True, reader=lambda body: len(body))

    return upload


def _body_of(answer: HttpAnswer) -> Mapping[str, Any]:
    return answer.body
