"""Users of Outreach, their mailboxes and teams, and what was set up there.

What belongs here: tables of few rows. What does not: sequences (`sequences.py`).

The dirt in it: users who left are locked, and their mailboxes still there, disabled.
"""

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.outreach.catalogue import (
    DISPOSITIONS,
    PERSONAS,
    PRIORITIES,
    PURPOSES,
    STAGES,
)
from dagster_open_platform_local.company.fivetran.outreach.facts import Facts
from dagster_open_platform_local.company.fivetran.outreach.tables import Rows, few, moment, outreach_since
from dagster_open_platform_local.company.moments import NEVER

_ROLES = {"MANAGER": 1, "AE": 2, "SDR": 3, "CSM": 4, "MARKETING": 5}
_ROLE_NAMES = ("Sales Leadership", "Account Executives", "Sales Development", "Customer Success", "Marketing")
_COLORS = ("#5952FF", "#D24B4E", "#54BFAD", "#F4AD32", "#8F959E")


def user_tables(known: Facts) -> dict[str, pa.Table]:
    """The tables of users and of what was set up for them."""
    return {
        "users": few(known, "users", "user", _users(known)),
        "mailbox": few(known, "mailbox", "mailbox", _mailboxes(known)),
        "role": few(
            known, "role", "role", [{"id": each, "name": name} for each, name in enumerate(_ROLE_NAMES, 1)]
        ),
        "profile": few(
            known,
            "profile",
            "profile",
            [{"id": 1, "name": "Admin", "is_admin": True}, {"id": 2, "name": "Default", "is_admin": False}],
        ),
        "team": few(
            known,
            "team",
            "team",
            [
                {"id": each, "name": name, "color": _COLORS[each % len(_COLORS)]}
                for each, name in enumerate(_ROLE_NAMES, 1)
            ],
        ),
        "user_team": few(
            known,
            "user_team",
            "userTeam",
            [
                {"team_id": _ROLES[person.role], "user_id": person.number + 1}
                for person in known.crm.people
                if person.left >= NEVER
            ],
        ),
        **_settings(known),
    }


def _settings(known: Facts) -> dict[str, pa.Table]:
    stages = [
        {"id": each, "name": name, "order": each, "color": _COLORS[each % len(_COLORS)]}
        for each, name in enumerate(STAGES, 1)
    ]
    dispositions = [
        {"id": each, "name": name, "outcome": outcome, "order": each}
        for each, (name, outcome) in enumerate(DISPOSITIONS, 1)
    ]
    priorities = [
        {"id": each, "name": name, "weight": weight} for each, (name, weight) in enumerate(PRIORITIES, 1)
    ]
    ruleset = {
        "id": 1,
        "name": "Default Ruleset",
        "permit_duplicate_prospects": "disallowed",
        "sequence_exclusivity": "exclusive",
        "include_unsubscribe_links": True,
        "auto_resume_ooto_prospects": False,
        "relationship_replied_stage_id": STAGES.index("Replied") + 1,
        "relationship_bounced_stage_id": STAGES.index("Bad Contact Info") + 1,
        "relationship_opted_out_stage_id": STAGES.index("Do Not Contact") + 1,
        "relationship_finished_stage_id": STAGES.index("Unresponsive") + 1,
        "relationship_started_stage_id": STAGES.index("Approaching") + 1,
    }
    return {
        "stage": few(known, "stage", "stage", stages),
        "call_disposition": few(known, "call_disposition", "callDisposition", dispositions),
        "call_purpose": few(
            known,
            "call_purpose",
            "callPurpose",
            [{"id": each, "name": name, "order": each} for each, name in enumerate(PURPOSES, 1)],
        ),
        "task_priority": few(known, "task_priority", "taskPriority", priorities),
        "persona": few(
            known, "persona", "persona", [{"id": each, "name": name} for each, name in enumerate(PERSONAS, 1)]
        ),
        "ruleset": few(known, "ruleset", "ruleset", [ruleset]),
    }


def _users(known: Facts) -> Rows:
    since, now = outreach_since(known), known.crm.now
    rows: Rows = []
    for person in known.crm.people:
        gone = person.left < NEVER
        created = max(person.hired, since)
        seen = max(min(person.left, now) - 1800 - person.number * 97 % 40_000, created)
        rows.append(
            {
                "id": person.number + 1,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "name": f"{person.first_name} {person.last_name}",
                "email": person.email,
                "username": person.email.partition("@")[0],
                "locked": gone,
                "relationship_role_id": _ROLES[person.role],
                "relationship_profile_id": 1 if person.role == "MANAGER" else 2,
                "relationship_mailbox_id": person.number + 1,
                "created_at": moment(created),
                "updated_at": moment(person.left if gone else seen),
                "last_sign_in_at": moment(seen),
                "primary_timezone": "America/Los_Angeles",
                "notifications_enabled": not gone,
                "daily_digest_email_enabled": True,
                "user_guid": f"{0x5E1EC700 + person.number * 0x101:08x}-0000-4000-8000-{person.number:012x}",
            }
        )
    return [row for row in rows if row["created_at"] < moment(now)]


def _mailboxes(known: Facts) -> Rows:
    since, now = outreach_since(known), known.crm.now
    errored = known.crm.draws("mailbox", np.arange(len(known.crm.people), dtype=np.int64)).chance(
        "errored", 0.15
    )
    return [
        {
            "id": person.number + 1,
            "relationship_user_id": person.number + 1,
            "user_id": person.number + 1,
            "email": person.email,
            "username": person.email,
            "email_provider": "gmail",
            "provider_type": "GoogleOauth",
            "max_emails_per_day": 1000,
            "max_mailings_per_day": 400,
            "max_mailings_per_week": 1500,
            "send_disabled": person.left < NEVER,
            "sync_disabled": person.left < NEVER,
            "send_errored_at": moment(max(person.hired, since)) if errored[person.number] else None,
            "editable": True,
            "created_at": moment(max(person.hired, since)),
            "updated_at": moment(max(person.hired if person.left >= NEVER else person.left, since)),
        }
        for person in known.crm.people
        if max(person.hired, since) < now
    ]
