"""What sequences made people do: mailings, calls, tasks, and what Outreach notes of it.

What belongs here: `mailing`, `call`, `call_tag`, `task`, `event`. What does not: when which step comes (`engagement.py`).

The dirt in it: 1 % of the mailings are known without their open count; 12 % of the tasks are never done; a call lacks its disposition.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.outreach.catalogue import (
    CALL,
    DISPOSITIONS,
    KINDS,
    MANUAL_EMAIL,
    MOST_STEPS,
    PURPOSES,
    SEQUENCES,
    TASK,
    step_ids,
)
from dagster_open_platform_local.company.fivetran.outreach.facts import Facts
from dagster_open_platform_local.company.fivetran.outreach.tables import repeated, table, user_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import people_emails, picked
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    joined,
    json_objects,
    moments,
    only,
)
from dagster_open_platform_local.company.product.happenings import latest

_STATES = ("delivered", "opened", "replied", "bounced")
_BOUNCE = "550 5.1.1 The email account that you tried to reach does not exist"
_DONE_GAPS = (600, 7200, 30_000, 4 * 86_400)
_NEVER_DONE = 0.12
_EVENTS_SINCE_DAYS = 60
"""Days before the epoch since which there are events: Fivetran's connection is no older."""
_CALL_TAGS = ("objection", "competitor", "pricing", "good-fit")


def message_tables(known: Facts) -> dict[str, pa.Table]:
    """The tables of what happened."""
    calls = known.steps.of(CALL)
    return {
        "mailing": _mailings(known),
        "call": _calls(known, calls),
        "call_tag": _call_tags(known, calls),
        "task": _tasks(known),
        "event": _events(known),
    }


def _relations(known: Facts, step: Integers) -> Columns:
    """To what each of some steps belongs."""
    steps, states = known.steps, known.states
    state = steps.state[step]
    return {
        "relationship_prospect_id": pa.array(known.prospect_id[states.prospect[state]]),
        "relationship_sequence_id": pa.array(states.sequence[state] + 1),
        "relationship_sequence_state_id": pa.array(states.ids[state]),
        "relationship_sequence_step_id": pa.array(step_ids(states.sequence[state], steps.place[step])),
    }


def _subjects(known: Facts, step: Integers) -> pa.Array:
    """With the names that the templates leave open; where Outreach knows no company, nothing."""
    every = [
        [step.subject for step in each.steps] + [""] * (MOST_STEPS - len(each.steps)) for each in SEQUENCES
    ]
    state = known.steps.state[step]
    subjects = choice(
        [text for row in every for text in row],
        known.states.sequence[state] * MOST_STEPS + known.steps.place[step],
    )
    person = known.prospect[known.states.prospect[state]]
    contacts = known.crm.contacts
    companies = picked(known.crm.accounts.name, contacts.account[person])
    texts = [
        text.replace("{{first_name}}", name).replace("{{company}}", company or "") if "{{" in text else text
        for text, name, company in zip(
            subjects.to_pylist(),
            contacts.first_name.take(pa.array(person)).to_pylist(),
            companies.to_pylist(),
            strict=True,
        )
    ]
    return pa.array(texts, pa.string())


def _mailings(known: Facts) -> pa.Table:
    sent, steps, states = known.mailings, known.steps, known.states
    step, size = sent.step, sent.step.size
    state = steps.state[step]
    draws = known.crm.draws("outreach_mailing", steps.ids[step])
    status = np.where(sent.opened < NEVER, 1, 0)
    status = np.where(sent.replied < NEVER, 2, np.where(sent.bounced < NEVER, 3, status))
    changed_at = latest(
        known.crm.now, steps.moment[step], sent.delivered, sent.opened, sent.replied, sent.bounced
    )
    user = states.user[state]
    template = pa.array(step_ids(states.sequence[state], steps.place[step]))
    columns: Columns = {
        **_relations(known, step),
        "id": pa.array(steps.ids[step]),
        "type": repeated("mailing", size),
        "mailing_type": repeated("sequence", size),
        "relationship_template_id": template,
        "relationship_user_id": pa.array(user_ids(user)),
        "relationship_mailbox_id": pa.array(user_ids(user)),
        "mailbox_address": picked(people_emails(known.crm), user),
        "subject": _subjects(known, step),
        "message_id": joined("<", steps.ids[step], "@outreach.example.com>"),
        "state": choice(_STATES, status),
        "state_changed_at": moments(changed_at),
        "scheduled_at": moments(steps.moment[step]),
        "delivered_at": moments(sent.delivered),
        "opened_at": moments(sent.opened),
        "clicked_at": moments(sent.clicked),
        "replied_at": moments(sent.replied),
        "bounced_at": moments(sent.bounced),
        "unsubscribed_at": moments(sent.unsubscribed),
        "open_count": pa.array(sent.opens, mask=draws.chance("lost_count", 0.01)),
        "click_count": pa.array(sent.clicks),
        "error_reason": only(repeated(_BOUNCE, size), sent.bounced < NEVER),
        "retry_count": pa.array(np.zeros(size, dtype=np.int64)),
        "track_opens": pa.array(np.ones(size, dtype=np.bool_)),
        "track_links": pa.array(np.ones(size, dtype=np.bool_)),
        "override_safety_settings": pa.array(np.zeros(size, dtype=np.bool_)),
        "created_at": moments(states.created[state]),
        "updated_at": moments(latest(known.crm.now, changed_at, sent.clicked, sent.unsubscribed)),
    }
    return table("mailing", columns)


def _calls(known: Facts, step: Integers) -> pa.Table:
    steps, states, size = known.steps, known.states, step.size
    state = steps.state[step]
    draws = known.crm.draws("outreach_call", steps.ids[step])
    disposition = draws.below("disposition", len(DISPOSITIONS))
    answered = np.array([outcome == "Answered" for _, outcome in DISPOSITIONS])[disposition]
    dialed = steps.moment[step]
    length = np.where(answered, draws.quantile("talk", (20, 90, 300, 1500)), draws.below("ring", 40) + 5)
    completed = np.minimum(dialed + 8 + length, known.crm.now - 1)
    unsaid: Mask = draws.chance("unsaid", 0.06)
    columns: Columns = {
        **_relations(known, step),
        "id": pa.array(steps.ids[step]),
        "type": repeated("call", size),
        "relationship_user_id": pa.array(user_ids(states.user[state])),
        "relationship_task_id": pa.array(steps.ids[step]),
        "relationship_call_disposition_id": pa.array(disposition + 1, mask=unsaid),
        "relationship_call_purpose_id": pa.array(1 + draws.below("purpose", len(PURPOSES))),
        "direction": repeated("outbound", size),
        "outcome": choice(("Not Answered", "Answered"), answered.astype(np.int64)),
        "state": repeated("completed", size),
        "user_call_type": repeated("bridge", size),
        "sequence_action": repeated("Advance", size),
        "should_record_call": pa.array(draws.chance("recorded", 0.5)),
        "dialed_at": moments(dialed),
        "answered_at": moments(np.where(answered, np.minimum(dialed + 8, completed), NEVER)),
        "completed_at": moments(completed),
        "state_changed_at": moments(completed),
        "created_at": moments(dialed),
        "updated_at": moments(completed),
        "uid": joined("call-", steps.ids[step]),
    }
    return table("call", columns)


def _call_tags(known: Facts, step: Integers) -> pa.Table:
    draws = known.crm.draws("outreach_call_tag", known.steps.ids[step])
    index = np.flatnonzero(draws.chance("tagged", 0.15))
    names = choice(_CALL_TAGS, draws.below("tag", len(_CALL_TAGS))).take(pa.array(index))
    return table("call_tag", {"tag_name": names, "call_id": pa.array(known.steps.ids[step[index]])})


def _tasks(known: Facts) -> pa.Table:
    """A task for each step that a person has to do. A call was made when its step came."""
    steps, states = known.steps, known.states
    step = steps.of(CALL, TASK, MANUAL_EMAIL)
    state, size = steps.state[step], step.size
    kind = steps.kind[step]
    draws = known.crm.draws("outreach_task", steps.ids[step])
    due = steps.moment[step]
    gap = np.where(_is(kind, TASK), draws.quantile("done", _DONE_GAPS), 30)
    done = np.where(_is(kind, TASK) & draws.chance("never", _NEVER_DONE), NEVER, due + gap)
    done = np.where(done < known.crm.now, done, NEVER)
    is_done = done < NEVER
    user = user_ids(states.user[state])
    action = np.where(_is(kind, CALL), 0, np.where(_is(kind, MANUAL_EMAIL), 1, 2))
    contacts = known.crm.contacts
    person = known.prospect[states.prospect[state]]
    # As it was then: who is a contact now may have been a lead.
    account = np.where(contacts.converted[person] <= due, contacts.account[person], -1)
    ids = pa.array(steps.ids[step])
    columns: Columns = {
        **_relations(known, step),
        "id": ids,
        "type": repeated("task", size),
        "relationship_account_id": picked(pa.array(known.crm.accounts.number), account),
        "relationship_subject_id": pa.array(known.prospect_id[states.prospect[state]]),
        "relationship_subject_type": repeated("prospect", size),
        "relationship_owner_id": pa.array(user),
        "relationship_creator_id": pa.array(user),
        "relationship_completer_id": pa.array(user, mask=~is_done),
        "relationship_call_id": only(ids, _is(kind, CALL)),
        "relationship_mailing_id": only(ids, _is(kind, MANUAL_EMAIL)),
        "relationship_task_priority_id": pa.array(1 + draws.below("priority", 3)),
        "action": choice(("call", "email", "action_item"), action),
        "task_type": choice(("sequence_step_call", "sequence_step_email", "sequence_step_task"), action),
        "state": choice(("pending", "complete"), is_done.astype(np.int64)),
        "completed": pa.array(is_done),
        "completed_at": moments(done),
        "due_at": moments(due),
        "added_at": moments(due),
        "scheduled_at": moments(due),
        "state_changed_at": moments(np.where(is_done, done, due)),
        "created_at": moments(due),
        "updated_at": moments(latest(known.crm.now, due, done)),
    }
    return table("task", columns)


def _is(kind: Integers, name: str) -> Mask:
    return kind == KINDS.index(name)


def _events(known: Facts) -> pa.Table:
    """One for each mailing that was delivered, and for each sequence that ended, since Fivetran reads them."""
    sent, steps, states = known.mailings, known.steps, known.states
    since = unix_seconds(known.crm.settings.epoch) - _EVENTS_SINCE_DAYS * DAY_SECONDS
    mailed = np.flatnonzero((sent.delivered < NEVER) & (sent.delivered >= since))
    over = np.flatnonzero((states.ended < NEVER) & (states.ended >= since))
    step = sent.step[mailed]
    prospect = np.concatenate([states.prospect[steps.state[step]], states.prospect[over]])
    at = np.concatenate([sent.delivered[mailed], states.ended[over]])
    mailing = np.concatenate([steps.ids[step], np.full(over.size, -1)])
    ids = np.concatenate([steps.ids[step] * 2, states.ids[over] * 2 * MOST_STEPS + 1])
    is_end = mailing < 0
    columns: Columns = {
        "id": pa.array(ids),
        "type": repeated("event", ids.size),
        "name": choice(("outbound_message", "sequence_state_finished"), is_end.astype(np.int64)),
        "relationship_prospect_id": pa.array(known.prospect_id[prospect]),
        "relationship_mailing_id": pa.array(mailing, mask=is_end),
        "relationship_user_id": pa.array(
            user_ids(np.concatenate([states.user[steps.state[step]], states.user[over]]))
        ),
        "payload": json_objects(prospect_id=known.prospect_id[prospect], is_end=is_end),
        "event_at": moments(at),
        "created_at": moments(at),
        "updated_at": moments(at),
    }
    return table("event", columns)
