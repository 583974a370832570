"""Tables of the company's own accounts in Zoom.

What belongs here: users, their groups and attributes, channels. What does not: what they do.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.staff import ROLES, SalesPerson, sales_people
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.zoom.numbers import SCHEMA, account_ids
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER, unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings

_DEPARTMENTS = {
    "MANAGER": "Sales",
    "AE": "Sales",
    "SDR": "Sales",
    "MARKETING": "Marketing",
    "CSM": "Customer Success",
}
_CLIENTS = ("6.4.6.53970(mac)", "6.5.1.6476(win)", "6.3.11.50104(mac)", "6.5.3.7509(mac)")
_ZONES = ("America/New_York", "America/Los_Angeles", "Europe/London", "America/Chicago")
_CHANNELS = ("Sales", "Webinar hosts", "Customer success", "Demo room")
_ATTRIBUTE = "cbf_cost_center"


def host_ids(settings: CompanySettings, people: tuple[SalesPerson, ...]) -> list[str]:
    """The id of each one's account."""
    return account_ids(
        settings.seed, "zoom_users", np.array([each.number for each in people], dtype=np.int64)
    )


def department(person: SalesPerson) -> str:
    """Where somebody works."""
    return _DEPARTMENTS[person.role]


def account_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    people, now = sales_people(settings, today), unix_seconds(today)
    ids = host_ids(settings, people)
    draws = Draws(settings.seed, "zoom_users", np.array([each.number for each in people], dtype=np.int64))
    picks = zip(
        draws.below("client", len(_CLIENTS)).tolist(),
        draws.below("zone", len(_ZONES)).tolist(),
        draws.below("seen", 4 * DAY_SECONDS).tolist(),
        draws.below("room", 9 * 10**9).tolist(),
        strict=True,
    )
    users = [
        _user(person, identity, client, zone, max(now - seen, person.hired), room)
        for person, identity, (client, zone, seen, room) in zip(people, ids, picks, strict=True)
        if person.left >= NEVER
    ]
    there = [(person, identity) for person, identity in zip(people, ids, strict=True) if person.left >= NEVER]
    groups = account_ids(settings.seed, "zoom_groups", np.arange(len(ROLES), dtype=np.int64))
    channels = account_ids(settings.seed, "zoom_channels", np.arange(len(_CHANNELS), dtype=np.int64))
    tables = {
        "users": users,
        "user_group": [{"group_id": groups[ROLES.index(person.role)], "user_id": identity} for person, identity in there],
        "user_custom_attribute": [
            {"key": _ATTRIBUTE, "user_id": identity, "name": "Cost center", "value": f"CC-{100 + ROLES.index(person.role)}"}
            for person, identity in there
        ],
        "channel": [
            {"id": identity, "jid": f"{identity.lower()}@conference.xmpp.zoom.example.com", "name": name, "type": "2",
             "channel_settings_allow_to_add_external_users": 1, "channel_settings_posting_permissions": 1,
             "channel_settings_new_members_can_see_previous_messages_files": True}
            for identity, name in zip(channels, _CHANNELS, strict=True)
        ],
    }  # fmt: skip
    return {name: from_rows(SCHEMA, name, rows) for name, rows in tables.items()}


def _user(
    person: SalesPerson, identity: str, client: int, zone: int, seen: int, room: int
) -> dict[str, object]:
    return {
        "id": identity, "email": person.email, "first_name": person.first_name, "last_name": person.last_name,
        "dept": department(person), "created_at": datetime.fromtimestamp(person.hired, UTC), "status": "active", "verified": 1,
        # 1 is basic, 2 licensed (developers.zoom.us/docs/api/users).
        "type": 1 if person.role == "SDR" else 2, "role_id": "0" if person.number == 0 else "2", "timezone": _ZONES[zone],
        "pmi": 10**9 + room, "last_client_version": _CLIENTS[client], "last_login_time": datetime.fromtimestamp(seen, UTC),
        "languages": "en-US",
    }  # fmt: skip
