"""The platform's automation policies: at most five, named after what they promise.

What belongs here: conditions that several integrations share. An asset that needs a sixth kind of timing is a reason to
talk, not to add a line elsewhere.

``AutomationCondition.on_cron`` is not used: it waits for *every* dependency to have updated, external ones too, so a
source that nobody reports, or a dependency key that is misspelt, would block an asset for ever.
"""

from functools import cache

import dagster as dg


# Conditions never change, so all assets of a kind share one.
@cache
def ingest_on_cron(cron_schedule: str, cron_timezone: str = "UTC") -> dg.AutomationCondition:
    """Once a tick of the schedule, whatever happened upstream: for assets that fetch from outside.

    A partitioned asset runs its latest complete partition. A tick is handled once, even if the run fails; retries are
    the retry policy's business.

    Args:
        cron_schedule: Five fields.
        cron_timezone: An IANA name.
    """
    tick = dg.AutomationCondition.cron_tick_passed(cron_schedule, cron_timezone)
    return (
        dg.AutomationCondition.in_latest_time_window()
        & tick.since_last_handled()
        & ~dg.AutomationCondition.in_progress()
    ).with_label(f"ingest_on_cron({cron_schedule})")


@cache
def on_code_changed() -> dg.AutomationCondition:
    """When its own definition changed, or when it was never made: for what has no inputs, such as dbt seeds."""
    reason = dg.AutomationCondition.newly_missing() | dg.AutomationCondition.code_version_changed()
    # Not `since_last_handled`, which also forgets what was missing when the sensor was switched on.
    handled = dg.AutomationCondition.newly_requested() | dg.AutomationCondition.newly_updated()
    return (reason.since(handled) & ~dg.AutomationCondition.in_progress()).with_label("on_code_changed")


@cache
def on_inputs_updated() -> dg.AutomationCondition:
    """As soon as any input has new data: for cheap assets, such as staging views.

    It waits while the latest partition of an input is missing, and not for older ones: an unpartitioned asset reads all
    partitions, and one hole in the history must not stop it for ever. A partition that is merely new (midnight has
    passed) is no reason to run; its inputs are.
    """
    latest_is_missing = dg.AutomationCondition.any_deps_match(
        dg.AutomationCondition.missing()
        & dg.AutomationCondition.in_latest_time_window()
        & ~dg.AutomationCondition.will_be_requested()
    )
    return (
        dg.AutomationCondition.in_latest_time_window()
        & dg.AutomationCondition.any_deps_updated().since_last_handled()
        & ~latest_is_missing.allow(_materializable())
        & ~dg.AutomationCondition.in_progress()
    ).with_label("on_inputs_updated")


@cache
def on_inputs_settled() -> dg.AutomationCondition:
    """When an input has new data and no input is being made: for marts, which would otherwise run once per input."""
    return (
        on_inputs_updated() & ~dg.AutomationCondition.any_deps_in_progress().allow(_materializable())
    ).with_label("on_inputs_settled")


def _materializable() -> dg.AssetSelection:
    # An external source has no runs and, unless somebody reports it, no events: it would look missing for ever.
    return dg.AssetSelection.all().materializable()
