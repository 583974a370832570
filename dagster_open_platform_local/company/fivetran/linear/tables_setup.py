"""The rows of what is set up once in Linear: workspace, users, teams, states, labels, cycles, integrations.

What belongs here: those rows. What does not: issues and projects.
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled, from_rows
from dagster_open_platform_local.company.fivetran.linear.course import is_closed
from dagster_open_platform_local.company.fivetran.linear.teams import (
    CANCELED,
    CYCLE_DAYS,
    DONE,
    LABELS,
    PLANNED,
    STATES,
    TEAMS,
    TRIAGE,
    UPCOMING_CYCLES,
    WORKSPACE,
    current_cycle,
    cycle_start,
    ids,
    since,
    team_members,
)
from dagster_open_platform_local.company.fivetran.linear.view import URL, View
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import Integers, moments

_INTEGRATIONS = ("github", "slack", "incidentIo", "intercom", "figma")
_DAY = DAY_SECONDS


def setup_tables(found: View) -> dict[str, pa.Table]:
    """Those tables by name."""
    return {
        "organization": _organization(found),
        "users": _users(found),
        "team": _teams(found),
        **_memberships(found),
        "workflow_state": _states(found),
        "label": _labels(found),
        "cycle": _cycles(found),
        **_others(found),
    }


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _organization(found: View) -> pa.Table:
    begun = _moment(since(found.settings))
    row = {
        "id": found.organization_id,
        "name": "Dagster Labs",
        "url_key": WORKSPACE,
        "previous_url_key": "[]",
        "allow_members_to_invite": True,
        "git_branch_format": "username/identifier-title",
        "git_linkback_messages_enabled": True,
        "git_public_linkback_messages_enabled": False,
        "roadmap_enabled": True,
        "saml_enabled": True,
        "scim_enabled": False,
        "release_channel": "public",
        "subscription_type": "business",
        "subscription_seats": sum(each.left >= NEVER for each in found.people),
        "subscription_created_at": begun,
        "created_at": begun,
        "updated_at": begun,
    }
    return from_rows("linear", "organization", [row])


def _users(found: View) -> pa.Table:
    people, begun, user_ids = found.people, since(found.settings), found.user_ids.to_pylist()
    keys = np.array([each.key << 10 for each in people], dtype=np.int64) + found.now // _DAY % 1024
    ago = Draws(found.settings.seed, "linear_seen", keys).quantile("ago", (60, 3_600, 40_000, 4 * _DAY))
    made = np.bincount(found.issues.creator[found.issues.creator >= 0], minlength=len(people)).tolist()
    rows: list[dict[str, Any]] = []
    for number, each in enumerate(people):
        joined, gone = max(each.hired, begun), each.left < NEVER
        if gone and each.left <= begun:
            continue
        seen = min(each.left, found.now) - int(ago[number])
        rows.append(
            {
                "id": user_ids[number],
                "organization_id": found.organization_id,
                "name": each.name,
                "display_name": each.email.partition("@")[0],
                "email": each.email,
                "active": not gone,
                "admin": number < 2,
                "guest": False,
                "disable_reason": "admin suspended" if gone else None,
                "url": f"{URL}/profiles/{each.email.partition('@')[0]}",
                "timezone": "America/New_York" if number % 3 else "Europe/Berlin",
                "created_issue_count": made[number],
                "last_seen": _moment(seen) if seen > joined else None,
                "created_at": _moment(joined),
                "updated_at": _moment(each.left if gone else joined),
            }
        )
    return from_rows("linear", "users", rows)


def _teams(found: View) -> pa.Table:
    number, begun = current_cycle(found.settings, found.today), since(found.settings)
    index = np.arange(len(TEAMS), dtype=np.int64)
    active = found.cycles(
        index, np.where([team.has_cycles for team in TEAMS], max(number, 0), 0).astype(np.int64)
    ).to_pylist()
    count = np.bincount(found.issues.born.team, minlength=len(TEAMS)).tolist()
    states, team_ids = found.state_ids.to_pylist(), found.team_ids.to_pylist()
    rows = [
        {
            "id": team_ids[i],
            "organization_id": found.organization_id,
            "active_cycle_id": active[i],
            "start_workflow_state_id": states[i * len(STATES) + PLANNED],
            "auto_close_state_id": states[i * len(STATES) + CANCELED],
            "key": team.key,
            "name": team.name,
            "color": team.color,
            "timezone": "America/New_York",
            "auto_archive_period": 6.0,
            "auto_close_period": 6.0,
            "cycle_enabled": team.has_cycles,
            "cycle_duration": CYCLE_DAYS / 7,
            "cycle_start_day": 1.0,
            "cycle_cooldown_time": 0.0,
            "upcoming_cycle_count": float(UPCOMING_CYCLES),
            "issue_estimation_type": "fibonacci",
            "issue_count": count[i],
            "triage_enabled": True,
            "private": False,
            "created_at": _moment(begun),
            "updated_at": _moment(begun),
        }
        for i, team in enumerate(TEAMS)
    ]
    return from_rows("linear", "team", rows)


def _memberships(found: View) -> dict[str, pa.Table]:
    """Whoever left is in no team any more."""
    begun, user_ids, team_ids = since(found.settings), found.user_ids.to_pylist(), found.team_ids.to_pylist()
    pairs = [
        (team, int(person))
        for team, members in enumerate(team_members(found.people))
        for person in members
        if found.people[person].left >= NEVER
    ]
    keys = np.array([found.people[person].key * 8 + team for team, person in pairs], dtype=np.int64)
    own = ids(found.settings, "team_membership", keys)
    rows = [
        {
            "id": own[i],
            "team_id": team_ids[team],
            "user_id": user_ids[person],
            "owner": i == 0 or pairs[i - 1][0] != team,
            "sort_order": float(-i),
            "created_at": _moment(max(begun, found.people[person].hired)),
            "updated_at": _moment(max(begun, found.people[person].hired)),
        }
        for i, (team, person) in enumerate(pairs)
    ]
    return {
        "team_membership": from_rows("linear", "team_membership", rows),
        "team_member": from_rows(
            "linear",
            "team_member",
            [{"team_id": row["team_id"], "member_id": row["user_id"]} for row in rows],
        ),
    }


def _states(found: View) -> pa.Table:
    begun = _moment(since(found.settings))
    states, team_ids = found.state_ids.to_pylist(), found.team_ids.to_pylist()
    rows = [
        {
            "id": states[team * len(STATES) + i],
            "team_id": team_ids[team],
            "name": state.name,
            "type": state.type,
            "color": state.color,
            "description": state.description,
            "position": float(i * 1000 if i != TRIAGE else -1),
            "created_at": begun,
            "updated_at": begun,
        }
        for team in range(len(TEAMS))
        for i, state in enumerate(STATES)
    ]
    return from_rows("linear", "workflow_state", rows)


def _labels(found: View) -> pa.Table:
    begun, label_ids, user_ids = (
        since(found.settings),
        found.label_ids.to_pylist(),
        found.user_ids.to_pylist(),
    )
    rows = [
        {
            "id": label_ids[i],
            "creator_id": user_ids[i % 2],
            "parent_id": None if label.parent is None else label_ids[label.parent],
            "name": label.name,
            "color": label.color,
            "is_group": label.is_group,
            "created_at": _moment(begun + 600 * i),
            "updated_at": _moment(begun + 600 * i),
        }
        for i, label in enumerate(LABELS)
    ]
    return from_rows("linear", "label", rows)


def _cycles(found: View) -> pa.Table:
    settings, now = found.settings, found.now
    teams = np.flatnonzero([team.has_cycles for team in TEAMS]).astype(np.int64)
    last = current_cycle(settings, found.today) + UPCOMING_CYCLES
    team = np.repeat(teams, last)
    number = np.tile(np.arange(1, last + 1, dtype=np.int64), teams.size)
    start = cycle_start(settings, number)
    end = start + CYCLE_DAYS * _DAY
    made = np.maximum(start - UPCOMING_CYCLES * CYCLE_DAYS * _DAY - 3_600, since(settings))
    return assembled(
        "linear",
        "cycle",
        {
            "id": found.cycles(team, number),
            "team_id": found.team_ids.take(pa.array(team)),
            "number": number,
            "progress": _progress(found, team, number),
            "starts_at": moments(start),
            "ends_at": moments(end),
            "completed_at": found.come(end),
            "created_at": moments(made),
            "updated_at": moments(
                np.maximum(made, np.where(end < now, end, np.where(start < now, start, 0)))
            ),
        },
    )


def _progress(found: View, team: Integers, number: Integers) -> np.ndarray:
    """The share of each cycle's issues that is done."""
    _, last = found.issues.cycles()
    key = found.issues.born.team * 4096 + last
    done = (found.issues.state == DONE) & is_closed(found.issues)
    size = len(TEAMS) * 4096
    total, ended = np.bincount(key, minlength=size), np.bincount(key[done], minlength=size)
    wanted = team * 4096 + number
    return ended[wanted] / np.maximum(total[wanted], 1)


def _others(found: View) -> dict[str, pa.Table]:
    settings, begun, user_ids = found.settings, since(found.settings), found.user_ids.to_pylist()
    keys = np.arange(len(_INTEGRATIONS))
    own = ids(settings, "integration", keys)
    bot = ids(settings, "external_user", np.arange(2))
    integrations = [
        {
            "id": own[i],
            "creator_id": user_ids[i % 2],
            "organization_id": found.organization_id,
            "service": service,
            "created_at": _moment(begun + 3_600 * i),
            "updated_at": _moment(begun + 3_600 * i),
        }
        for i, service in enumerate(_INTEGRATIONS)
    ]
    outsiders = [
        {
            "id": bot[i],
            "organization_id": found.organization_id,
            "name": name,
            "display_name": name.lower(),
            "created_at": _moment(begun + 7_200),
            "updated_at": _moment(begun + 7_200),
            "last_seen": _moment(found.now - 600 * (i + 1)),
        }
        for i, name in enumerate(("GitHub", "incident.io"))
    ]
    return {
        "integration": from_rows("linear", "integration", integrations),
        "external_user": from_rows("linear", "external_user", outsiders),
    }
