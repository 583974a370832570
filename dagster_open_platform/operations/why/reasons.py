"""What follows from the facts: why an asset ran or did not, in sentences, the weightiest first.

What belongs here: conclusions and their words. What does not: finding facts (`look.py`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from dagster_open_platform.lib.systems import counted
from dagster_open_platform.operations.names import few
from dagster_open_platform.operations.why.facts import Facts, Input, Kind, Policy
from dagster_open_platform.operations.why.inputs import INPUT_POLICIES, is_being_made

DAEMON_PATIENCE = dt.timedelta(minutes=5)
"""A daemon that was not seen for so long does not run: it writes every 30 seconds, and a busy machine is late."""
TICK = dt.timedelta(minutes=2)
"""Within which a tick that began after an event has surely seen it, and launched what it requested."""


def reasons(facts: Facts) -> Iterator[str]:
    """Why it ran or did not, and what it waits for.

    Args:
        facts: What is known.
    """
    if facts.kind is not Kind.MADE:
        yield from _of_others(facts)
        return
    if facts.running:
        yield f"A run is to make it now: {few([run[:8] for run in facts.running])}."
    if facts.failure and (facts.last is None or facts.failure.at > facts.last.at):
        yield (
            f"The last attempt failed at {moment(facts.failure.at)} (run {facts.failure.run_id[:8]}): {facts.failure.message}"
        )
        yield "A policy that has requested a run counts it as handled, failed or not: launch it again, or wait for its next reason."
    yield from _of_automation(facts)
    for policy in facts.policies:
        yield from _of_policy(policy, facts)
    if not facts.policies:
        yield from _without_policy(facts)
    yield from _of_checks(facts)


def _of_others(facts: Facts) -> Iterator[str]:
    yield "Nothing here makes it: it has no policy and no runs of its own, and is as new as its source."
    if facts.others:
        yield from _requesters(facts, "is observed by")
    if facts.last is None:
        yield "Nobody has reported it yet; policies of what reads it do not wait for it."
    elif not facts.last.run_id:
        yield f"It was reported at {moment(facts.last.at)} without a run: by a sensor that looks at the source, or from outside."


def _of_automation(facts: Facts) -> Iterator[str]:
    sensor = facts.sensor
    if sensor is None:
        return
    if not sensor.is_on:
        how = (
            "was switched off"
            if sensor.was_switched
            else "is off until somebody switches it on, as on a laptop all sensors are"
        )
        yield (
            f"Its policy is not evaluated: the sensor {sensor.name} {how} (in the UI: Automation > {sensor.name})."
        )
    elif facts.daemon is None or facts.now - facts.daemon > DAEMON_PATIENCE:
        seen = f"was last seen at {moment(facts.daemon)}" if facts.daemon else "has never run"
        yield f"Its policy is not evaluated: Dagster's daemon {seen}. `just dev` runs one."
    elif sensor.said:
        yield f"The sensor {sensor.name} is on; at {moment(sensor.last_tick)} {sensor.said}."


def _of_policy(policy: Policy, facts: Facts) -> Iterator[str]:
    if policy.name == "ingest_on_cron":
        yield from _of_cron(policy, facts)
    elif policy.name == "on_code_changed":
        if facts.last is None:
            yield "on_code_changed: it is due, for it was never made."
        elif facts.code_changed:
            yield "on_code_changed: it is due, for its definition is another than that which made it."
        else:
            yield "on_code_changed: nothing to do, its definition is that which made it."
    elif policy.name in INPUT_POLICIES:
        yield from _of_inputs(policy, facts)


def _of_cron(policy: Policy, facts: Facts) -> Iterator[str]:
    next_time = f"; the next tick is at {moment(policy.next_tick)}" if policy.next_tick else ""
    if policy.last_tick is None:
        return
    if facts.last is None or facts.last.at < policy.last_tick:
        yield f"{policy.name}: it was not made since its last tick at {moment(policy.last_tick)}{next_time}."
    elif facts.partitions and not facts.partitions.latest_is_made and facts.partitions.latest:
        yield (
            f"{policy.name}: it was made since its last tick at {moment(policy.last_tick)}, but not its latest partition"
            f" {facts.partitions.latest}{next_time}."
        )
    else:
        yield f"{policy.name}: nothing to do, it was made since its last tick at {moment(policy.last_tick)}{next_time}."


def _of_inputs(policy: Policy, facts: Facts) -> Iterator[str]:
    newer = [each for each in facts.inputs if each.is_newer]
    due = [each for each in facts.inputs if each.is_due and not each.is_newer]
    causes = [
        *([f"newer than it is {_named(newer)}"] if newer else []),
        *([f"the same tick will request {_named(due)}"] if due else []),
    ]
    waits = " and for ".join(_waits(policy, facts))
    if causes and waits:
        yield f"{policy.name}: {' and '.join(causes)}, but it waits for {waits}."
    elif causes and _was_seen(facts, newer):
        # `since_last_handled` looks at ticks, not at the order of events between two of them.
        yield (
            f"{policy.name}: {' and '.join(causes)}, but the tick at {moment(facts.sensor and facts.sensor.last_tick)} saw that and"
            " requested nothing: what is made between the same two ticks as its input counts as handled. It runs with the next"
            " update, or when somebody launches it."
        )
    elif causes:
        yield f"{policy.name}: it is due, for {' and '.join(causes)}."
    else:
        yield f"{policy.name}: nothing to do, none of its {counted(len(facts.inputs), 'input')} has newer data."
        if waits:
            yield f"When an input has new data, it will wait for {waits}."


def _was_seen(facts: Facts, newer: Sequence[Input]) -> bool:
    """Whether the sensor has evaluated the condition since the newest of these updates, and no run follows from it."""
    ticked = facts.sensor.last_tick if facts.sensor and facts.sensor.is_on else None
    updates = [each.updated for each in newer if each.updated is not None]
    return ticked is not None and bool(updates) and max(updates) + TICK < ticked


def _waits(policy: Policy, facts: Facts) -> Iterator[str]:
    if missing := [each for each in facts.inputs if each.is_missing]:
        yield f"the latest data of {_named(missing)}, which is missing"
    running = [each for each in facts.inputs if is_being_made(each)]
    if running and policy.name == "on_inputs_settled":
        yield f"{_named(running)}, which a run is making"
    if facts.running:
        yield "the run that is making it"


def _without_policy(facts: Facts) -> Iterator[str]:
    if facts.others:
        yield from _requesters(facts, "requests it")
    else:
        yield "It has no automation policy, and no schedule or sensor requests it: it is made when somebody launches it."


def _requesters(facts: Facts, what: str) -> Iterator[str]:
    names = few([f"the {each.what} {each.name}{'' if each.is_on else ' (off)'}" for each in facts.others])
    lead = "That" if facts.kind is not Kind.MADE else "It has no automation policy. What"
    yield f"{lead} {what}: {names}."
    if not any(each.is_on for each in facts.others):
        yield "All of that is off until somebody switches it on (in the UI: Automation)."


def _of_checks(facts: Facts) -> Iterator[str]:
    for check in facts.checks:
        if check.is_blocking and check.key.asset_key != facts.key:
            yield (
                f"The blocking check {check.key.name} of its input {check.key.asset_key.to_user_string()} failed at"
                f" {moment(check.at)}: a run that evaluates it and then comes to this asset stops before."
            )


def _named(inputs: Sequence[Input]) -> str:
    return few([each.key.to_user_string() for each in inputs])


def moment(at: dt.datetime | None) -> str:
    """A moment for people, in UTC."""
    return "never" if at is None else f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
