"""The fake and the client over the emulated Slack do the same: whoever is tested with the one works with the other."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import pytest

from dagster_open_platform.lib.http import NotFound
from dagster_open_platform.lib.slack.blocks import Header, Image, Section, Table
from dagster_open_platform.lib.slack.errors import AnalyticsNotReady, ChannelNotFound
from dagster_open_platform.lib.slack.fake import FakeSlack
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import Posted, PostedEvent, SlackApi
from dagster_open_platform_tests.fixtures.slack import TODAY
from dagster_open_platform_tests.fixtures.slack_in_process import SlackInProcess, slack_in_process

__all__ = ["slack_in_process"]  # a fixture

CHANNELS = ("data-platform", "devrel-data")
Opened = tuple[SlackApi, Callable[[float], None], Callable[[], dt.datetime]]
"""Slack, what makes time pass, and the time."""


@contextmanager
def _fake(_server: SlackInProcess) -> Iterator[Opened]:
    now = [dt.datetime(2026, 6, 24, tzinfo=dt.UTC)]

    def wait(seconds: float) -> None:
        now[0] += dt.timedelta(seconds=seconds)

    yield FakeSlack(CHANNELS, clock=lambda: now[0]), wait, lambda: now[0]


@contextmanager
def _client(server: SlackInProcess) -> Iterator[Opened]:
    def wait(seconds: float) -> None:
        server.now += seconds

    with server.resource().open() as api:
        yield api, wait, lambda: dt.datetime.fromtimestamp(server.now, dt.UTC)


@pytest.fixture(params=[_fake, _client], ids=["fake", "client"])
def opened(request: pytest.FixtureRequest, slack_in_process: SlackInProcess) -> Iterator[Opened]:
    way: Callable[[SlackInProcess], AbstractContextManager[Opened]] = request.param
    with way(slack_in_process) as found:
        yield found


def message(number: int, event_type: str = "report") -> Message:
    return Message(f"number {number}", [Header(str(number))], event_type, {"number": number})


def numbers(found: Sequence[PostedEvent]) -> list[object]:
    return [each.payload["number"] for each in found]


def test_messages_are_found_by_type_and_time(opened: Opened) -> None:
    slack, wait, now = opened
    start = now()
    posted: list[Posted] = []
    for number in range(4):
        posted.append(slack.post("#data-platform", message(number)))
        wait(60)
    slack.post("data-platform", message(9, "other"))
    slack.post("data-platform", Message("without metadata"))
    slack.post("devrel-data", message(8))
    found = slack.posted("data-platform", start, "report")
    assert numbers(found) == [0, 1, 2, 3]
    assert [each.posted for each in found] == posted
    assert all(each.edited_at is None for each in found)
    assert numbers(slack.posted("data-platform", posted[2].at, "report")) == [2, 3]
    assert numbers(slack.posted("data-platform", posted[2].at + dt.timedelta(microseconds=1), "report")) == [
        3
    ]
    assert slack.posted("data-platform", start, "nothing") == []
    assert abs(posted[1].at - start - dt.timedelta(seconds=60)) < dt.timedelta(milliseconds=1)


def test_messages_of_one_moment_have_different_ids(opened: Opened) -> None:
    slack, _, now = opened
    posted = [slack.post("data-platform", message(number)) for number in range(5)]
    assert len({each.ts for each in posted}) == 5
    assert numbers(slack.posted("data-platform", now() - dt.timedelta(seconds=1), "report")) == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_an_update_replaces_text_blocks_and_metadata(opened: Opened) -> None:
    slack, wait, now = opened
    start = now()
    posted = slack.post("data-platform", message(1))
    wait(60)
    for _ in range(2):
        slack.update(posted, message(2))
    (found,) = slack.posted("data-platform", start, "report")
    assert (found.posted, found.payload) == (posted, {"number": 2})
    assert found.edited_at is not None
    assert abs(found.edited_at - start - dt.timedelta(seconds=60)) < dt.timedelta(milliseconds=1)
    slack.update(posted, Message("without metadata"))
    assert slack.posted("data-platform", start, "report") == []


def test_answers_stand_in_the_thread_and_not_in_the_channel(opened: Opened) -> None:
    slack, _, now = opened
    start = now()
    first, second = slack.post("data-platform", message(1)), slack.post("data-platform", message(2))
    answers = [slack.post("data-platform", message(number), first) for number in (3, 4)]
    slack.post("data-platform", message(5, "other"), first)
    assert numbers(slack.posted("data-platform", start, "report")) == [1, 2]
    assert [each.posted for each in slack.replies(first, "report")] == answers
    assert slack.replies(second, "report") == []


def test_channels_that_are_not_there(opened: Opened) -> None:
    slack, _, now = opened
    for call in (
        lambda: slack.post("no-such-channel", message(1)),
        lambda: slack.posted("#no-such-channel", now(), "report"),
    ):
        with pytest.raises(ChannelNotFound, match="no-such-channel"):
            call()


def test_a_message_that_is_gone_cannot_be_updated(opened: Opened) -> None:
    slack, _, _ = opened
    posted = slack.post("data-platform", message(1))
    with pytest.raises(NotFound):
        slack.update(Posted(posted.channel_id, "1000000000.000000"), message(2))


def test_a_channel_may_be_given_by_its_id(opened: Opened) -> None:
    slack, _, now = opened
    posted = slack.post("data-platform", message(1))
    slack.post(posted.channel_id, message(2))
    assert numbers(slack.posted("#data-platform", now() - dt.timedelta(minutes=1), "report")) == [1, 2]


def test_an_image_is_uploaded_and_shown(opened: Opened) -> None:
    slack, _, _ = opened
    image = slack.upload_image(b"\x89PNG\r\n\x1a\n" + b"\0" * 9, "runs.png", "Runs by hour " * 200)
    table = Table(["a"], [["b"]])
    posted = slack.post("data-platform", Message("x", [Image(image, "Runs"), table, table, Section("y")]))
    assert slack.permalink(posted).endswith(f"/archives/{posted.channel_id}/p{posted.ts.replace('.', '')}")


def test_a_day_that_is_not_counted_yet(opened: Opened) -> None:
    slack, _, _ = opened
    with pytest.raises(AnalyticsNotReady):
        slack.member_analytics(TODAY)
