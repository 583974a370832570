"""The report as a message, posted once a day whatever happens, and the check that the notifier is alive."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import dagster as dg
import pytest

from dagster_open_platform.defs.slack.py.report import (
    NOTIFIER_IS_ALIVE,
    REPORT,
    liveness,
    publish,
    report_asset,
)
from dagster_open_platform.lib.alerts.heartbeat import beat
from dagster_open_platform.lib.code_location import CodeLocation
from dagster_open_platform.lib.health.failures import StepFailure
from dagster_open_platform.lib.health.freshness import Freshness
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.health.model import (
    BadCheck,
    FailedRun,
    Health,
    HourOfRuns,
    OwnerHealth,
    StaleAsset,
)
from dagster_open_platform.lib.health.report import headline, report_of
from dagster_open_platform.lib.http import TimedOut
from dagster_open_platform.lib.slack.fake import FakeSlack
from dagster_open_platform.lib.slack.protocol import SlackApi
from dagster_open_platform.lib.slack.resource import SlackResource

NOW = dt.datetime(2026, 6, 10, 7, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WELL = Health(NOW - DAY, NOW, (HourOfRuns(NOW - DAY, 5),), 0, (), 7, (), (), 0, 3, (), 2, 0, ())


def unwell(number: int) -> Health:
    owners = ("team:sales",)
    run = FailedRun("0123456789", "__ASSET_JOB", NOW, (StepFailure("<step>", "E", "x" * 900),), owners)
    check = BadCheck(dg.AssetCheckKey(dg.AssetKey("orders"), "has_rows"), owners, True, "none & <none>", NOW)
    stale = StaleAsset(dg.AssetKey("orders"), owners, Freshness.WARN, NOW - 3 * DAY)
    return replace(
        WELL,
        hours=(HourOfRuns(NOW - DAY, 5, number),),
        failed_runs=(run,) * number,
        checks=(check, replace(check, is_error=False)) * number,
        stale=(stale,) * number,
        owners=tuple(OwnerHealth(f"team:{n}", failed_runs=1) for n in range(number)),
        left_out=("some",),
    )


@pytest.mark.parametrize("number", [1, 9, 300])
def test_a_report_fits_into_a_message_and_counts_what_it_does_not_show(number: int) -> None:
    sent = report_of(unwell(number), Links(), "F1").as_json()
    assert len(sent["blocks"]) <= 50
    text = str(sent)
    assert f"Failed runs ({number})" in text
    assert "&lt;step&gt;" in text
    assert ("more" in text) == (number > 8)
    assert sent["metadata"]["event_payload"]["checks_failing"] == number


def test_headlines() -> None:
    assert headline(WELL) == "All is well: 5 runs, 7 materializations"
    assert headline(unwell(1)) == "1 failed run, 1 failing check, 1 stale asset, 1 warning"
    assert "By owner" not in str(report_of(WELL, Links()).as_json())


def test_a_second_report_on_a_day_replaces_the_first_and_the_next_day_has_its_own() -> None:
    slack = FakeSlack(clock=lambda: NOW)
    first = publish(slack, WELL, Links())
    assert publish(slack, replace(unwell(2), until=NOW + dt.timedelta(hours=5)), Links()) == first
    (message,) = slack.messages
    assert "2 failed runs" in message.text
    slack.clock = lambda: NOW + DAY
    assert publish(slack, replace(WELL, until=NOW + DAY), Links()) != first
    assert len(slack.messages) == 2


def test_silence_is_seen_after_an_hour() -> None:
    slack = FakeSlack(clock=lambda: NOW)
    assert liveness(slack, NOW, expected=True).severity is dg.AssetCheckSeverity.ERROR
    never = liveness(slack, NOW, expected=False)
    assert (never.passed, never.severity) == (False, dg.AssetCheckSeverity.WARN)
    beat(slack, "#data-platform", NOW, 3, 0, NOW)
    assert liveness(slack, NOW + dt.timedelta(minutes=60), expected=True).passed
    for expected, severity in ((True, dg.AssetCheckSeverity.ERROR), (False, dg.AssetCheckSeverity.WARN)):
        silent = liveness(slack, NOW + dt.timedelta(minutes=61), expected=expected)
        assert (silent.passed, silent.severity) == (False, severity)


def test_the_heartbeat_is_one_message_that_counts_on_and_is_renewed_after_a_week() -> None:
    slack = FakeSlack(clock=lambda: NOW)
    for number in range(4):
        beat(slack, "#data-platform", NOW + number * dt.timedelta(minutes=15), 2, 1, NOW)
    (message,) = slack.messages
    assert "alive at 10 Jun, 07:45 UTC: 8 failures told since 10 Jun, 07:00, 1 waiting" in message.text
    beat(slack, "#data-platform", NOW + 8 * DAY, 0, 0, NOW)
    assert len(slack.messages) == 2


def reports(slack: FakeSlack, *, times: int) -> list[dg.ExecuteInProcessResult]:
    """Runs of the asset, one after the other, on a platform that has no other."""

    class InMemory(SlackResource):
        @contextmanager
        def open(self) -> Iterator[SlackApi]:
            yield slack

    location = CodeLocation()
    location.definitions = dg.Definitions(
        assets=[report_asset(retry_policy=None)], resources={"slack": InMemory(), "code_location": location}
    )
    instance = dg.DagsterInstance.ephemeral()
    job = location.definitions.resolve_implicit_global_asset_job_def()
    return [job.execute_in_process(instance=instance, raise_on_error=False) for _ in range(times)]


def test_a_run_that_dies_after_posting_is_followed_by_one_that_posts_nothing_new() -> None:
    slack = FakeSlack(clock=lambda: dt.datetime.now(dt.UTC))
    # The first call after the message was posted.
    slack.fail_next("permalink", TimedOut("Slack did not answer."))
    assert [result.success for result in reports(slack, times=2)] == [False, True]
    (message,) = slack.messages
    assert "1 failed run" in message.text


def test_the_asset_posts_what_the_instance_knows_and_records_it() -> None:
    slack = FakeSlack(clock=lambda: dt.datetime.now(dt.UTC))
    results = reports(slack, times=2)
    (message,) = [each for each in slack.messages if each.message.event_type == "platform_health_report"]
    (materialization,) = results[1].asset_materializations_for_node("slack__platform_health_report")
    metadata = materialization.metadata
    assert metadata["message"].value == slack.permalink(message.posted)
    # The second report counts the first one's run, and its own check, which warns.
    assert (metadata["runs_succeeded"].value, metadata["checks_warning"].value) == (1, 1)
    assert metadata["runs_under_way"].value == 0, "it does not count its own"
    assert message.edited_at is not None
    (check,) = [
        each for each in results[1].get_asset_check_evaluations() if each.check_name == NOTIFIER_IS_ALIVE
    ]
    assert (check.asset_key, check.passed, check.severity) == (REPORT, False, dg.AssetCheckSeverity.WARN)
