"""A platform in memory, Slack in memory, and a notifier between them whose time the test sets."""

import datetime as dt
from dataclasses import dataclass, field

import dagster as dg
import pytest

from dagster_open_platform.lib.alerts.notifier import SETTLE, Notifier, Tick
from dagster_open_platform.lib.alerts.routing import Routing
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.slack.fake import FakeMessage, FakeSlack
from dagster_open_platform_tests.fixtures.failing_platform import FailingPlatform

DEFAULT, SALES, DEVREL = "#data-platform", "#sales-data", "#devrel-data"
# Nobody made a channel for people.
ROUTING = Routing(DEFAULT, {"team:sales": SALES, "team:devrel": DEVREL, "team:people": "#people-data"})
CHANNELS = ("data-platform", "sales-data", "devrel-data")


@dataclass
class Watch:
    """A notifier that is ticked by hand.

    Args:
        platform: What fails.
        slack: Where it is told.
        ahead: How much later than the real time it is: runs have real times.
        cursor: What Dagster keeps between ticks.
    """

    platform: FailingPlatform
    slack: FakeSlack
    ahead: dt.timedelta = 2 * SETTLE
    cursor: str | None = None
    links: Links = field(default_factory=lambda: Links("http://127.0.0.1:3000"))

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def tick(self, keep_cursor: bool = True) -> Tick:
        notifier = Notifier(
            self.platform.instance, self.platform.graph, self.slack, ROUTING, self.links, self.now()
        )
        tick = notifier.tick(self.cursor)
        if keep_cursor:
            self.cursor = tick.cursor
        return tick

    def told(self, channel: str) -> list[FakeMessage]:
        """Messages about failures that are not answers."""
        return [
            each
            for each in self.slack.in_channel(channel)
            if each.thread_ts is None and each.message.event_type == "run_failure"
        ]

    def answers(self, message: FakeMessage) -> list[str]:
        return [str(each.message.as_json()["text"]) for each in self.slack.thread_of(message.posted)]


@pytest.fixture
def watch() -> Watch:
    watch = Watch(FailingPlatform(dg.DagsterInstance.ephemeral()), FakeSlack(CHANNELS))
    watch.slack.clock = watch.now
    return watch
