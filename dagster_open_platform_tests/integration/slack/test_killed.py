"""A Slack that is killed keeps all that it answered, and whoever posts to it finds out what arrived."""

import datetime as dt
import threading
from pathlib import Path

import pytest

from dagster_open_platform.lib.http import ConnectionDropped
from dagster_open_platform.lib.slack.blocks import Header, Image
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import Posted
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform_tests.fixtures.slack_process import SlackProcess, slack_process

CHANNEL, EVENT = "#data-platform", "killed"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
POSTED_BEFORE_THE_KILL = 20


def reached(server: SlackProcess, monkeypatch: pytest.MonkeyPatch) -> SlackResource:
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    return SlackResource(max_attempts=1)


def test_what_was_answered_outlives_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered: dict[int, Posted] = {}
    enough = threading.Event()

    def post(resource: SlackResource) -> None:
        with resource.open() as api:
            image = api.upload_image(PNG, "a.png", "An image")
            for number in range(10**6):
                message = Message(
                    f"{number}", [Header(f"{number}"), Image(image, "An image")], EVENT, {"number": number}
                )
                answered[number] = api.post(CHANNEL, message)
                if len(answered) == POSTED_BEFORE_THE_KILL:
                    enough.set()

    def post_until_it_is_gone(resource: SlackResource) -> None:
        with pytest.raises(ConnectionDropped):
            post(resource)

    with slack_process(tmp_path) as server:
        resource = reached(server, monkeypatch)
        with resource.open() as api:
            first = api.post(CHANNEL, Message("before", event_type=EVENT, event_payload={"number": -2}))
            api.update(first, Message("changed", event_type=EVENT, event_payload={"number": -1}))
            answer = api.post(CHANNEL, Message("an answer", event_type=EVENT), first)
        poster = threading.Thread(target=post_until_it_is_gone, args=[resource])
        poster.start()
        assert enough.wait(60)
        server.kill()
        poster.join(60)
        assert not poster.is_alive()

    with slack_process(tmp_path) as server, reached(server, monkeypatch).open() as api:
        found = api.posted(CHANNEL, START, EVENT)
        numbers = [each.payload["number"] for each in found]
        # The one that was under way may have arrived: that is what looking tells.
        assert numbers in (list(range(-1, len(answered))), list(range(-1, len(answered) + 1)))
        assert [each.posted for each in found][: len(answered) + 1] == [first, *answered.values()]
        assert [each.posted for each in api.replies(first, EVENT)] == [answer]
        assert api.post(CHANNEL, Message("later", event_type=EVENT)).at > found[-1].posted.at
