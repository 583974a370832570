"""A message: blocks, the text for notifications, and the metadata by which it is found again.

What belongs here: putting blocks together within a message's limits. What does not: sending (`client.py`).
Sources: https://docs.slack.dev/reference/methods/chat.postMessage, https://docs.slack.dev/messaging/message-metadata.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_open_platform.lib.slack.blocks import Block, Context, Section, Table
from dagster_open_platform.lib.slack.errors import InvalidMessage
from dagster_open_platform.lib.slack.text import Inline, shortened, source_of

BLOCKS = 50
TEXT = 4000
"""What Slack advises for the text beside blocks; it cuts at 40,000."""

_EVENT_TYPE = re.compile(r"[a-z][a-z0-9_]{0,254}")
Scalar = str | int | float | bool


@dataclass(frozen=True)
class Message:
    """What is posted.

    Args:
        text: Shown in notifications, and instead of the blocks where none can be shown.
        blocks: Shown in the channel. At most 50 after long ones were split; the last then says how many are left out.
        event_type: Kind of message, in snake case, such as `platform_health_report`: what `SlackApi.posted` asks for. Empty: none.
        event_payload: What a program needs to know of the message; names to texts, numbers and booleans. People do not see it.

    Raises:
        InvalidMessage: The metadata cannot be sent: Slack would drop it and post the message, which is then never found again.
    """

    text: Inline
    blocks: Sequence[Block] = ()
    event_type: str = ""
    event_payload: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.event_payload and not self.event_type:
            raise InvalidMessage("A message of Slack has an event_payload, and no event_type to find it by.")
        if self.event_type and not _EVENT_TYPE.fullmatch(self.event_type):
            raise InvalidMessage(
                f"The event_type of a message of Slack is in snake case; it is {self.event_type!r}."
            )
        for name, value in self.event_payload.items():
            if not isinstance(value, Scalar):
                kind = type(value).__name__
                raise InvalidMessage(
                    f"The event_payload of a message of Slack has texts, numbers and booleans; {name} is a {kind}."
                )

    def as_json(self) -> dict[str, Any]:
        """The arguments of `chat.postMessage` and `chat.update` that say what is posted."""
        arguments: dict[str, Any] = {
            "text": shortened(source_of(self.text), TEXT) or "—",
            # What the text links to is not shown below the message: reports link to dozens of runs.
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if self.blocks:
            arguments["blocks"] = self._blocks()
        if self.event_type:
            arguments["metadata"] = {"event_type": self.event_type, "event_payload": dict(self.event_payload)}
        return arguments

    def _blocks(self) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        has_table = False
        for block in self.blocks:
            if isinstance(block, Table) and has_table:
                sent += Section(block.as_text()).as_json()
            else:
                sent += block.as_json()
            has_table |= isinstance(block, Table)
        if len(sent) > BLOCKS:
            more = f"… and {len(sent) - BLOCKS + 1} more parts, which a message of Slack has no room for"
            sent = [*sent[: BLOCKS - 1], *Context([more]).as_json()]
        return sent
