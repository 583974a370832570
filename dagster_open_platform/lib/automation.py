"""The platform's automation policies: at most five, named after what they promise.

What belongs here: conditions that several integrations share. An asset that needs a sixth kind of timing is a reason to
talk, not to add a line elsewhere.

``AutomationCondition.on_cron`` is not used: it waits for *every* dependency to have updated, external ones too, so a
source that nobody reports, or a dependency key that is misspelt, would block an asset for ever.
"""

import dagster as dg


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


def on_inputs_updated() -> dg.AutomationCondition:
    """As soon as any input has new data and none is missing: for cheap assets, such as staging views."""
    return (
        dg.AutomationCondition.in_latest_time_window()
        & (
            dg.AutomationCondition.any_deps_updated() | dg.AutomationCondition.newly_missing()
        ).since_last_handled()
        & ~dg.AutomationCondition.any_deps_missing().allow(_materializable())
        & ~dg.AutomationCondition.in_progress()
    ).with_label("on_inputs_updated")


def on_inputs_settled() -> dg.AutomationCondition:
    """When an input has new data and no input is being made: for marts, which would otherwise run once per input."""
    return (
        on_inputs_updated() & ~dg.AutomationCondition.any_deps_in_progress().allow(_materializable())
    ).with_label("on_inputs_settled")


def _materializable() -> dg.AssetSelection:
    # An external source has no runs and, unless somebody reports it, no events: it would look missing for ever.
    return dg.AssetSelection.all().materializable()
