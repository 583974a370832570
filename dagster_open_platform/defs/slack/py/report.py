"""The daily health report, and the check that somebody tells failures as they happen.

What belongs here: the asset, its check, and posting once a day. What does not: measuring and wording (``lib/health``).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from dagster_open_platform.defs.slack.py.routing import DEFAULT_CHANNEL
from dagster_open_platform.lib.alerts.heartbeat import SILENT_AFTER, last_heartbeat
from dagster_open_platform.lib.automation import ingest_on_cron
from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.code_location import CodeLocation
from dagster_open_platform.lib.health import PLATFORM_REPORT
from dagster_open_platform.lib.health.chart import chart_of
from dagster_open_platform.lib.health.links import Links
from dagster_open_platform.lib.health.measure import health_of
from dagster_open_platform.lib.health.model import Health
from dagster_open_platform.lib.health.report import ALT_TEXT, EVENT_TYPE, headline, owners_table, report_of
from dagster_open_platform.lib.outcomes import RETRIES
from dagster_open_platform.lib.slack.protocol import Posted, SlackApi
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.utils.environment_helpers import get_environment

REPORT = dg.AssetKey(["slack", "platform_health_report"])
NOTIFIER_IS_ALIVE = "notifier_is_alive"
CRON = "0 7 * * *"


def publish(slack: SlackApi, health: Health, links: Links) -> Posted:
    """Post the report of the day, or replace it if it was posted already, whoever did and whatever became of them.

    Args:
        slack: Slack.
        health: Of the day on which its window ends, in UTC.
        links: Where runs are shown.
    """
    day = health.until.date()
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    message = report_of(
        health, links, slack.upload_image(chart_of(health), f"platform-health-{day}.png", ALT_TEXT)
    )
    for event in slack.posted(DEFAULT_CHANNEL, midnight, EVENT_TYPE):
        if event.payload.get("day") == day.isoformat():
            slack.update(event.posted, message)
            return event.posted
    return slack.post(DEFAULT_CHANNEL, message)


def metadata_of(health: Health, permalink: str) -> Mapping[str, Any]:
    """What is recorded with the report.

    Args:
        health: What it says.
        permalink: The message.
    """
    return {
        "message": dg.MetadataValue.url(permalink),
        "headline": headline(health),
        "window_start": dg.MetadataValue.timestamp(health.since),
        "window_end": dg.MetadataValue.timestamp(health.until),
        "owners": owners_table(health.owners),
        "left_out": "; ".join(health.left_out) or "nothing",
        **health.numbers(),
    }


def liveness(slack: SlackApi, now: dt.datetime, expected: bool) -> dg.AssetCheckResult:
    """Whether the notifier has looked within the hour.

    Args:
        slack: Has its heartbeat.
        now: Aware.
        expected: Whether its sensor is on where nobody switched it: then silence is an error, otherwise a warning.
    """
    severity = dg.AssetCheckSeverity.ERROR if expected else dg.AssetCheckSeverity.WARN
    last = last_heartbeat(slack, DEFAULT_CHANNEL, now)
    if last is None:
        return dg.AssetCheckResult(
            asset_key=REPORT,
            check_name=NOTIFIER_IS_ALIVE,
            passed=False,
            severity=severity,
            description="The failure notifier has never looked, or not for a month: switch on its sensor, run_failure_notifier.",
        )
    event, heartbeat = last
    age = now - heartbeat.alive_at
    return dg.AssetCheckResult(
        asset_key=REPORT,
        check_name=NOTIFIER_IS_ALIVE,
        passed=age <= SILENT_AFTER,
        severity=severity,
        description=(
            f"The failure notifier looked last at {heartbeat.alive_at:%Y-%m-%d %H:%M} UTC,"
            f" {age // dt.timedelta(minutes=1):,} minutes ago"
            + (
                "."
                if age <= SILENT_AFTER
                else ": failures since are told nobody. Look at its sensor's ticks."
            )
        ),
        metadata={
            "alive_at": dg.MetadataValue.timestamp(heartbeat.alive_at),
            "heartbeat": dg.MetadataValue.url(slack.permalink(event.posted)),
            "failures_told": heartbeat.told,
        },
    )


def report_asset(retry_policy: dg.RetryPolicy | None = RETRIES) -> dg.AssetsDefinition:
    """The asset.

    Args:
        retry_policy: For failures that may pass; permanent ones are never retried.
    """

    @dg.asset(
        key=REPORT,
        group_name="slack",
        owners=["team:data-platform"],
        kinds={"slack", "python"},
        description=(
            "The platform's health over the last 24 hours, posted to Slack once a day: runs that failed, stale assets, checks that do not"
            " pass, what was slow, and all of it by owner. A second run on a day replaces the day's message."
        ),
        automation_condition=ingest_on_cron(CRON),
        tags=PLATFORM_REPORT,
        check_specs=[
            dg.AssetCheckSpec(
                NOTIFIER_IS_ALIVE,
                asset=REPORT,
                description=(
                    "The failure notifier has looked within the last hour. Fails when it is silent; only warns where its sensor is off"
                    " by default, as on a laptop that is not always on."
                ),
            )
        ],
        retry_policy=retry_policy,
    )
    def platform_health_report(
        context: dg.AssetExecutionContext,
        slack: SlackResource,
        code_location: dg.ResourceParam[CodeLocation],
    ) -> Iterator[dg.MaterializeResult]:
        now = dt.datetime.now(dt.UTC)
        running = RUNNING_BY_DEFAULT[get_environment().name] is dg.DefaultSensorStatus.RUNNING
        check = dg.AssetCheckKey(REPORT, NOTIFIER_IS_ALIVE)
        with slack.open() as api:
            alive = liveness(api, now, expected=running)
            health = health_of(
                context.instance,
                code_location.graph,
                now,
                except_run=context.run.run_id,
                results={check: alive},
            )
            context.log.info(headline(health))
            posted = publish(api, health, Links.from_environment())
            permalink = api.permalink(posted)
        selected = check in context.selected_asset_check_keys
        yield dg.MaterializeResult(
            metadata=metadata_of(health, permalink), check_results=[alive] if selected else []
        )

    return platform_health_report


platform_health_report = report_asset()
