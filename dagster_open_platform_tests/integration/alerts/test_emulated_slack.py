"""The notifier's sensor and the report against the emulated Slack on a socket: what people see, what a fault changes, what a kill does."""

import datetime as dt
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.defs.slack.py.report import report_asset
from dagster_open_platform.defs.slack.py.routing import ROUTING
from dagster_open_platform.defs.slack.py.sensors import failure_notifier
from dagster_open_platform.lib.code_location import CodeLocation
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.utils.outside import OutsideLeftAlone
from dagster_open_platform_tests.fixtures.failing_platform import FailingPlatform, QuotaError
from dagster_open_platform_tests.fixtures.slack import SlackServer

KILLED_TICK = """
import os, signal, sys
import dagster as dg
from dagster_open_platform_tests.fixtures.failing_platform import FailingPlatform
from dagster_open_platform_tests.integration.alerts.test_emulated_slack import ticked

with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    ticked(FailingPlatform(instance), None)
    os.kill(os.getpid(), signal.SIGKILL)  # Dagster would keep the cursor now
"""


@pytest.fixture
def platform() -> FailingPlatform:
    platform = FailingPlatform(dg.DagsterInstance.ephemeral())
    platform.failing = {"orders": QuotaError("no room for <b>anybody</b>")}
    return platform


def ticked(
    platform: FailingPlatform, cursor: str | None, slack: SlackResource | None = None
) -> dg.SensorResult:
    """One tick of the sensor as Dagster evaluates it."""
    location = CodeLocation()
    location.definitions = platform.definitions
    context = dg.build_sensor_context(
        instance=platform.instance,
        cursor=cursor,
        resources={"slack": slack or SlackResource(max_attempts=1), "code_location": location},
    )
    result = failure_notifier(dg.DefaultSensorStatus.RUNNING, settle=dt.timedelta())(context)
    assert isinstance(result, dg.SensorResult)
    return result


def headlines(page: str) -> list[str]:
    """The failures on the page of the emulator."""
    return re.findall(r"❌ \w+ failed(?: \d+ times)?", re.sub(r"<[^>]*>", "", page))


def test_a_failure_is_seen_in_its_owners_channel_with_everything_escaped(
    platform: FailingPlatform,
    slack: SlackServer,
) -> None:
    run = platform.run("orders")
    result = ticked(platform, None)
    assert "Told 1 failed runs" in str(result.skip_reason)
    page = slack.page()
    assert headlines(page) == ["❌ orders failed"]
    assert "no room for &lt;b&gt;anybody" in page
    assert run.run_id[:8] in page
    assert "The failure notifier is alive" in page
    assert "Told 0 failed runs" in str(ticked(platform, result.cursor).skip_reason)
    assert headlines(slack.page()) == ["❌ orders failed"]


def test_a_pull_request_tells_nobody(platform: FailingPlatform, slack: SlackServer) -> None:
    platform.run("orders")
    reading = SlackResource(changes_outside=False)
    before = slack.page()
    result = ticked(platform, None, reading)
    assert (result.cursor, "was not sent to Slack" in str(result.skip_reason)) == (None, True)
    location = CodeLocation()
    location.definitions = platform.definitions
    with pytest.raises(OutsideLeftAlone):
        dg.materialize([report_asset(None)], resources={"slack": reading, "code_location": location})
    assert slack.page() == before


def test_what_is_posted_and_whose_answer_is_lost_is_not_posted_again(
    platform: FailingPlatform, slack: SlackServer
) -> None:
    platform.failing = {"bare": LookupError("nothing there")}
    lost = {"path": "chat.postMessage", "calls": [1], "drop": True}
    for times in ("", " 2 times"):
        platform.run("bare")
        slack.misbehave(lost)
        result = ticked(platform, None)
        assert (result.cursor, "Nothing is lost" in str(result.skip_reason)) == (None, True)
        slack.misbehave()
        ticked(platform, None)
        ticked(platform, None)
        assert [line for line in headlines(slack.page()) if "bare" in line] == [f"❌ bare failed{times}"]
    assert len(re.findall("Again at", slack.page())) == 1


def test_a_slack_that_is_down_costs_time_only(
    platform: FailingPlatform,
    slack: SlackServer,
) -> None:
    cursor = ticked(platform, None).cursor
    platform.failing = {"talks": ValueError("odd")}
    platform.run("talks")
    slack.misbehave({"path": "/slack/api/", "status": 503})
    result = ticked(platform, cursor)
    assert (result.cursor, "Nothing is lost" in str(result.skip_reason)) == (cursor, True)
    slack.misbehave()
    assert "Told 1 failed runs" in str(ticked(platform, cursor).skip_reason)


@pytest.fixture
def kept_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    (tmp_path / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def test_a_kill_between_posting_and_the_cursor_tells_nothing_twice(
    kept_instance: dg.DagsterInstance,
    tmp_path: Path,
    slack: SlackServer,
) -> None:
    platform = FailingPlatform(kept_instance, {"people": KeyError("nothing there")})
    platform.run("people")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_TICK, str(tmp_path)], capture_output=True, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    told = headlines(slack.page())
    assert told.count("❌ people failed") == 1
    assert "Told 0 failed runs" in str(ticked(platform, None).skip_reason)
    assert headlines(slack.page()) == told


def test_the_bot_is_in_every_channel_of_the_routing(slack: SlackServer) -> None:
    with SlackResource(max_attempts=1).open() as api:
        for channel in {ROUTING.default, *ROUTING.channels.values()}:
            api.posted(channel, dt.datetime.now(dt.UTC), "run_failure")


def test_the_report_is_one_message_with_its_chart(
    platform: FailingPlatform,
    slack: SlackServer,
) -> None:
    platform.run("orders")
    location = CodeLocation()
    location.definitions = dg.Definitions.merge(
        platform.definitions,
        dg.Definitions(
            assets=[report_asset(retry_policy=None)],
            resources={"slack": SlackResource(), "code_location": location},
        ),
    )
    job = location.definitions.resolve_implicit_global_asset_job_def()
    for _ in range(2):
        job.execute_in_process(
            instance=platform.instance, asset_selection=[dg.AssetKey(["slack", "platform_health_report"])]
        )
    page = slack.page()
    assert re.sub(r"<[^>]*>", "", page).count("Platform health of the 24 hours") == 1
    assert "Failed runs (1)" in page
    assert "<img" in page
