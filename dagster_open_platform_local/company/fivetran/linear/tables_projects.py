"""The rows of Linear's projects, and of the goals, reports and documents around them.

What belongs here: those rows. What does not: what happened to the projects (`projects.py`).
"""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled, from_rows
from dagster_open_platform_local.company.fivetran.linear.projects import (
    INITIATIVES,
    QUARTER_DAYS,
    members_of,
)
from dagster_open_platform_local.company.fivetran.linear.teams import DONE, TEAMS, ids, since, team_members
from dagster_open_platform_local.company.fivetran.linear.view import URL, View, picked
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS
from dagster_open_platform_local.company.product.columns import Integers, choice, dates, joined, moments
from dagster_open_platform_local.company.product.happenings import latest

_DAY = DAY_SECONDS
_STATUSES = (
    ("Planned", "planned", "#bec2c8"),
    ("In Progress", "started", "#f2c94c"),
    ("Completed", "completed", "#5e6ad2"),
    ("Canceled", "canceled", "#95a2b3"),
    ("Backlog", "backlog", "#e2e2e2"),
)
_HEALTH = ("onTrack", "atRisk", "offTrack")
_HEALTH_WEIGHTS = thresholds([66, 24, 10])
_UPDATE_DAYS = 14
_MOST_UPDATES = 14
_MILESTONES = ("Design agreed", "Shipped to first users")


def project_tables(found: View) -> dict[str, pa.Table]:
    """Those tables by name."""
    return {
        "project": _projects(found),
        "project_status": _statuses(found),
        **_people(found),
        "project_milestone": _milestones(found),
        "project_update": _updates(found),
        "document": _documents(found),
        **_goals(found),
    }


def _slugs(found: View, table: str, keys: Integers) -> list[str]:
    return [each[:12].replace("-", "") for each in ids(found.settings, f"{table}_slug", keys)]


def _status(found: View) -> Integers:
    every, now = found.issues.projects, found.now
    status = np.where(every.start < now, 1, 0)
    return np.where(every.completed < now, 2, np.where(every.canceled < now, 3, status))


def _projects(found: View) -> pa.Table:
    every, now = found.issues.projects, found.now
    own = found.issues.project
    inside = own >= 0
    scope = np.bincount(own[inside], minlength=every.keys.size)
    done = np.bincount(own[inside & (found.issues.state == DONE)], minlength=every.keys.size)
    slugs = _slugs(found, "project", every.keys)
    statuses = pa.array(ids(found.settings, "project_status", np.arange(len(_STATUSES))), pa.string())
    return assembled(
        "linear",
        "project",
        {
            "id": found.project_ids,
            "creator_id": picked(found.user_ids, every.lead),
            "lead_id": picked(found.user_ids, every.lead),
            "status_id": statuses.take(pa.array(_status(found))),
            "name": every.names,
            "slug_id": slugs,
            "description": joined("Goal of ", choice([team.name for team in TEAMS], every.team)),
            "color": choice([team.color for team in TEAMS], every.team),
            "progress": done / np.maximum(scope, 1),
            "scope": scope.astype(np.float64),
            "sort_order": -np.arange(every.keys.size, dtype=np.float64),
            "slack_new_issue": np.ones(every.keys.size, dtype=np.bool_),
            "start_date": dates(every.start),
            "target_date": dates(every.target),
            "started_at": found.come(every.start),
            "completed_at": found.come(every.completed),
            "canceled_at": found.come(every.canceled),
            "created_at": moments(every.created),
            "updated_at": moments(latest(now, every.created, every.start, every.ended)),
            "url": [f"{URL}/project/{each}" for each in slugs],
        },
    )


def _statuses(found: View) -> pa.Table:
    begun = datetime.fromtimestamp(since(found.settings), UTC)
    own = ids(found.settings, "project_status", np.arange(len(_STATUSES)))
    rows = [
        {
            "id": own[i],
            "name": name,
            "type": kind,
            "color": color,
            "position": float(i),
            "indefinite": kind == "backlog",
            "created_at": begun,
            "updated_at": begun,
        }
        for i, (name, kind, color) in enumerate(_STATUSES)
    ]
    return from_rows("linear", "project_status", rows)


def _people(found: View) -> dict[str, pa.Table]:
    every, members = found.issues.projects, team_members(found.people)
    user_ids, project_ids = found.user_ids.to_pylist(), found.project_ids.to_pylist()
    pairs: list[dict[str, Any]] = []
    for i, team in enumerate(every.team.tolist()):
        there = [each for each in members[team].tolist() if found.people[each].hired < every.created[i]]
        keys = np.array([found.people[each].key for each in there], dtype=np.int64)
        draws = Draws(found.settings.seed, "linear_project_members", every.keys[i] << 40 | keys)
        chosen = {
            each for each, joins in zip(there, draws.chance("joins", 0.5).tolist(), strict=True) if joins
        }
        chosen.add(int(every.lead[i]))
        pairs += [{"project_id": project_ids[i], "member_id": user_ids[each]} for each in sorted(chosen)]
    teams = assembled(
        "linear",
        "project_team",
        {"project_id": found.project_ids, "team_id": found.team_ids.take(pa.array(every.team))},
    )
    return {"project_member": from_rows("linear", "project_member", pairs), "project_team": teams}


def _milestones(found: View) -> pa.Table:
    every = found.issues.projects
    index = np.repeat(np.arange(every.keys.size, dtype=np.int64), len(_MILESTONES))
    place = np.tile(np.arange(len(_MILESTONES), dtype=np.int64), every.keys.size)
    target = every.start[index] + (every.target - every.start)[index] * (1 + place) // 3
    return assembled(
        "linear",
        "project_milestone",
        {
            "id": ids(found.settings, "project_milestone", every.keys[index] << 4 | place),
            "project_id": found.project_ids.take(pa.array(index)),
            "name": choice(_MILESTONES, place),
            "sort_order": place.astype(np.float64),
            "target_date": dates(target),
            "created_at": moments(every.created[index]),
            "updated_at": moments(every.created[index]),
        },
    )


def _updates(found: View) -> pa.Table:
    """A report every two weeks while a project runs; one in five is not written."""
    every = found.issues.projects
    index = np.repeat(np.arange(every.keys.size, dtype=np.int64), _MOST_UPDATES)
    place = np.tile(np.arange(1, _MOST_UPDATES + 1, dtype=np.int64), every.keys.size)
    keys = every.keys[index] << 4 | place
    draws = Draws(found.settings.seed, "linear_updates", keys)
    created = every.start[index] + place * _UPDATE_DAYS * _DAY + 15 * 3600 + draws.below("second", 6 * 3600)
    there = (created < found.now) & (created < every.ended[index]) & ~draws.chance("skipped", 0.2)
    index, keys, created = index[there], keys[there], created[there]
    draws = Draws(found.settings.seed, "linear_updates", keys)
    health = draws.pick("health", _HEALTH_WEIGHTS)
    texts = (
        "On track for the date we gave.",
        "We wait for a review.",
        "We will be late; the scope was wrong.",
    )
    slugs = _slugs(found, "project_update", keys)
    return assembled(
        "linear",
        "project_update",
        {
            "id": ids(found.settings, "project_update", keys),
            "project_id": found.project_ids.take(pa.array(index)),
            "user_id": picked(found.user_ids, every.lead[index]),
            "body": choice(texts, health),
            "health": choice(_HEALTH, health, draws.chance("no_health", 0.05)),
            "slug_id": slugs,
            "is_stale": np.zeros(index.size, dtype=np.bool_),
            "created_at": moments(created),
            "updated_at": moments(created),
            "url": [f"{URL}/updates/{each}" for each in slugs],
        },
    )


def _documents(found: View) -> pa.Table:
    """A document a project, and for some a second one."""
    every = found.issues.projects
    draws = Draws(found.settings.seed, "linear_documents", every.keys)
    index = np.concatenate([np.arange(every.keys.size), np.flatnonzero(draws.chance("second", 0.4))])
    place = (np.arange(index.size) >= every.keys.size).astype(np.int64)
    keys = every.keys[index] << 4 | place
    own = Draws(found.settings.seed, "linear_documents", keys)
    created = every.created[index] + 600 + own.below("gap", 20 * _DAY)
    writer = members_of(found.people, every.team[index], own, "writer", created)
    names = pa.array(every.names, pa.string()).take(pa.array(index))
    slugs = _slugs(found, "document", keys)
    return assembled(
        "linear",
        "document",
        {
            "id": ids(found.settings, "document", keys),
            "creator_id": picked(found.user_ids, writer),
            "updated_by": picked(found.user_ids, writer),
            "project_id": found.project_ids.take(pa.array(index)),
            "title": joined(choice(("Design: ", "Notes: "), place), names),
            "slug_id": slugs,
            "content": joined("# ", names, "\n\nWhy, what, and what not.\n"),
            "created_at": found.come(created),
            "updated_at": found.come(created),
        },
    ).filter(pa.array(created < found.now))


def _goals(found: View) -> dict[str, pa.Table]:
    """A goal a quarter, with that quarter's projects; and the roadmap that the company had before it had goals."""
    every = found.issues.projects
    quarters = np.arange(int(every.quarter.max(initial=-1)) + 1, dtype=np.int64)
    own = ids(found.settings, "initiative", quarters)
    links = assembled(
        "linear",
        "initiative_to_project",
        {
            "id": ids(found.settings, "initiative_to_project", every.keys),
            "initiative_id": pa.array(own, pa.string()).take(pa.array(every.quarter)),
            "project_id": found.project_ids,
            "sort_order": [str(-i) for i in range(every.keys.size)],
            "created_at": moments(every.created),
            "updated_at": moments(every.created),
        },
    )
    return {
        "initiative": _initiatives(found, quarters, own),
        "initiative_to_project": links,
        **_roadmap(found),
    }


def _initiatives(found: View, quarters: Integers, own: list[str]) -> pa.Table:
    now, lead = found.now, found.user_ids[0].as_py()
    start = (since(found.settings) + quarters * QUARTER_DAYS * _DAY).tolist()
    slugs = _slugs(found, "initiative", quarters)
    rows = [
        {
            "id": own[i],
            "creator_id": lead,
            "owner_id": lead,
            "organization_id": found.organization_id,
            "name": INITIATIVES[i % len(INITIATIVES)],
            "slug_id": slugs[i],
            "status": "Planned" if begins >= now else "Active" if begins + 180 * _DAY >= now else "Completed",
            "health": _HEALTH[i % 2],
            "target_date": date.fromordinal(date(1970, 1, 1).toordinal() + begins // _DAY + 180),
            "sort_order": float(-i),
            "trashed": False,
            "created_at": datetime.fromtimestamp(begins - 11 * _DAY, UTC),
            "updated_at": datetime.fromtimestamp(begins - 11 * _DAY, UTC),
            "url": f"{URL}/initiative/{slugs[i]}",
        }
        for i, begins in enumerate(start)
    ]
    return from_rows("linear", "initiative", rows)


def _roadmap(found: View) -> dict[str, pa.Table]:
    settings, now, begun = found.settings, found.now, since(found.settings)
    every, archived = found.issues.projects, begun + 150 * _DAY
    early = np.flatnonzero(every.quarter == 0)
    (roadmap,) = ids(settings, "roadmap", np.zeros(1, dtype=np.int64))
    row = {
        "id": roadmap,
        "creator_id": found.user_ids[0].as_py(),
        "owner_id": found.user_ids[0].as_py(),
        "organization_id": found.organization_id,
        "name": "This year",
        "archived_at": datetime.fromtimestamp(archived, UTC) if archived < now else None,
        "created_at": datetime.fromtimestamp(begun, UTC),
        "updated_at": datetime.fromtimestamp(min(archived, now - 1), UTC),
    }
    created = moments(np.maximum(every.created[early], begun))
    listed = assembled(
        "linear",
        "roadmap_to_project",
        {
            "id": ids(settings, "roadmap_to_project", every.keys[early]),
            "project_id": found.project_ids.take(pa.array(early)),
            "roadmap_id": [roadmap] * early.size,
            "created_at": created,
            "updated_at": created,
        },
    )
    return {"roadmap": from_rows("linear", "roadmap", [row]), "roadmap_to_project": listed}
