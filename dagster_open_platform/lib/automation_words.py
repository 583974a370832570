"""The automation policies in words, and which of them a condition consists of.

What belongs here: telling. What does not: the policies (`automation.py`).
"""

from collections.abc import Iterator, Mapping

import dagster as dg

WORDS: Mapping[str, str] = {
    "ingest_on_cron": "once a tick of its schedule, whatever happened upstream; of partitions the latest one",
    "on_code_changed": "when its own definition has changed, or when it was never made",
    "on_inputs_updated": "as soon as any input has new data, unless the latest data of an input is missing",
    "on_inputs_settled": "when an input has new data, unless the latest data of an input is missing or an input is being made",
}
"""The policies by name, in words: for people who ask why an asset ran or did not."""


def policies_in(condition: dg.AutomationCondition) -> Iterator[tuple[str, str | None]]:
    """The policies that a condition consists of.

    Args:
        condition: A policy, or several joined by "or".

    Yields:
        The name of a policy, and the cron schedule with its time zone if it has one. A condition that is none of them is named by
        Dagster's own text.
    """
    label = condition.get_label() or ""
    name = label.partition("(")[0]
    if name in WORDS and " or " not in label:
        ticks = [each for each in _within(condition) if hasattr(each, "cron_schedule")]
        cron = f"{ticks[0].cron_schedule} {ticks[0].cron_timezone}" if ticks else None  # type: ignore[attr-defined]  # its class is private
        yield name, cron
    elif type(condition).__name__ == "OrAutomationCondition":
        for part in condition.children:
            yield from policies_in(part)
    else:
        yield label or str(condition), None


def _within(condition: dg.AutomationCondition) -> Iterator[dg.AutomationCondition]:
    yield condition
    for part in condition.children:
        yield from _within(part)
