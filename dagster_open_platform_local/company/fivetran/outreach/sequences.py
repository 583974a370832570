"""Sequences, their steps and templates, and who is in them.

What belongs here: `sequence`, `sequence_step`, `sequence_template`, `template`, `sequence_tag`, `sequence_state`. What does not: the
mailings, calls and tasks themselves (`messages.py`).
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.outreach.catalogue import (
    CALL,
    EMAIL,
    MANUAL_EMAIL,
    SEQUENCES,
    STATES,
    step_ids,
)
from dagster_open_platform_local.company.fivetran.outreach.facts import Facts
from dagster_open_platform_local.company.fivetran.outreach.tables import (
    counters,
    known_moments,
    latest_of,
    moment,
    repeated,
    table,
    user_ids,
)
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Columns, Integers, choice, moments

_DAY = DAY_SECONDS
_MANAGER = 1
"""Id of the user who wrote all of them."""
_BODY = "Hi {{first_name}},"


def sequence_tables(known: Facts) -> dict[str, pa.Table]:
    """The tables of sequences. One that is made later is not there yet."""
    epoch = unix_seconds(known.crm.settings.epoch)
    index = np.array(
        [i for i, each in enumerate(SEQUENCES) if epoch + each.since * _DAY < known.crm.now], dtype=np.int64
    )
    created = np.array([epoch + SEQUENCES[i].since * _DAY for i in index.tolist()], dtype=np.int64)
    return {
        "sequence": _sequences(known, index, created),
        "sequence_tag": table(
            "sequence_tag",
            {"tag_name": [SEQUENCES[i].tag for i in index.tolist()], "sequence_id": pa.array(index + 1)},
        ),
        **_steps(known, index, created),
        "sequence_state": _states(known),
    }


def _sequence_of_mailings(known: Facts) -> Integers:
    return known.states.sequence[known.steps.state[known.mailings.step]]


def _sequences(known: Facts, index: Integers, created: Integers) -> pa.Table:
    states, epoch = known.states, unix_seconds(known.crm.settings.epoch)
    every = counters(known, _sequence_of_mailings(known), len(SEQUENCES))
    chosen = [SEQUENCES[i] for i in index.tolist()]
    until = [None if each.until is None else epoch + each.until * _DAY for each in chosen]
    enabled = [each is None or each >= known.crm.now for each in until]
    used = latest_of(len(SEQUENCES), (states.sequence, states.created))[index]
    contacted = np.bincount(states.sequence, minlength=len(SEQUENCES))[index]
    replied = np.bincount(
        _sequence_of_mailings(known)[known.mailings.replied < known.crm.now], minlength=len(SEQUENCES)
    )
    disabled = np.array([-1 if on else at for on, at in zip(enabled, until, strict=True)], dtype=np.int64)
    happened = latest_of(len(SEQUENCES), (states.sequence[known.steps.state], known.steps.moment))[index]
    columns: Columns = {
        "id": pa.array(index + 1),
        "type": repeated("sequence", index.size),
        "name": pa.array([each.name for each in chosen], pa.string()),
        "sequence_type": repeated("interval", index.size),
        "schedule_interval_type": repeated("calendar", index.size),
        "share_type": repeated("shared", index.size),
        "enabled": pa.array(enabled),
        "enabled_at": pa.array(
            [moment(at) if on else None for at, on in zip(created.tolist(), enabled, strict=True)],
            pa.timestamp("us", tz="UTC"),
        ),
        "duration_in_days": pa.array([each.steps[-1].day for each in chosen]),
        "sequence_step_count": pa.array([len(each.steps) for each in chosen]),
        "automation_percentage": pa.array(
            [sum(step.kind == EMAIL for step in each.steps) / len(each.steps) for each in chosen]
        ),
        "finish_on_reply": pa.array([True] * index.size),
        "primary_reply_action": repeated("finish", index.size),
        "secondary_reply_action": repeated("finish", index.size),
        "locked": pa.array([False] * index.size),
        "transactional": pa.array([False] * index.size),
        "throttle_paused": pa.array([False] * index.size),
        "throttle_capacity": pa.array([250] * index.size),
        "last_used_at": known_moments(used),
        "num_contacted_prospects": pa.array(contacted),
        "num_replied_prospects": pa.array(replied[index]),
        "relationship_creator_id": pa.array([_MANAGER] * index.size),
        "relationship_owner_id": pa.array([_MANAGER] * index.size),
        "relationship_ruleset_id": pa.array([1] * index.size),
        "created_at": moments(created),
        "updated_at": moments(np.maximum(np.maximum(created, used), np.maximum(disabled, happened))),
        **{name: values.take(pa.array(index)) for name, values in every.items()},
    }
    return table("sequence", columns)


def _steps(known: Facts, index: Integers, created: Integers) -> dict[str, pa.Table]:
    """Steps; templates of those that send something, under the same ids."""
    places = [
        (i, place, int(at))
        for i, at in zip(index.tolist(), created, strict=True)
        for place in range(len(SEQUENCES[i].steps))
    ]
    sequence, place, since = (np.array([each[k] for each in places], dtype=np.int64) for k in range(3))
    ids = step_ids(sequence, place)
    steps = [SEQUENCES[i].steps[at] for i, at in zip(sequence.tolist(), place.tolist(), strict=True)]
    mailed = known.mailings.step
    sent = step_ids(_sequence_of_mailings(known), known.steps.place[mailed])
    group = np.searchsorted(ids, sent)
    counts = counters(known, group, ids.size)
    happened = latest_of(ids.size, (group, known.steps.moment[mailed]))
    stamps: Columns = {
        "relationship_creator_id": pa.array([_MANAGER] * ids.size),
        "relationship_updater_id": pa.array([_MANAGER] * ids.size),
        "created_at": moments(since),
        "updated_at": moments(np.maximum(since, happened)),
    }
    before = [0 if at == 0 else steps[k - 1].day for k, at in enumerate(place.tolist())]
    kinds = [each.kind for each in steps]
    columns: Columns = {
        "id": pa.array(ids),
        "type": repeated("sequenceStep", ids.size),
        "relationship_sequence_id": pa.array(sequence + 1),
        "relationship_call_purpose_id": pa.array([1 if each == CALL else None for each in kinds], pa.int64()),
        "relationship_task_priority_id": pa.array([2] * ids.size),
        "order": pa.array(place + 1),
        "step_type": pa.array(kinds, pa.string()),
        "display_name": pa.array(
            [f"Step #{at + 1} ({_LABELS[each]})" for at, each in zip(place.tolist(), kinds, strict=True)]
        ),
        # Seconds since the step before.
        "interval": pa.array([(step.day - day) * _DAY for step, day in zip(steps, before, strict=True)]),
        **stamps,
        **counts,
    }
    mails = pa.array([each in (EMAIL, MANUAL_EMAIL) for each in kinds], pa.bool_())
    return {
        "sequence_step": table("sequence_step", columns),
        **{
            name: table(name, each).filter(mails)
            for name, each in _templates(
                ids, [each.subject for each in steps], since, {**stamps, **counts}
            ).items()
        },
    }


def _templates(ids: Integers, subjects: list[str], since: Integers, shared: Columns) -> dict[str, Columns]:
    size = ids.size
    return {
        "template": {
            **shared,
            "id": pa.array(ids),
            "type": repeated("template", size),
            "name": pa.array(subjects, pa.string()),
            "subject": pa.array(subjects, pa.string()),
            "body_text": repeated(_BODY, size),
            "body_html": repeated(f"<p>{_BODY}</p>", size),
            "archived": pa.array([False] * size),
            "share_type": repeated("shared", size),
            "track_opens": pa.array([True] * size),
            "track_links": pa.array([True] * size),
            "relationship_owner_id": pa.array([_MANAGER] * size),
        },
        "sequence_template": {
            **shared,
            "id": pa.array(ids),
            "type": repeated("sequenceTemplate", size),
            "relationship_sequence_step_id": pa.array(ids),
            "relationship_template_id": pa.array(ids),
            "enabled": pa.array([True] * size),
            "enabled_at": moments(since),
            "is_reply": pa.array([each.startswith("Re: ") for each in subjects]),
        },
    }


_LABELS = {EMAIL: "Auto Email", MANUAL_EMAIL: "Manual Email", CALL: "Call", "task": "Generic Task"}


def _states(known: Facts) -> pa.Table:
    states, steps, size = known.states, known.steps, known.states.ids.size
    contacts = known.crm.contacts
    person = known.prospect[states.prospect]
    # As it was then: who is a contact now may have been a lead.
    account = np.where(contacts.converted[person] <= states.created, contacts.account[person], -1)
    numbers = known.crm.accounts.number
    place = np.zeros(size, dtype=np.int64)
    # Steps are sorted by place, so that the last one stays.
    place[steps.state] = steps.place
    moved = latest_of(size, (steps.state, steps.moment), (np.arange(size), states.ended))
    changed = np.maximum(states.created, moved)
    sent = known.mailings
    for happened in (sent.opened, sent.clicked):
        changed = np.maximum(changed, latest_of(size, (steps.state[sent.step], happened)))
    is_over = states.state != STATES.index("active")
    columns: Columns = {
        "id": pa.array(states.ids),
        "type": repeated("sequenceState", size),
        "relationship_prospect_id": pa.array(known.prospect_id[states.prospect]),
        "relationship_account_id": pa.array(
            numbers[np.maximum(account, 0)] if numbers.size else account, mask=account < 0
        ),
        "relationship_sequence_id": pa.array(states.sequence + 1),
        "relationship_sequence_step_id": pa.array(step_ids(states.sequence, place)),
        "relationship_creator_id": pa.array(user_ids(states.user)),
        "relationship_mailbox_id": pa.array(user_ids(states.user)),
        "state": choice(STATES, states.state),
        "state_changed_at": moments(np.where(is_over, states.ended, states.created)),
        "active_at": moments(states.created),
        "replied_at": moments(states.replied),
        "pause_reason": choice(
            ("Manually paused",), np.zeros(size, dtype=np.int64), states.state != STATES.index("paused")
        ),
        "created_at": moments(states.created),
        "updated_at": moments(changed),
        **counters(known, steps.state[sent.step], size),
    }
    return table("sequence_state", columns)
