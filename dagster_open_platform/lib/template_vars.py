"""What YAML may write between ``{{`` and ``}}``, besides Dagster's own ``env`` and ``dg``.

What belongs here: the platform's policies by the names that YAML uses. An instance has them after
``template_vars_module: dagster_open_platform.lib.template_vars``, for example as
``automation_condition: "{{ ingest_on_cron('30 5 * * *') }}"``. What does not: the policies themselves.
"""

from collections.abc import Callable
from datetime import timedelta

import dagster as dg

from dagster_open_platform.lib import automation


@dg.template_var
def ingest_on_cron() -> Callable[..., dg.AutomationCondition]:
    """For assets that fetch from outside; takes a cron expression, and a time zone unless it is UTC."""
    return automation.ingest_on_cron


@dg.template_var
def on_inputs_updated() -> Callable[[], dg.AutomationCondition]:
    """For cheap assets; takes nothing."""
    return automation.on_inputs_updated


@dg.template_var
def on_inputs_settled() -> Callable[[], dg.AutomationCondition]:
    """For assets of several inputs; takes nothing."""
    return automation.on_inputs_settled


@dg.template_var
def fresh_within() -> Callable[..., dg.FreshnessPolicy]:
    """How old an asset may become; takes the hours after which it fails and, if there are any, after which it warns."""

    def policy(fail_hours: float, warn_hours: float | None = None) -> dg.FreshnessPolicy:
        return dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=fail_hours),
            warn_window=timedelta(hours=warn_hours) if warn_hours is not None else None,
        )

    return policy
