"""Slack in memory: for tests of whatever asks the protocol.

What belongs here: messages, members and failures as a test says. What does not: HTTP, pages of messages (those are the emulator's).
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dagster_open_platform.lib.http import NotFound
from dagster_open_platform.lib.slack.errors import AnalyticsNotReady, ChannelNotFound
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import Identity, Node, Posted, PostedEvent
from dagster_open_platform.utils.fake_calls import FakeCalls


@dataclass(frozen=True)
class FakeMessage:
    """A message.

    Args:
        posted: Where it is.
        channel: Name of the channel, without `#`.
        message: As it was posted, or last updated.
        thread_ts: Of the message that it answers to. None: it is one of its own.
        edited_at: When it was last updated. None: never.
    """

    posted: Posted
    channel: str
    message: Message
    thread_ts: str | None = None
    edited_at: dt.datetime | None = None

    @property
    def text(self) -> str:
        """Its text with all its blocks' texts, for tests that look for words."""
        return str(self.message.as_json())


class FakeSlack(FakeCalls):
    """Slack (see the protocol).

    Args:
        channels: Names of the channels that the bot is in; default: any name is one.
        users: Members.
        analytics: What members did, by day.
        clock: The time now, aware. Messages that are posted within one microsecond get different ids nevertheless.
    """

    def __init__(
        self,
        channels: Sequence[str] | None = None,
        users: Sequence[Node] = (),
        analytics: Mapping[dt.date, Sequence[Node]] | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC),
    ) -> None:
        super().__init__()
        self.clock = clock
        self.messages: list[FakeMessage] = []
        self.images: dict[str, bytes] = {}
        self._any_channel = channels is None
        self._ids = {name: f"C{number:08d}" for number, name in enumerate(channels or (), 1)}
        self._users, self._analytics = list(users), dict(analytics or {})
        self._last_ts = 0

    def in_channel(self, name: str) -> list[FakeMessage]:
        """The messages of a channel, also those in threads, oldest first."""
        return [each for each in self.messages if each.channel == name.removeprefix("#")]

    def thread_of(self, posted: Posted) -> list[FakeMessage]:
        """The answers to a message, oldest first."""
        return [
            each
            for each in self.messages
            if each.posted.channel_id == posted.channel_id and each.thread_ts == posted.ts
        ]

    def delete(self, posted: Posted) -> None:
        """Delete a message, as somebody in Slack would."""
        self.messages = [each for each in self.messages if each.posted != posted]

    def identity(self, administrator: bool = False) -> Identity:
        """Whose a token is."""
        self._called("identity", administrator)
        return Identity("administrator" if administrator else "bot", "Fake")

    def users(self) -> Iterator[Sequence[Node]]:
        """All members, on one page."""
        self._called("users")
        return iter([self._users])

    def channels(self) -> Iterator[Sequence[Node]]:
        """All public channels, on one page."""
        self._called("channels")
        found = self._ids.items()
        return iter([[{"id": each, "name": name, "is_archived": False} for name, each in found]])

    def member_analytics(self, day: dt.date) -> Sequence[Node]:
        """What each member did on a day."""
        self._called("member_analytics", day)
        if day not in self._analytics:
            raise AnalyticsNotReady(f"Slack has not counted {day} yet.")
        return self._analytics[day]

    def post(self, channel: str, message: Message, thread: Posted | None = None) -> Posted:
        """Post a message."""
        self._called("post", channel, message, thread)
        name, channel_id = self._channel(channel)
        message.as_json()
        # Two messages of a channel never have the same ts.
        self._last_ts = max(self._last_ts + 1, round(self.clock().timestamp() * 1_000_000))
        posted = Posted(channel_id, f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}")
        self.messages.append(FakeMessage(posted, name, message, thread.ts if thread else None))
        return posted

    def update(self, posted: Posted, message: Message) -> None:
        """Replace a message."""
        self._called("update", posted, message)
        for place, each in enumerate(self.messages):
            if each.posted == posted:
                self.messages[place] = replace(each, message=message, edited_at=self.clock())
                return
        raise NotFound(f"Slack has no message {posted.ts} in {posted.channel_id}.")

    def permalink(self, posted: Posted) -> str:
        """The address of a message."""
        self._called("permalink", posted)
        return f"https://example.slack.com/archives/{posted.channel_id}/p{posted.ts.replace('.', '')}"

    def posted(self, channel: str, since: dt.datetime, event_type: str) -> Sequence[PostedEvent]:
        """The messages of ours in a channel."""
        self._called("posted", channel, since, event_type)
        name, _ = self._channel(channel)
        found = [each for each in self.in_channel(name) if each.thread_ts is None and each.posted.at >= since]
        return _events(found, event_type)

    def replies(self, posted: Posted, event_type: str) -> Sequence[PostedEvent]:
        """The messages of ours in a thread."""
        self._called("replies", posted, event_type)
        return _events(self.thread_of(posted), event_type)

    def upload_image(self, png: bytes, filename: str, alt_text: str) -> str:
        """Upload an image."""
        self._called("upload_image", filename, alt_text)
        file_id = f"F{len(self.images) + 1:08d}"
        self.images[file_id] = png
        return file_id

    def _channel(self, channel: str) -> tuple[str, str]:
        name = channel.removeprefix("#")
        for known, channel_id in self._ids.items():
            if name in (known, channel_id):
                return known, channel_id
        if not self._any_channel:
            raise ChannelNotFound(f"Slack has no channel {channel} that the bot is in.")
        self._ids[name] = f"C{len(self._ids) + 1:08d}"
        return name, self._ids[name]


def _events(messages: Sequence[FakeMessage], event_type: str) -> list[PostedEvent]:
    return [
        PostedEvent(each.posted, each.message.event_type, each.message.event_payload, each.edited_at)
        for each in messages
        if each.message.event_type == event_type
    ]
