"""The sensor that tells failed runs to those who own what failed.

What belongs here: when it looks, and what a tick says. What does not: what is told, where and when (``lib/alerts``, `routing.py`).

It is no `run_failure_sensor`: that one looks only when a run fails, so it could show no sign of life, and it is told nothing of a retry
that succeeds.
"""

import datetime as dt

import dagster as dg

from dagster_open_platform.defs.slack.py.routing import ROUTING
from dagster_open_platform.lib.alerts.routing import Routing
from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.code_location import CodeLocation
from dagster_open_platform.lib.slack.resource import SlackResource
from dagster_open_platform.utils.environment_helpers import get_environment
from dagster_open_platform.utils.failures import RetryableFailure
from dagster_open_platform.utils.outside import OutsideLeftAlone

NAME = "run_failure_notifier"
SECONDS = 60
PATIENCE = {"max_attempts": 2, "max_wait_seconds": 15.0}


def failure_notifier(
    status: dg.DefaultSensorStatus, routing: Routing = ROUTING, settle: dt.timedelta | None = None
) -> dg.SensorDefinition:
    """The sensor.

    Args:
        status: Whether it is on where it was never switched.
        routing: Who reads which channel.
        settle: How long a failed run is left alone that does not say whether it will be tried again; default: `notifier.SETTLE`.
    """

    @dg.sensor(
        name=NAME,
        minimum_interval_seconds=SECONDS,
        default_status=status,
        description=(
            "Tells each failed run in Slack, once, in the channels of those who own what failed, when Dagster will not try it again; says in"
            " the thread when the failure comes back, and when a retry succeeds. Shows every 15 minutes that it is alive."
        ),
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        slack: SlackResource,
        code_location: dg.ResourceParam[CodeLocation],
    ) -> dg.SensorResult:
        # Imported when it looks: definitions are loaded much more often.
        from dagster_open_platform.lib.alerts.notifier import SETTLE, Notifier
        from dagster_open_platform.lib.health.links import Links

        try:
            # Dagster ends a tick after a minute: a Slack that asks for more patience is asked again in the next.
            with slack.model_copy(update=PATIENCE).open() as api:
                notifier = Notifier(
                    context.instance,
                    code_location.graph,
                    api,
                    routing,
                    Links.from_environment(),
                    dt.datetime.now(dt.UTC),
                    settle=SETTLE if settle is None else settle,
                )
                tick = notifier.tick(context.cursor)
        except OutsideLeftAlone as refused:
            return dg.SensorResult(cursor=context.cursor, skip_reason=refused.description)
        except RetryableFailure as failure:
            # The cursor stays where it was. What has been told is in Slack, and is not told again.
            return dg.SensorResult(
                cursor=context.cursor,
                skip_reason=f"Nothing is lost, the next tick tries again: {failure.description}",
            )
        return dg.SensorResult(cursor=tick.cursor, skip_reason=str(tick))

    return sensor


@dg.definitions
def defs() -> dg.Definitions:
    """The sensor."""
    return dg.Definitions(sensors=[failure_notifier(RUNNING_BY_DEFAULT[get_environment().name])])
