"""What the platform asks of Slack, and the values that come back.

What belongs here: the narrow protocol, which the client (`client.py`) and the fake (`fake.py`) implement. What does not: HTTP, and
what is done with the answers.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dagster_open_platform.lib.slack.message import Message, Scalar

Node = Mapping[str, Any]
"""An object as Slack sends it; `tables.py` reads the columns from many of them at once."""


@dataclass(frozen=True)
class Posted:
    """A message that is in Slack.

    Args:
        channel_id: `C…`.
        ts: Its id within the channel, seconds since 1970 with six decimals, such as `1785225600.000100`.
    """

    channel_id: str
    ts: str

    @property
    def at(self) -> dt.datetime:
        """When it was posted; UTC."""
        seconds, _, micros = self.ts.partition(".")
        return dt.datetime.fromtimestamp(int(seconds), dt.UTC) + dt.timedelta(microseconds=int(micros or 0))


@dataclass(frozen=True)
class PostedEvent:
    """A message of ours that is found again by its metadata.

    Args:
        posted: The message.
        event_type: As it was posted, or last updated.
        payload: The same.
        edited_at: When it was last updated; UTC. None: never.
    """

    posted: Posted
    event_type: str
    payload: Mapping[str, Scalar]
    edited_at: dt.datetime | None = None


@dataclass(frozen=True)
class Identity:
    """Whose a token is.

    Args:
        user: The bot's or person's name in the workspace.
        workspace: The workspace's name.
    """

    user: str
    workspace: str


class SlackApi(Protocol):
    """Slack's Web API. All operations raise the errors of `lib/http/errors.py` and `errors.py`.

    A channel is given by its name with or without `#`, or by its id.
    """

    def identity(self, administrator: bool = False) -> Identity:
        """Whose the bot's token is, or the administrator's (https://docs.slack.dev/reference/methods/auth.test).

        Args:
            administrator: Whether the other token is meant, with which analytics are read.
        """
        ...

    def users(self) -> Iterator[Sequence[Node]]:
        """All members of the workspace, page by page, also bots and who was deactivated (https://docs.slack.dev/reference/objects/user-object)."""
        ...

    def channels(self) -> Iterator[Sequence[Node]]:
        """All public channels, page by page, also archived ones (https://docs.slack.dev/reference/objects/conversation-object)."""
        ...

    def member_analytics(self, day: dt.date) -> Sequence[Node]:
        """What each member did on a day (https://docs.slack.dev/reference/methods/admin.analytics.getFile).

        Args:
            day: In UTC.

        Raises:
            AnalyticsNotReady: Slack has not counted the day yet.
        """
        ...

    def post(self, channel: str, message: Message, thread: Posted | None = None) -> Posted:
        """Post a message. It is not sent again if it is unknown whether it arrived: look for it with `posted`.

        Args:
            channel: Where to.
            message: What.
            thread: The message that it answers to. None: it is one of its own.

        Raises:
            ChannelNotFound: There is no such channel, or the bot is not in it.
        """
        ...

    def update(self, posted: Posted, message: Message) -> None:
        """Replace a message of ours with its metadata; doing so twice does no harm.

        Raises:
            NotFound: Somebody has deleted it.
        """
        ...

    def permalink(self, posted: Posted) -> str:
        """The address of a message."""
        ...

    def posted(self, channel: str, since: dt.datetime, event_type: str) -> Sequence[PostedEvent]:
        """The messages of ours in a channel, apart from those in threads, oldest first.

        Args:
            channel: Where.
            since: Posted at or after; aware.
            event_type: Of which kind.

        Raises:
            ChannelNotFound: There is no such channel, or the bot is not in it.
        """
        ...

    def replies(self, posted: Posted, event_type: str) -> Sequence[PostedEvent]:
        """The messages of ours in the thread of a message, oldest first.

        Args:
            posted: The message that they answer to.
            event_type: Of which kind.
        """
        ...

    def upload_image(self, png: bytes, filename: str, alt_text: str) -> str:
        """Upload an image, which only the messages show that name it (`blocks.Image`).

        Args:
            png: The image.
            filename: Such as `runs.png`.
            alt_text: For who does not see it; at most 1,000 characters are kept.

        Returns:
            The file's id.

        Raises:
            FileNotReady: Slack did not process it in time.
        """
        ...
