"""What was told already, as Slack has it.

What belongs here: finding, posting and amending incidents, each so that doing it again after a crash changes nothing. What does not:
which failures there are.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from dagster_open_platform.lib.alerts.incident import FAILURE, RECOVERY, REPEAT, Incident, short
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.slack.errors import ChannelNotFound
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import Posted, PostedEvent, SlackApi
from dagster_open_platform.lib.slack.text import Inline, joined

LOOK_BACK = dt.timedelta(days=3)
"""How old messages may be that are looked at: a failure that ended earlier is neither told nor said to have recovered."""
SAME = dt.timedelta(hours=24)
"""For how long after its first run a failure is the same."""


class Ledger:
    """The incidents of all channels; each channel is read once.

    Args:
        slack: Slack.
        links: Where runs are shown.
        default: The channel that is always there.
        now: Aware.
    """

    def __init__(self, slack: SlackApi, links: Links, default: str, now: dt.datetime) -> None:
        self._slack, self._links, self._default, self._now = slack, links, default, now
        self._known: dict[str, dict[Posted, Incident]] = {}
        self._missing: set[str] = set()

    def channel(self, wanted: str) -> str:
        """A channel, or the default one if there is none of that name, or the bot is not in it."""
        if wanted in self._missing:
            return self._default
        try:
            self._incidents(wanted)
        except ChannelNotFound:
            if wanted == self._default:
                raise
            self._missing.add(wanted)
            return self._default
        return wanted

    def find(self, channel: str, fingerprint: str, run_id: str, at: dt.datetime) -> Posted | None:
        """The message that a failure belongs to: one that tells of its run, or the newest of the same failure within a day.

        Args:
            channel: Where.
            fingerprint: Of the failure.
            run_id: Of the run that failed.
            at: When it ended.
        """
        same = [
            (posted, incident)
            for posted, incident in self._incidents(channel).items()
            if fingerprint in incident.fingerprints
        ]
        told = [posted for posted, incident in same if incident.tells_of(run_id)]
        recent = [posted for posted, incident in same if at - incident.first_at < SAME]
        return (told or recent or [None])[-1]

    def open(self, channel: str, incident: Incident) -> None:
        """Post an incident."""
        posted = self._slack.post(channel, incident.message(self._links))
        self._incidents(channel)[posted] = incident

    def repeat(self, channel: str, posted: Posted, run_id: str, latest: Incident) -> bool:
        """Count another run of an incident, and say so in its thread.

        Args:
            channel: Where.
            posted: The message.
            run_id: Of the run.
            latest: The incident as if this run were its only one.

        Returns:
            Whether it was not counted before.
        """
        known = self._incidents(channel)[posted]
        if known.tells_of(run_id):
            return False
        again: list[Inline] = ["Again at ", f"{latest.last_at:%d %b, %H:%M} UTC: ", self._links.run(run_id)]
        if latest.partition:
            again.append(f", partition {latest.partition}")
        if latest.text != known.text:
            again.append(f". This time: {latest.text}")
        # The answer first: if the message were amended first, a crash would leave the answer out for ever.
        self._answer_once(posted, REPEAT, run_id, joined(*again))
        newer = latest.last_at >= known.last_at
        self._amend(
            channel,
            posted,
            replace(
                latest if newer else known,
                title=known.title,
                further=known.further,
                fingerprints=known.fingerprints,
                first_at=min(known.first_at, latest.first_at),
                last_at=max(known.last_at, latest.last_at),
                count=known.count + 1,
                runs=(*known.runs, short(run_id)),
                recovered=known.recovered,
            ),
        )
        return True

    def recover(self, channel: str, failed_run: str, successful_run: str) -> bool:
        """Say of a failed run that a later attempt succeeded, wherever a channel was told of it.

        Returns:
            Whether anybody was told that did not know.
        """
        news = False
        for posted, known in list(self._incidents(channel).items()):
            if not known.tells_of(failed_run) or short(failed_run) in known.recovered:
                continue
            link = self._links.run(successful_run)
            text = joined("Succeeded when it was tried again: ", link, f" (after run {short(failed_run)})")
            self._answer_once(posted, RECOVERY, failed_run, text)
            self._amend(channel, posted, replace(known, recovered=(*known.recovered, short(failed_run))))
            news = True
        return news

    def _answer_once(self, posted: Posted, event_type: str, run_id: str, text: Inline) -> None:
        answers = self._slack.replies(posted, event_type)
        if any(answer.payload.get("run") == run_id for answer in answers):
            return
        message = Message(text, event_type=event_type, event_payload={"run": run_id})
        self._slack.post(posted.channel_id, message, thread=posted)

    def _amend(self, channel: str, posted: Posted, incident: Incident) -> None:
        self._slack.update(posted, incident.message(self._links))
        self._incidents(channel)[posted] = incident

    def _incidents(self, channel: str) -> dict[Posted, Incident]:
        if channel not in self._known:
            found = self._slack.posted(channel, self._now - LOOK_BACK, FAILURE)
            self._known[channel] = dict(_readable(found))
        return self._known[channel]


def _readable(events: Sequence[PostedEvent]) -> Iterator[tuple[Posted, Incident]]:
    for event in events:
        # What another version of the platform wrote may lack something. Then the failure is told anew, which is better than no more.
        with suppress(KeyError, ValueError):
            yield event.posted, Incident.of(event.payload)
