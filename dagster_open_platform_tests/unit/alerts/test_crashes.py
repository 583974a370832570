"""Dying anywhere in a tick, and losing the cursor, tells nothing twice and loses nothing."""

import datetime as dt
from contextlib import suppress

import dagster as dg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.lib.alerts.incident import Incident
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.slack.fake import FakeSlack
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform_tests.fixtures.failing_platform import FailingPlatform, QuotaError
from dagster_open_platform_tests.unit.alerts.conftest import CHANNELS, SALES, Watch


class DiedError(RetryableFailure):
    """Stands for the end of the process."""


class DyingSlack(FakeSlack):
    """Dies before or after the nth call that changes something."""

    calls_left = 10_000
    dies_after = False

    def _called(self, operation: str, *arguments: object) -> None:
        super()._called(operation, *arguments)
        if operation in ("post", "update") and not self.dies_after:
            self._count()

    def _count(self) -> None:
        self.calls_left -= 1
        if self.calls_left == 0:
            raise DiedError("The process ended.")

    def post(self, channel, message, thread=None):  # type: ignore[no-untyped-def]  # as the fake's
        posted = super().post(channel, message, thread)
        if self.dies_after:
            self._count()
        return posted

    def update(self, posted, message):  # type: ignore[no-untyped-def]  # as the fake's
        super().update(posted, message)
        if self.dies_after:
            self._count()


@pytest.fixture(scope="module")
def platform() -> FailingPlatform:
    """Four failures, two of them the same for each of two channels, and a retry that succeeds."""
    platform = FailingPlatform(dg.DagsterInstance.ephemeral())
    platform.failing = {"orders": QuotaError("no room"), "talks": ValueError("odd")}
    platform.run("orders", "talks")
    failed = platform.run("orders", "talks")
    platform.failing = {}
    platform.run("orders", "talks", retry_of=failed)
    return platform


def outcome(watch: Watch) -> list[tuple[str, str, bool]]:
    """What the channels show, without the times at which it was posted."""
    return sorted(
        (each.channel, str(each.message.as_json()["text"]), each.thread_ts is None)
        for each in watch.slack.messages
        if "heartbeat" not in each.message.event_type
    )


@pytest.fixture(scope="module")
def undisturbed(platform: FailingPlatform) -> list[tuple[str, str, bool]]:
    watch = Watch(platform, FakeSlack(CHANNELS))
    watch.tick()
    found = outcome(watch)
    # A message and two answers (again, recovered) in each of two channels.
    assert len(found) == 6
    return found


@given(dies_at=st.integers(1, 11), after=st.booleans(), loses_cursor=st.booleans())
@settings(max_examples=20)
def test_a_crash_at_any_call_changes_nothing_that_is_told(
    platform: FailingPlatform,
    undisturbed: list[tuple[str, str, bool]],
    dies_at: int,
    after: bool,
    loses_cursor: bool,
) -> None:
    slack = DyingSlack(CHANNELS, clock=lambda: dt.datetime.now(dt.UTC))
    slack.calls_left, slack.dies_after = dies_at, after
    watch = Watch(platform, slack)
    with suppress(DiedError):
        watch.tick()
    slack.calls_left = 10_000
    if loses_cursor:
        watch.cursor = None
    watch.tick()
    watch.tick()
    assert outcome(watch) == undisturbed


def test_a_message_of_another_version_does_not_silence_the_notifier(watch: Watch) -> None:
    watch.slack.post(SALES, Message("old", event_type="run_failure", event_payload={"fingerprints": "x"}))
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.platform.run("orders")
    assert watch.tick().told == 1


@given(
    st.text(max_size=50), st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
)
@settings(max_examples=20)
def test_an_incident_is_kept_whole_in_its_metadata(text: str, words: list[str]) -> None:
    at = dt.datetime(2026, 6, 10, tzinfo=dt.UTC)
    some = tuple(words)
    incident = Incident(
        some, text, text, text, text, text, some, 3, text, text, text, "run", at, at, 4, some, some[:1]
    )
    assert Incident.of(incident.message(Links()).event_payload) == incident


@pytest.mark.parametrize("kept", ["", "not json", "{}", '{"updated": 3}'])
def test_a_cursor_that_is_lost_or_not_ours_tells_nothing_twice(watch: Watch, kept: str) -> None:
    watch.platform.failing = {"orders": QuotaError("no room")}
    watch.platform.run("orders")
    watch.tick()
    before = outcome(watch)
    watch.cursor = kept
    assert watch.tick().told == 0
    assert outcome(watch) == before
    assert len(watch.told(SALES)) == 1
