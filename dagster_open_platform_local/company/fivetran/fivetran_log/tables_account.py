"""The rows of the account with Fivetran: users, roles, connections, and the tables that these made.

What belongs here: those rows. What does not: syncs and costs (`tables_usage.py`).

Those of the data team who look after the platform, and finance, have accounts. Whoever left is gone from `user` and from the teams, but
not from `audit_trail`.
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import assembled, from_rows
from dagster_open_platform_local.company.fivetran.fivetran_log.history import Connection
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.product.columns import choice, either, joined, moments
from dagster_open_platform_local.company.product.happenings import daily
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import Member, members

SCHEMA = "fivetran_log"
Row = dict[str, Any]
ACCOUNT_ID, DESTINATION_ID, DESTINATION_NAME = "dagster_labs", "broken_anchorage", "dagster_labs_prod"
FIRST_USER = "dust_earmark"
_BEFORE_DAYS = 1000
_ROLES = (
    ("Account Administrator", "Everything", ("account:manage", "connection:manage", "destination:manage", "user:manage")),
    ("Account Analyst", "Sees everything", ("account:read", "connection:read", "destination:read")),
    ("Account Billing", "Usage and invoices", ("billing:read",)),
    ("Connection Administrator", "Manages connections", ("connection:manage", "connection:read")),
)  # fmt: skip
_TEAMS = (("data_platform", "Data platform", 0), ("finance", "Finance", 2))
_TEAM_OF = {"data-platform": 0, "finance": 1}
_NAMES = {
    "bingads": "Microsoft Advertising",
    "fivetran_log": "Fivetran Platform",
    "google_analytics_4": "Google Analytics 4",
    "hubspot": "HubSpot",
    "incidentio": "incident.io",
    "linkedin": "LinkedIn Ad Analytics",
    "linkedin_company_pages": "LinkedIn Company Pages",
    "youtube_analytics": "YouTube Analytics",
}
_ACTIONS = (
    ("UPDATE", "CONNECTION"),
    ("UPDATE", "CONNECTION_SCHEMA"),
    ("CREATE", "API_KEY"),
    ("UPDATE", "DESTINATION"),
)
_LEFT, _RIGHT = ("amber", "brisk", "copper", "dusty", "early", "faint", "gentle", "hollow"), (
    "anvil", "bridge", "candle", "drift", "ember", "fable", "garden", "harbor", "island", "jigsaw",
)  # fmt: skip


def account_tables(
    settings: CompanySettings, today: date, known: tuple[Connection, ...]
) -> dict[str, pa.Table]:
    """Those tables by name.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
        known: The connections.
    """
    begun, people = signed_up(settings), _people(settings, today)
    rows = {**_places(begun), **_connections(known, begun), **_access(), **_rights(people)}
    return {
        **{name: from_rows(SCHEMA, name, made) for name, made in rows.items()},
        **_made(known, begun),
        "audit_trail": _audit(settings, today, known, people),
    }


def _places(begun: datetime) -> dict[str, list[Row]]:
    """The account, and the one destination in it."""
    return {
        "account": [
            {
                "id": ACCOUNT_ID,
                "name": "Dagster Labs",
                "country": "US",
                "status": "ACTIVE",
                "created_at": begun,
            }
        ],
        "destination": [
            {
                "id": DESTINATION_ID,
                "account_id": ACCOUNT_ID,
                "name": DESTINATION_NAME,
                "destination_type": "snowflake",
                "deployment_type": "SAAS",
                "region": "US",
                "is_active": True,
                "created_at": begun,
            }
        ],
    }


def _connections(known: tuple[Connection, ...], begun: datetime) -> dict[str, list[Row]]:
    """The connections, and the kinds of sources that they are of."""
    return {
        "connection": [
            {
                "connection_id": each.id,
                "connection_name": each.name,
                "connector_type_id": each.service,
                "destination_id": DESTINATION_ID,
                "connecting_user_id": FIRST_USER,
                "deployment_type": "SAAS",
                "paused": False,
                "sync_frequency": 1440,
                "signed_up": begun,
            }
            for each in known
        ],
        "connector_type": [
            {
                "id": service,
                "official_connector_name": _NAMES.get(service, service.replace("_", " ").title()),
                "type": "application",
                "availability": "generally_available",
                "created_at": begun - timedelta(days=900),
                "release_at": begun - timedelta(days=400),
                "deleted": False,
            }
            for service in sorted({each.service for each in known})
        ],
    }


def signed_up(settings: CompanySettings) -> datetime:
    """When the company got its account, and every connection in it."""
    first = unix_seconds(settings.epoch) - _BEFORE_DAYS * DAY_SECONDS
    return datetime.fromtimestamp(first + 9 * 3600 + 764, UTC)


def _people(settings: CompanySettings, today: date) -> list[tuple[str, Member]]:
    """The id and the person of every user, also of those who left."""
    who = [each for each in members(settings, today) if each.number == 0 or each.team in _TEAM_OF]
    draws = Draws(settings.seed, "fivetran_users", np.array([each.number for each in who], dtype=np.int64))
    words = zip(
        draws.below("left", len(_LEFT)).tolist(), draws.below("right", len(_RIGHT)).tolist(), strict=True
    )
    return [
        (FIRST_USER if each.number == 0 else f"{_LEFT[one]}_{_RIGHT[two]}_{each.number}", each)
        for each, (one, two) in zip(who, words, strict=True)
    ]


def _rights(people: list[tuple[str, Member]]) -> dict[str, list[Row]]:
    """Users, and who is in which team and has which role."""
    there = [(number, each) for number, each in people if each.left >= NEVER]
    joined_at = {number: datetime.fromtimestamp(each.hired + DAY_SECONDS, UTC) for number, each in there}
    roles = _role_ids()
    return {
        "user": [
            {
                "id": number,
                "given_name": each.first_name,
                "family_name": each.last_name,
                "email": each.email,
                "email_disabled": False,
                "verified": True,
                "created_at": joined_at[number],
            }
            for number, each in there
        ],
        "team_membership": [
            {
                "team_id": _TEAMS[_TEAM_OF[each.team]][0],
                "user_id": number,
                "role_id": "team_member",
                "created_at": joined_at[number],
            }
            for number, each in there
            if each.team in _TEAM_OF
        ],
        "resource_membership": [
            {
                "id": 1_000 + each.number,
                "account_id": ACCOUNT_ID,
                "user_id": number,
                "role_id": roles[0 if each.number < 2 else 3 if each.team == "data-platform" else 2],
                "created_at": joined_at[number],
            }
            for number, each in there
        ],
    }


def _role_ids() -> list[str]:
    return [name.lower().replace(" ", "_") for name, _, _ in _ROLES]


def _access() -> dict[str, list[Row]]:
    """Roles, what they allow, and teams."""
    roles = _role_ids()
    return {
        "role": [
            {
                "id": roles[i],
                "account_id": ACCOUNT_ID,
                "name": name,
                "description": text,
                "connector_types": "[]",
            }
            for i, (name, text, _) in enumerate(_ROLES)
        ],
        "role_permission": [
            {"role_id": roles[i], "permission": permission}
            for i, (_, _, permissions) in enumerate(_ROLES)
            for permission in permissions
        ],
        "team": [
            {"id": number, "account_id": ACCOUNT_ID, "name": name, "description": f"{name} team"}
            for number, name, _ in _TEAMS
        ],
    }


def _made(known: tuple[Connection, ...], begun: datetime) -> dict[str, pa.Table]:
    """The schemas and tables that the connections made on their first day; Google's sheets share one schema."""
    first = {each.schema: each for each in reversed(known)}
    schemas = [
        {
            "id": each.key,
            "destination_id": DESTINATION_ID,
            "connection_id": each.id,
            "name": name,
            "created_at": begun + timedelta(minutes=9),
        }
        for name, each in sorted(first.items())
    ]
    tables = [
        {
            "id": key,
            "destination_id": DESTINATION_ID,
            "connection_id": each.id,
            "schema_id": first[each.schema].key,
            "name": table,
            "created_at": begun + timedelta(minutes=10),
        }
        for each in known
        for table, key in zip(each.tables, each.table_keys, strict=True)
    ]
    return {
        "destination_schema": from_rows(SCHEMA, "destination_schema", schemas),
        "destination_table": from_rows(SCHEMA, "destination_table", tables),
    }


def _audit(
    settings: CompanySettings, today: date, known: tuple[Connection, ...], people: list[tuple[str, Member]]
) -> pa.Table:
    """About one change a day, by somebody who was there, in the dashboard or by the API."""
    rows = daily(settings, "fivetran_audit", today, 1)
    draws = Draws(settings.seed, "fivetran_audit", rows.ids)
    action = draws.below("action", len(_ACTIONS))
    # The first user stays; so somebody is there on every day.
    users = [
        [number for number, each in people if each.hired < moment <= each.left] or [FIRST_USER]
        for moment in rows.created.tolist()
    ]
    chosen = [
        who[pick % len(who)] for who, pick in zip(users, draws.below("who", 1 << 20).tolist(), strict=True)
    ]
    old, new = draws.below("old", 24), draws.below("new", 24)
    changed = choice([each.id for each in known], draws.below("connection", len(known)))
    ours = choice((DESTINATION_ID,), np.zeros_like(action))
    return assembled(
        SCHEMA,
        "audit_trail",
        {
            "id": joined("audit_", rows.ids),
            "captured_at": moments(rows.created),
            "user_id": chosen,
            "action": choice([name for name, _ in _ACTIONS], action),
            "interaction_method": choice(("WEB", "REST_API"), draws.below("method", 2)),
            "primary_resource_type": choice([kind for _, kind in _ACTIONS], action),
            "primary_resource_id": either(action == 3, ours, changed),
            "old_values": [json.dumps({"daily_sync_time": f"{each:02d}:00"}) for each in old.tolist()],
            "new_values": [json.dumps({"daily_sync_time": f"{each:02d}:00"}) for each in new.tolist()],
        },
    )
