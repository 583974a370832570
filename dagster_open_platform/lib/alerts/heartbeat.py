"""The sign that the notifier looks: one message that is edited, so that its silence can be seen.

What belongs here: the message, and how old it may be. What does not: telling failures (`notifier.py`).
"""

import datetime as dt
from dataclasses import dataclass

from dagster_open_platform.lib.slack.blocks import Context
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import PostedEvent, SlackApi

EVENT_TYPE = "failure_notifier_heartbeat"
EVERY = dt.timedelta(minutes=15)
SILENT_AFTER = dt.timedelta(hours=1)
RENEWED_AFTER = dt.timedelta(days=7)
"""After this a new message is posted, so that it does not vanish far up in the channel."""
_LOOK_BACK = dt.timedelta(days=30)


@dataclass(frozen=True)
class Heartbeat:
    """What the message says.

    Args:
        alive_at: When the notifier looked last; UTC.
        since: Since when failures are counted; UTC.
        told: How many runs' failures were told since.
        waiting: Failed runs whose next attempt is awaited.
        through: Failures up to then have been looked at; UTC.
    """

    alive_at: dt.datetime
    since: dt.datetime
    told: int
    waiting: int
    through: dt.datetime

    def message(self) -> Message:
        """The message."""
        failures = f"{self.told:,} failure{'' if self.told == 1 else 's'} told"
        text = f"The failure notifier is alive at {self.alive_at:%d %b, %H:%M} UTC: {failures} since {self.since:%d %b, %H:%M}"
        if self.waiting:
            text += f", {self.waiting:,} waiting to be tried again"
        text += ". If this is older than an hour, the notifier is silent: look at its sensor in Dagster."
        payload = {
            "alive_at": self.alive_at.isoformat(),
            "since": self.since.isoformat(),
            "told": self.told,
            "waiting": self.waiting,
            "through": self.through.isoformat(),
        }
        return Message(text, [Context([f"💓 {text}"])], EVENT_TYPE, payload)

    @classmethod
    def of(cls, event: PostedEvent) -> "Heartbeat":
        """What a message's metadata says."""
        payload = event.payload
        return cls(
            alive_at=dt.datetime.fromisoformat(str(payload["alive_at"])),
            since=dt.datetime.fromisoformat(str(payload["since"])),
            told=int(payload["told"]),
            waiting=int(payload["waiting"]),
            through=dt.datetime.fromisoformat(str(payload["through"])),
        )


def last_heartbeat(slack: SlackApi, channel: str, now: dt.datetime) -> tuple[PostedEvent, Heartbeat] | None:
    """The newest heartbeat of the last month.

    Args:
        slack: Slack.
        channel: Where it is posted.
        now: Aware.
    """
    found = slack.posted(channel, now - _LOOK_BACK, EVENT_TYPE)
    return (found[-1], Heartbeat.of(found[-1])) if found else None


def beat(
    slack: SlackApi, channel: str, now: dt.datetime, told: int, waiting: int, through: dt.datetime
) -> None:
    """Say that the notifier is alive: edit the message, or post one.

    Args:
        slack: Slack.
        channel: Where.
        now: Aware.
        told: Failures told since the last time.
        waiting: Failed runs whose next attempt is awaited.
        through: Failures up to then have been looked at.
    """
    last = last_heartbeat(slack, channel, now)
    if last is None or now - last[0].posted.at > RENEWED_AFTER:
        slack.post(channel, Heartbeat(now, now, told, waiting, through).message())
        return
    event, said = last
    slack.update(event.posted, Heartbeat(now, said.since, said.told + told, waiting, through).message())
