"""What sales did and has to do: calls, e-mail messages, meetings.

What belongs here: `task`, `event`, `event_relation`. What does not: the sequences that Outreach keeps (`company/fivetran/outreach/`).

The dirt in it: tasks of people who left are still theirs; 12 % of the tasks are open, most of these overdue; subjects are typed by
hand; a meeting is entered after it was held, or without the deal that it was about.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import TOOLS_SINCE_DAYS
from dagster_open_platform_local.company.commercial.staff import Ownership
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    OUTREACH,
    Crm,
    account_moments,
    audit,
    nothing_deleted,
    people_ids,
    picked,
    system_user,
    table,
)
from dagster_open_platform_local.company.fivetran.salesforce.setup import PRIORITIES, TASK_STATUSES
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    choice,
    dates,
    either,
    moments,
    only,
)
from dagster_open_platform_local.company.product.happenings import daily, pick_existing

_TASKS_A_DAY, _EVENTS_A_DAY = 18, 3
_DAY = DAY_SECONDS
_SUBTYPES, _SUBTYPE_WEIGHTS = ("Email", "Call", "Task"), thresholds([60, 28, 12])
_SUBJECTS = {
    "Email": ("Email: Dagster+ for your team", "Email: following up", "[Outreach] [Email] [Out] Quick question", "Email: docs you asked for"),
    "Call": ("Call", "[Outreach] [Call] connected", "Call - left voicemail", "Intro call"),
    "Task": ("Send proposal", "follow up!!", "Prepare QBR", "Check usage", "Ask for referral"),
}  # fmt: skip
_DISPOSITIONS = ("Connected", "No Answer", "Left Voicemail", "Wrong Number")
_MEETINGS = (
    "Discovery call",
    "Demo",
    "Technical deep dive",
    "Quarterly business review",
    "Pricing",
    "Onboarding",
)
_COMPLETED, _NOT_STARTED = TASK_STATUSES.index("Completed"), TASK_STATUSES.index("Not Started")


@dataclass(frozen=True)
class Activities:
    """Tasks and meetings, and when somebody last did something.

    Args:
        tables: By name.
        by_account: When about each account, in Unix seconds; -1: never.
        by_person: About everybody in `contacts`.
        by_deal: About each deal.
    """

    tables: dict[str, pa.Table]
    by_account: Integers
    by_person: Integers
    by_deal: Integers


@dataclass(frozen=True)
class _About:
    """Whom and what things are about.

    Args:
        ids: Number of each.
        created: Unix seconds.
        person: Index into `contacts`.
        account: Index into `accounts`; -1: none.
        deal: Index into `deals`; -1: none.
    """

    ids: Integers
    created: Integers
    person: Integers
    account: Integers
    deal: Integers


def activities(crm: Crm) -> Activities:
    """Everything that was done about anybody."""
    tasks, events = _about(crm, "tasks", _TASKS_A_DAY), _about(crm, "events", _EVENTS_A_DAY)
    latest = [
        _latest(size, [(getattr(each, name), each.created) for each in (tasks, events)])
        for name, size in (
            ("account", crm.accounts.number.size),
            ("person", crm.contacts.number.size),
            ("deal", crm.deals.number.size),
        )
    ]
    tables = {
        "task": _tasks(crm, tasks),
        "event": _events(crm, events),
        "event_relation": _relations(crm, events),
    }
    return Activities(tables, *latest)


def _about(crm: Crm, name: str, per_day: int) -> _About:
    """Somebody who was known by then, more often somebody known for long; and what deal their account had open."""
    happened = daily(crm.settings, f"salesforce_{name}", crm.today, per_day, -TOOLS_SINCE_DAYS)
    order = np.lexsort((crm.contacts.number, crm.contacts.created))
    draws = crm.draws(name, happened.ids)
    place = pick_existing(draws, "person", crm.contacts.created[order], happened.created)
    happened, place = happened.where(place >= 0), place[place >= 0]
    person = order[place]
    account = crm.contacts.account[person]
    return _About(
        happened.ids, happened.created, person, account, _open_deals(crm, account, happened.created)
    )


def _open_deals(crm: Crm, account: Integers, moment: Integers) -> Integers:
    """The deal of each account that was made last before a moment and not closed by then; -1 if there is none."""
    order, keys = crm.deals_by_account
    place = np.searchsorted(keys, account_moments(np.maximum(account, 0), moment)) - 1
    if not order.size:
        return np.full(account.size, -1, dtype=np.int64)
    found = order[np.maximum(place, 0)]
    deals = crm.deals
    fits = (place >= 0) & (account >= 0) & (deals.account[found] == account)
    fits &= ~deals.is_closed[found] | (deals.close[found] >= moment)
    return np.where(fits, found, -1)


def _latest(size: int, parts: list[tuple[Integers, Integers]]) -> Integers:
    found = np.full(size, -1, dtype=np.int64)
    for index, moment in parts:
        known = index >= 0
        np.maximum.at(found, index[known], moment[known])
    return found


def _shared(crm: Crm, about: _About, draws: Draws) -> Columns:
    """What tasks and meetings have in common. A person without a contact is a lead, who has no account."""
    is_contact = crm.contacts.is_contact[about.person]
    account_ids = only(picked(crm.account_ids, about.account), is_contact)
    told = is_contact & ~draws.chance("deal_untold", 0.15)
    deal_ids = only(picked(crm.deal_ids, about.deal), told)
    size = about.ids.size
    return {
        "who_id": crm.who_ids.take(pa.array(about.person)),
        "who_count": pa.array(np.ones(size, dtype=np.int64)),
        "what_id": either(told & (about.deal >= 0), deal_ids, account_ids),
        "what_count": pa.array(is_contact.astype(np.int64)),
        "account_id": account_ids,
        "is_archived": pa.array(about.created < crm.now - 365 * _DAY),
        "is_recurrence": pa.array(nothing_deleted(size)),
        "is_reminder_set": pa.array(draws.chance("reminder", 0.2)),
    }


def _owners(crm: Crm, about: _About, draws: Draws) -> pa.Array:
    """Who was the account's executive then, or the SDR of the person."""
    found = _owner_then(crm.contacts.owners, about.person, about.created)
    index = np.flatnonzero((about.account >= 0) & draws.chance("executive", 0.4))
    found[index] = _owner_then(crm.accounts.owners, about.account[index], about.created[index])
    return people_ids(found)


def _owner_then(owned: Ownership, index: Integers, moment: Integers) -> Integers:
    return np.where(moment >= owned.since[index], owned.owner[index], owned.first[index])


def _tasks(crm: Crm, about: _About) -> pa.Table:
    draws = crm.draws("task", about.ids)
    kind = draws.pick("kind", _SUBTYPE_WEIGHTS)
    is_call, is_task = kind == 1, kind == 2
    is_open = is_task | draws.chance("open", 0.02)
    done = about.created + np.where(is_task, draws.quantile("done", (3600, 2 * _DAY, 9 * _DAY, 60 * _DAY)), 0)
    is_open &= done >= crm.now
    is_open |= is_task & draws.chance("forgotten", 0.35)
    status = np.where(is_open, _NOT_STARTED, _COMPLETED)
    owner = _owners(crm, about, draws)
    due = about.created + draws.below("due", 12) * _DAY * is_task
    by_outreach = ~is_task & draws.chance("outreach", 0.7)
    subjects = [each for names in _SUBJECTS.values() for each in names]
    first = np.cumsum([0, *(len(names) for names in _SUBJECTS.values())])[kind]
    size = np.array([len(names) for names in _SUBJECTS.values()])[kind]
    seconds = only(pa.array(draws.quantile("duration", (0, 20, 45, 300, 2400))), is_call)
    columns: Columns = {
        **_shared(crm, about, draws),
        "id": salesforce_ids("task", about.ids),
        "subject": choice(subjects, first + draws.below_each("subject", size)),
        "task_subtype": choice(_SUBTYPES, kind),
        "type": choice(_SUBTYPES, kind, draws.chance("no_type", 0.2)),
        "status": choice(TASK_STATUSES, status),
        "is_closed": pa.array(~is_open),
        "priority": choice(PRIORITIES, np.where(draws.chance("urgent", 0.08), 0, 1)),
        "is_high_priority": pa.array(draws.chance("urgent", 0.08)),
        "activity_date": dates(due, draws.chance("no_date", 0.03)),
        "completed_date_time": moments(np.where(is_open, NEVER, done)),
        "call_type": choice(("Outbound",), np.zeros_like(kind), ~is_call),
        "call_disposition": choice(_DISPOSITIONS, draws.below("disposition", 4), ~is_call),
        "call_duration_in_seconds": seconds,
        "owner_id": owner,
    }
    creator = either(by_outreach, system_user(OUTREACH, kind.size), owner)
    modified = np.where(is_open, about.created, np.minimum(done, crm.now - 1))
    return table(
        "task", {**columns, **audit(about.created, modified, creator, None, nothing_deleted(kind.size))}
    )


def _events(crm: Crm, about: _About) -> pa.Table:
    draws = crm.draws("event", about.ids)
    ahead = np.where(draws.chance("entered_later", 0.1), -2, 1 + draws.below("ahead", 15))
    start = (about.created // _DAY + ahead) * _DAY + (14 + draws.below("hour", 9)) * 3600
    minutes = 30 + 15 * draws.below("length", 3)
    end = start + minutes * 60
    owner = _owners(crm, about, draws)
    nothing = pa.array(nothing_deleted(about.ids.size))
    columns: Columns = {
        **_shared(crm, about, draws),
        "id": salesforce_ids("event", about.ids),
        "subject": choice(_MEETINGS, draws.below("subject", len(_MEETINGS))),
        "event_subtype": choice(("Event",), np.zeros_like(start)),
        "type": choice(("Meeting", "Call"), draws.below("type", 2), draws.chance("no_type", 0.3)),
        "location": choice(
            ("Zoom", "On site", "Google Meet"), draws.below("location", 3), draws.chance("nowhere", 0.2)
        ),
        "activity_date": dates(start),
        "activity_date_time": moments(start),
        "start_date_time": moments(start),
        "end_date_time": moments(end),
        "end_date": dates(end),
        "duration_in_minutes": pa.array(minutes),
        "is_all_day_event": nothing,
        "is_child": nothing,
        "is_group_event": nothing,
        "is_private": nothing,
        "show_as": choice(("Busy",), np.zeros_like(start)),
        "owner_id": owner,
    }
    canceled = draws.chance("canceled", 0.06) & (start < crm.now)
    modified = np.where(canceled, np.maximum(start - 3600, about.created), about.created)
    return table("event", {**columns, **audit(about.created, modified, owner, None, canceled)})


def _relations(crm: Crm, about: _About) -> pa.Table:
    """The person who was invited."""
    draws = crm.draws("event", about.ids)
    owner = _owners(crm, about, draws)
    columns: Columns = {
        "id": salesforce_ids("event_relation", about.ids),
        "event_id": salesforce_ids("event", about.ids),
        "relation_id": crm.who_ids.take(pa.array(about.person)),
        "status": choice(("New", "Accepted", "Declined"), draws.below("answer", 3)),
    }
    stamped = audit(about.created, about.created, owner, None, nothing_deleted(about.ids.size))
    return table("event_relation", {**columns, **stamped})
