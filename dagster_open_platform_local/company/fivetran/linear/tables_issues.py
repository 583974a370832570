"""The rows of Linear's issues, their history, labels and subscribers.

What belongs here: those rows. What does not: what happened (`course.py`), and what is said and attached (`tables_talk.py`).

Linear archives by itself what is done, half a year later; that does not move `updated_at`, so who reads by it misses `archived_at`.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled
from dagster_open_platform_local.company.fivetran.linear.births import CUSTOMER, GITHUB, INCIDENT
from dagster_open_platform_local.company.fivetran.linear.course import ESTIMATES
from dagster_open_platform_local.company.fivetran.linear.teams import (
    BACKLOG,
    BUG,
    BUG_AGAIN,
    CANCELED,
    DONE,
    DUPLICATE,
    FROM_CUSTOMER,
    FROM_GITHUB,
    FROM_INCIDENT,
    GOOD_FIRST,
    IN_PROGRESS,
    IN_REVIEW,
    PLANNED,
    REGRESSION,
    TRIAGE,
    ids,
)
from dagster_open_platform_local.company.fivetran.linear.view import URL, View, picked
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Integers,
    choice,
    dates,
    joined,
    moments,
    only,
)

_PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")
_DAY = DAY_SECONDS


def issue_tables(found: View, commented: Integers) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        found: The workspace.
        commented: When each issue was last commented on, in Unix seconds; 0 if never.
    """
    return {
        "issue": _issues(found, commented),
        "issue_history": _history(found),
        "issue_label": _labels(found),
        "issue_subscriber": _subscribers(found),
        "cycle_uncompleted_issue": _uncompleted(found),
    }


def _issues(found: View, commented: Integers) -> pa.Table:
    issues, born = found.issues, found.issues.born
    draws, priority = born.draws(found.settings.seed), issues.priority_now
    identifiers = pa.array(born.identifiers, pa.string())
    logins = pa.array([each.email.partition("@")[0].replace(".", "") for each in found.people], pa.string())
    _, cycle = issues.cycles()
    return assembled(
        "linear",
        "issue",
        {
            "id": found.issue_ids,
            "assignee_id": picked(found.user_ids, issues.assignee),
            "creator_id": picked(found.user_ids, issues.creator),
            "cycle_id": found.cycles(born.team, cycle),
            "external_user_creator_id": picked(
                pa.array(ids(found.settings, "external_user", np.arange(2))),
                np.where(born.origin == GITHUB, 0, np.where(born.origin == INCIDENT, 1, -1)),
            ),
            "parent_id": picked(found.issue_ids, _parents(found)),
            "project_id": picked(found.project_ids, issues.project),
            "state_id": found.states(issues.state),
            "team_id": found.team_ids.take(pa.array(born.team)),
            "identifier": identifiers,
            "number": born.number,
            "title": found.titles,
            "description": only(
                joined("## Context\n\n", pa.array(found.titles, pa.string()), ".\n"),
                ~draws.chance("bare", 0.3),
            ),
            "branch_name": joined(picked(logins, issues.assignee).fill_null("linear"), "/", identifiers),
            "priority": priority,
            "priority_label": choice(_PRIORITIES, priority),
            "customer_ticket_count": (born.origin == CUSTOMER).astype(np.int64),
            "estimate": pa.array(
                np.array(ESTIMATES, dtype=np.float64)[draws.below("estimate", len(ESTIMATES))],
                mask=draws.chance("no_estimate", 0.45),
            ),
            "sort_order": -born.number.astype(np.float64),
            "due_date": dates(born.created + 21 * _DAY, ~draws.chance("due", 0.08)),
            "trashed": pa.array(issues.trashed < found.now, mask=issues.trashed >= found.now),
            **_moments(found),
            "created_at": moments(born.created),
            "updated_at": moments(np.maximum(issues.updated, commented)),
            "url": joined(f"{URL}/issue/", identifiers),
        },
    )


def _moments(found: View) -> dict[str, pa.Array]:
    """When each issue came to its states; what is done or given up is archived half a year later."""
    issues = found.issues
    done, given_up = issues.reached(DONE), issues.reached(CANCELED, DUPLICATE)
    waited = issues.first == TRIAGE
    ended = np.minimum(np.minimum(done, given_up), NEVER - 181 * _DAY)
    return {
        "started_at": moments(issues.reached(IN_PROGRESS, IN_REVIEW)),
        "started_triage_at": moments(np.where(waited, issues.born.created, NEVER)),
        "triaged_at": moments(np.where(waited, issues.reached(PLANNED, BACKLOG, IN_PROGRESS, DONE), NEVER)),
        "completed_at": moments(done),
        "canceled_at": moments(given_up),
        "archived_at": found.come(ended + 180 * _DAY),
    }


def _parents(found: View) -> Integers:
    """Index of the issue that each is a part of: an earlier one of its team that is still there; -1 for most."""
    born = found.issues.born
    draws = born.draws(found.settings.seed)
    wanted = born.number - 1 - draws.below("parent", 12)
    has = draws.chance("has_parent", 0.07) & (wanted > 0)
    place = {key: i for i, key in enumerate(zip(born.team.tolist(), born.number.tolist(), strict=True))}
    keys = zip(born.team.tolist(), wanted.tolist(), has.tolist(), strict=True)
    return np.array([place.get((team, number), -1) if yes else -1 for team, number, yes in keys], np.int64)


def _history(found: View) -> pa.Table:
    """A row a change: of the state, of who has it, of its priority."""
    issues, born, now = found.issues, found.issues.born, found.now
    every = np.arange(born.keys.size, dtype=np.int64)
    nothing = np.full(every.size, -1, dtype=np.int64)
    changes: list[dict[str, Integers]] = []
    state = issues.first
    for place, (moment, to) in enumerate(issues.steps):
        changes.append(_change(place, moment, from_state=state, to_state=to, like=nothing))
        state = np.where(moment < now, to, state)
    # Who has it from the start is no change.
    assigned = np.where(issues.assigned > born.created, issues.assigned, NEVER)
    changes.append(_change(4, assigned, to_assignee=issues.assignee, like=nothing))
    raised = np.where(issues.priority == 1, 2, 1)
    changes.append(
        _change(5, issues.reprioritized, from_priority=issues.priority, to_priority=raised, like=nothing)
    )
    index = np.concatenate([every] * len(changes))
    all_of = {name: np.concatenate([change[name] for change in changes]) for name in changes[0]}
    there = np.flatnonzero(all_of["moment"] < now)
    there = there[np.lexsort((all_of["place"][there], all_of["moment"][there], index[there]))]
    index = index[there]
    return _history_rows(found, index, {name: values[there] for name, values in all_of.items()})


def _change(place: int, moment: Integers, like: Integers, **values: Integers) -> dict[str, Integers]:
    names = ("from_state", "to_state", "to_assignee", "from_priority", "to_priority")
    columns = {name: values.get(name, like) for name in names}
    return {"place": np.full(like.size, place, dtype=np.int64), "moment": moment, **columns}


def _history_rows(found: View, index: Integers, change: dict[str, Integers]) -> pa.Table:
    issues, born = found.issues, found.issues.born
    keys = born.keys[index] << 3 | change["place"]
    team = born.team[index]
    actor = np.where(change["to_assignee"] >= 0, issues.creator[index], issues.assignee[index])

    def states(values: Integers) -> pa.Array:
        return picked(found.state_ids, np.where(values < 0, -1, team * 8 + values))

    def priorities(values: Integers) -> pa.Array:
        return pa.array(values.astype(np.float64), mask=values < 0)

    return assembled(
        "linear",
        "issue_history",
        {
            "id": ids(found.settings, "issue_history", keys),
            "issue_id": found.issue_ids.take(pa.array(index)),
            "actor_id": picked(found.user_ids, actor),
            "from_state_id": states(change["from_state"]),
            "to_state_id": states(change["to_state"]),
            "to_assignee_id": picked(found.user_ids, change["to_assignee"]),
            "from_priority": priorities(change["from_priority"]),
            "to_priority": priorities(change["to_priority"]),
            "added_label_ids": pa.repeat(pa.scalar("[]"), index.size),
            "removed_label_ids": pa.repeat(pa.scalar("[]"), index.size),
            "updated_description": np.zeros(index.size, dtype=np.bool_),
            "created_at": moments(change["moment"]),
            "updated_at": moments(change["moment"]),
        },
    )


def _labels(found: View) -> pa.Table:
    """The type, what it comes from, and what else somebody put on it; `index` counts from 0."""
    born = found.issues.born
    draws = born.draws(found.settings.seed)
    source = np.array([-1, FROM_GITHUB, FROM_INCIDENT, FROM_CUSTOMER], dtype=np.int64)[born.origin]
    kind = np.where((born.label == BUG) & draws.chance("twin", 0.06), BUG_AGAIN, born.label)
    regression = np.where((born.label == BUG) & draws.chance("regression", 0.12), REGRESSION, -1)
    grid = np.stack(
        [
            np.where(draws.chance("unlabelled", 0.1), -1, kind),
            source,
            regression,
            np.where(draws.chance("good_first", 0.04), GOOD_FIRST, -1),
        ],
        axis=1,
    )
    index, place = np.nonzero(grid >= 0)
    order = np.arange(index.size) - np.searchsorted(index, index)
    return assembled(
        "linear",
        "issue_label",
        {
            "index": order,
            "issue_id": found.issue_ids.take(pa.array(index)),
            "label_id": found.label_ids.take(pa.array(grid[index, place])),
        },
    )


def _subscribers(found: View) -> pa.Table:
    """Who made it and who has it."""
    issues = found.issues
    every = np.arange(issues.creator.size, dtype=np.int64)
    index = np.concatenate([every, every])
    person = np.concatenate(
        [issues.creator, np.where(issues.assignee == issues.creator, -1, issues.assignee)]
    )
    there = np.flatnonzero(person >= 0)
    there = there[np.argsort(index[there], kind="stable")]
    return assembled(
        "linear",
        "issue_subscriber",
        {
            "issue_id": found.issue_ids.take(pa.array(index[there])),
            "subscriber_id": found.user_ids.take(pa.array(person[there])),
        },
    )


def _uncompleted(found: View) -> pa.Table:
    """Every cycle before its last in which an issue was worked on."""
    first, last = found.issues.cycles()
    count = last - first
    index = np.repeat(np.arange(first.size, dtype=np.int64), count)
    number = first[index] + np.arange(index.size) - np.repeat(np.cumsum(count) - count, count)
    return assembled(
        "linear",
        "cycle_uncompleted_issue",
        {
            "cycle_id": found.cycles(found.issues.born.team[index], number),
            "issue_id": found.issue_ids.take(pa.array(index)),
        },
    )
