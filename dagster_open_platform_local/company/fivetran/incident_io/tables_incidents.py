"""The rows of incidents and of what belongs to each: updates, people, fields, moments, actions, follow-ups.

What belongs here: those rows. What does not: what happened (`course.py`).
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled
from dagster_open_platform_local.company.fivetran.incident_io.course import (
    CLOSED,
    FIXING,
    MONITORING,
)
from dagster_open_platform_local.company.fivetran.incident_io.happenings import EXPORT, MAJOR, MINOR
from dagster_open_platform_local.company.fivetran.incident_io.view import URL, View
from dagster_open_platform_local.company.fivetran.incident_io.words import (
    ACTIONS,
    CAUSES,
    CHANNELS,
    FIELDS,
    MESSAGES,
    NAMES,
    PARTS,
    PRIORITIES,
    ROLES,
    SEVERITIES,
    STATUSES,
    TIMESTAMPS,
    TYPES,
)
from dagster_open_platform_local.company.fivetran.linear.births import INCIDENT, births
from dagster_open_platform_local.company.fivetran.linear.view import URL as LINEAR_URL
from dagster_open_platform_local.company.fivetran.linear.view import picked
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.product.columns import Integers, choice, joined, moments, only

SCHEMA = "incident_io"


def incident_tables(found: View) -> dict[str, pa.Table]:
    """Those tables by name."""
    return {
        "incident": _incidents(found),
        "incident_update": _updates(found),
        "incident_role_assignment": _roles(found),
        "incident_timestamp_value": _timestamps(found),
        "incident_custom_field_entry_value": _fields(found),
        "action": _actions(found),
        **_follow_ups(found),
    }


def _severity_now(found: View) -> Integers:
    corrected = found.course.corrected < found.now
    return np.where(
        corrected | (found.course.corrected >= NEVER), found.incidents.severity, found.course.first_severity
    )


def _linear_issues(found: View) -> list[str | None]:
    """The identifier in Linear of each follow-up; None if it was not exported."""
    made = births(found.settings, found.today)
    names: list[str | None] = [None] * found.left.ids.size
    for origin, source, identifier in zip(
        made.origin.tolist(), made.source.tolist(), made.identifiers, strict=True
    ):
        if origin == INCIDENT:
            names[source] = identifier
    return names


def _causes(found: View) -> list[str]:
    draws = found.incidents.draws(found.settings.seed).below("cause", 3).tolist()
    return [CAUSES[kind][each] for kind, each in zip(found.incidents.kind.tolist(), draws, strict=True)]


def _incidents(found: View) -> pa.Table:
    every, course = found.incidents, found.course
    draws, severity = every.draws(found.settings.seed), _severity_now(found)
    kinds = every.kind.tolist()
    names = [NAMES[kind].format(n=n) for kind, n in zip(kinds, every.affected.tolist(), strict=True)]
    days = [datetime.fromtimestamp(each, UTC).date().isoformat() for each in every.reported.tolist()]
    issue: list[str | None] = [None] * every.numbers.size
    for incident, name in zip(found.left.incident.tolist(), _linear_issues(found), strict=True):
        issue[incident] = issue[incident] or name
    issues = pa.array(issue, pa.string())
    has_issue = np.array([each is not None for each in issue], dtype=np.bool_)
    closed = course.began[:, CLOSED] < found.now
    work = (np.minimum(course.began[:, MONITORING], found.now) - every.reported) // 60
    night = np.where(every.reported % 86_400 < 6 * 3600, work // 2, 0)
    return assembled(
        SCHEMA,
        "incident",
        {
            "id": found.incident_ids,
            "creator_user_id": picked(found.user_ids, course.reporter),
            "incident_status_id": found.setup("status", course.status(found.now), len(STATUSES)),
            "incident_type_id": found.setup("type", (every.kind == EXPORT).astype(np.int64), len(TYPES)),
            "severity_id": found.setup("severity", np.where(draws.chance("unrated", 0.03), -1, severity), len(SEVERITIES)),
            "reference": [f"INC-{number}" for number in every.numbers.tolist()],
            "name": names,
            "summary": only(pa.array(_causes(found), pa.string()), course.began[:, FIXING] < found.now),
            "mode": choice(("standard", "retrospective"), course.is_retrospective.astype(np.int64)),
            "visibility": pa.repeat(pa.scalar("public"), every.numbers.size),
            "permalink": joined(f"{URL}/incidents/", every.numbers),
            "call_url": only(joined("https://meet.example.com/inc-", every.numbers), severity >= MAJOR),
            "postmortem_document_url": only(
                joined("https://docs.example.com/postmortems/", every.numbers), closed & (severity > MINOR)
            ),
            "external_issue_reference_provider": only(choice(("linear",), np.zeros_like(every.kind)), has_issue),
            "external_issue_reference_issue_name": issues,
            "external_issue_reference_issue_permalink": joined(f"{LINEAR_URL}/issue/", issues),
            "slack_channel_id": [f"C0{int(each) % 10**8:08d}" for each in draws.bits("slack")],
            "slack_channel_name": [f"inc-{day}-{CHANNELS[kind]}" for day, kind in zip(days, kinds, strict=True)],
            "slack_team_id": pa.repeat(pa.scalar("T0DAGSTER"), every.numbers.size),
            "workload_minutes_total": work.astype(np.float64),
            "workload_minutes_sleeping": night.astype(np.float64),
            "workload_minutes_working": (work - night).astype(np.float64),
            "workload_minutes_late": np.zeros(every.numbers.size),
            "created_at": moments(every.reported),
            "updated_at": moments(course.updated(found.now)),
        },
    )  # fmt: skip


def _updates(found: View) -> pa.Table:
    """One at each status, and one where the severity was corrected."""
    course = found.course
    incident, status = np.nonzero(course.began < found.now)
    corrected = np.flatnonzero(course.corrected < found.now)
    index = np.concatenate([incident, corrected])
    status = np.concatenate([status, np.full(corrected.size, -1, dtype=np.int64)])
    created = np.concatenate([course.began[incident, status[: incident.size]], course.corrected[corrected]])
    first = np.where(status == 0, course.first_severity[index], -1)
    severity = np.where(status < 0, found.incidents.severity[index], first)
    causes = _causes(found)
    texts = [
        MESSAGES[state].format(cause=causes[i].lower()) if state >= 0 else "It is worse than we thought."
        for i, state in zip(index.tolist(), status.tolist(), strict=True)
    ]
    keys = found.incidents.numbers[index] * 16 + status + 1
    return assembled(
        SCHEMA,
        "incident_update",
        {
            "id": found.ids("incident_update", keys, created),
            "incident_id": found.incident_ids.take(pa.array(index)),
            "new_incident_status_id": found.setup("status", status, len(STATUSES)),
            "new_severity_id": found.setup("severity", severity, len(SEVERITIES)),
            "updater_user_id": found.user_ids.take(pa.array(course.lead[index])),
            "message": texts,
            "created_at": moments(created),
        },
    )


def _roles(found: View) -> pa.Table:
    course = found.course
    grid = np.stack([course.lead, course.reporter, course.scribe], axis=1)
    incident, role = np.nonzero(grid >= 0)
    return assembled(
        SCHEMA,
        "incident_role_assignment",
        {
            "incident_id": found.incident_ids.take(pa.array(incident)),
            "incident_role_id": found.setup("role", role, len(ROLES)),
            "action_assignee_id": found.user_ids.take(pa.array(grid[incident, role])),
        },
    )


def _timestamps(found: View) -> pa.Table:
    course = found.course
    grid = np.stack(
        [
            found.incidents.began,
            found.incidents.reported,
            course.began[:, MONITORING],
            course.began[:, CLOSED],
        ],
        axis=1,
    )
    incident, kind = np.nonzero(grid < found.now)
    return assembled(
        SCHEMA,
        "incident_timestamp_value",
        {
            "incident_id": found.incident_ids.take(pa.array(incident)),
            "incident_timestamp_id": found.setup("timestamp", kind, len(TIMESTAMPS)),
            "value": moments(grid[incident, kind]),
        },
    )


def _fields(found: View) -> pa.Table:
    """The part always, the others where somebody filled them in."""
    every = found.incidents
    draws = every.draws(found.settings.seed)
    known = found.course.began[:, FIXING] < found.now
    grid = np.stack(
        [
            np.ones(every.numbers.size, dtype=np.bool_),
            (every.kind != EXPORT) & draws.chance("counted", 0.7),
            known & draws.chance("caused", 0.8),
            draws.chance("runbook", 0.4),
        ],
        axis=1,
    )
    incident, field = np.nonzero(grid)
    keys = every.numbers[incident] * 8 + field
    customers = pa.array(every.affected // 3 + 1)
    texts = pa.array(_causes(found), pa.string())
    index = pa.array(incident)
    return assembled(
        SCHEMA,
        "incident_custom_field_entry_value",
        {
            "_fivetran_id": found.ids("field_value", keys, every.reported[incident]),
            "custom_field_id": found.setup("field", field, len(FIELDS)),
            "incident_id": found.incident_ids.take(index),
            "value_option_id": found.setup("option", np.where(field == 0, every.kind[incident], -1), len(PARTS)),
            "value_numeric": only(joined(customers.take(index)), field == 1),
            "value_text": only(texts.take(index), field == 2),
            "value_link": only(joined("https://docs.example.com/runbooks/", choice(CHANNELS, every.kind[incident])), field == 3),
        },
    )  # fmt: skip


def _actions(found: View) -> pa.Table:
    """One or two things to do in each incident that was no false alarm, done before it was closed."""
    every, course = found.incidents, found.course
    real = np.flatnonzero(course.began[:, CLOSED] < NEVER)
    draws = every.draws(found.settings.seed)
    count = 1 + draws.below("actions", 2)[real]
    index = np.repeat(real, count)
    place = np.arange(index.size) - np.repeat(np.cumsum(count) - count, count)
    keys = every.numbers[index] * 4 + place
    own = Draws(found.settings.seed, "incident_actions", keys)
    created = every.reported[index] + 60 + own.below("gap", 240)
    completed = course.began[index, MONITORING]
    done = completed < found.now
    return assembled(
        SCHEMA,
        "action",
        {
            "id": found.ids("action", keys, created),
            "assignee_id": found.user_ids.take(pa.array(course.lead[index])),
            "incident_id": found.incident_ids.take(pa.array(index)),
            "description": choice(ACTIONS, (own.below("action", 2) + 2 * place) % 4),
            "status": choice(("outstanding", "completed"), done.astype(np.int64)),
            "follow_up": np.zeros(index.size, dtype=np.bool_),
            "completed_at": found.come(completed),
            "created_at": found.come(created),
            "updated_at": moments(np.where(done, completed, created)),
        },
    ).filter(pa.array(created < found.now))


def _follow_ups(found: View) -> dict[str, pa.Table]:
    """What was left to do; what became an issue in Linear is attached to the incident."""
    left = found.left
    draws = Draws(found.settings.seed, "follow_ups", left.ids)
    own = found.ids("follow_up", left.ids, left.created)
    priority = draws.below("priority", len(PRIORITIES))
    status = np.where(left.completed < found.now, 1, np.where(left.given_up < found.now, 2, 0))
    ended = np.where(status == 2, left.given_up, left.completed)
    incident = found.incident_ids.take(pa.array(left.incident))
    rows: dict[str, Any] = {
        "id": own,
        "assignee_id": picked(found.user_ids, left.owner),
        "incident_id": incident,
        "title": left.titles,
        "status": choice(("outstanding", "completed", "not_doing"), status),
        "priority_id": found.setup("priority", priority, len(PRIORITIES)),
        "priority_name": choice([each.name for each in PRIORITIES], priority),
        "priority_description": choice([each.description for each in PRIORITIES], priority),
        "priority_rank": priority + 1,
        "completed_at": found.come(left.completed),
        "created_at": moments(left.created),
        "updated_at": moments(np.where(status > 0, ended, left.created)),
    }
    issues = _linear_issues(found)
    linked = np.flatnonzero([each is not None for each in issues])
    names = [each for each in issues if each is not None]
    attached: dict[str, Any] = {
        "id": found.ids("attachment", left.ids[linked], left.created[linked]),
        "incident_id": incident.take(pa.array(linked)),
        "resource_external_id": names,
        "resource_permalink": [f"{LINEAR_URL}/issue/{each}" for each in names],
        "resource_title": [left.titles[i] for i in linked.tolist()],
        "resource_type": ["linear_issue"] * len(names),
    }
    return {
        "follow_up_incident": assembled(SCHEMA, "follow_up_incident", rows),
        "incident_attachment": assembled(SCHEMA, "incident_attachment", attached),
    }
