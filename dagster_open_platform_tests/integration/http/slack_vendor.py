"""Slack, for the test that no secret shows.

What belongs here: how it runs, and everything that the platform does there. What does not: faults, assertions (`test_secrets.py`).

    from dagster_open_platform_tests.integration.http.slack_vendor import slack_vendor  # with `slack` and `slack_module`
"""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.defs.slack.py.assets import key_of, member_assets
from dagster_open_platform.lib.slack.blocks import Header, Image
from dagster_open_platform.lib.slack.message import Message
from dagster_open_platform.lib.slack.protocol import SlackApi
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.lib.slack.tables import analytics_table
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_tests.fixtures.slack import TODAY, TOKENS, SlackServer
from dagster_open_platform_tests.integration.http.vendors import Vendor, Way

CHANNEL = "#data-platform"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
DAY = TODAY - dt.timedelta(days=1)


class ImpatientSlack(SlackResource):
    """Does not wait long, since every fault is met."""

    max_attempts: int = 1
    max_wait_seconds: float = 1.0

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 20)


def members_job(directory: Path) -> dg.JobDefinition:
    """Members and channels; made once, since every fault runs it."""
    directory.mkdir()
    defs = dg.Definitions(
        assets=member_assets(retry_policy=None),
        jobs=[dg.define_asset_job("members", [key_of("users"), key_of("channels")])],
        resources={"slack": ImpatientSlack(), "warehouse": duckdb_warehouse(directory, {"purina": "purina"})},
    )
    return defs.resolve_job_def("members")


@pytest.fixture
def slack_vendor(slack: SlackServer, tmp_path: Path) -> Vendor:
    job = members_job(tmp_path / "warehouse")

    def calls(what: Callable[[SlackApi], object]) -> Way:
        def run(_instance: dg.DagsterInstance) -> None:
            with ImpatientSlack().open() as api:
                what(api)

        return run

    def post(api: SlackApi) -> None:
        posted = api.post(CHANNEL, Message("x", [Header("x")], "secrets", {"number": 1}))
        api.permalink(posted)
        api.update(posted, Message("y", [Header("y")], "secrets", {"number": 2}))

    def find(api: SlackApi) -> None:
        posted = api.post(CHANNEL, Message("x", event_type="secrets"))
        api.posted(CHANNEL, posted.at, "secrets")
        api.replies(posted, "secrets")

    def show(api: SlackApi) -> None:
        image = api.upload_image(PNG, "runs.png", "Runs")
        api.post(CHANNEL, Message("x", [Image(image, "Runs")]))

    return Vendor(
        secrets=(TOKENS.bot, TOKENS.admin),
        paths={
            **dict.fromkeys(("users.list$", "conversations.list$"), "members"),
            "getFile$": "member analytics",
            **dict.fromkeys(("postMessage$", "getPermalink$", "chat.update$"), "post"),
            **dict.fromkeys(("conversations.history$", "conversations.replies$", "auth.test$"), "find"),
            **dict.fromkeys(("getUploadURL", "upload/v1", "completeUpload", "files.info"), "show"),
        },
        fail=slack.misbehave,
        calls=lambda: slack.faults()[0]["matched"],
        ways={
            "members": lambda instance: job.execute_in_process(instance=instance, raise_on_error=False),
            "member analytics": calls(lambda api: analytics_table(DAY, api.member_analytics(DAY))),
            "post": calls(post),
            "find": calls(find),
            "show": calls(show),
        },
    )
