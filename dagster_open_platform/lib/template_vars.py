"""What YAML may write between ``{{`` and ``}}``, besides Dagster's own ``env`` and ``dg``.

What belongs here: the platform's policies, and what an environment has, by the names that YAML uses. An instance has them after
``template_vars_module: dagster_open_platform.lib.template_vars``, for example as
``automation_condition: "{{ ingest_on_cron('30 5 * * *') }}"``. What does not: the policies and environments themselves.
"""

from collections.abc import Callable
from datetime import timedelta

import dagster as dg

from dagster_open_platform.lib import automation
from dagster_open_platform.lib.aws import buckets
from dagster_open_platform.utils.environment_helpers import (
    get_database_for_environment,
    get_role_for_environment,
    get_schema_for_environment,
    get_warehouse_for_environment,
)


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


@dg.template_var
def database_from_env() -> Callable[[str], str]:
    """The physical name of a database in this environment; takes the logical one."""
    return get_database_for_environment


@dg.template_var
def schema_from_env() -> Callable[[str], str]:
    """The physical name of a schema in this environment; takes the logical one."""
    return get_schema_for_environment


@dg.template_var
def role_from_env() -> Callable[[], str | None]:
    """The platform's role in this environment; takes nothing. A laptop has none."""
    return get_role_for_environment


@dg.template_var
def warehouse_from_env() -> Callable[[], str | None]:
    """The platform's virtual warehouse in this environment; takes nothing. A laptop has none."""
    return get_warehouse_for_environment


@dg.template_var
def workspace_staging_prefix() -> Callable[[], str]:
    """The folder of the bucket of workspaces in which this environment stages them; takes nothing."""
    return buckets.workspace_staging_prefix
