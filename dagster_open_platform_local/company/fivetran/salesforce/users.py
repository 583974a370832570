"""Users of Salesforce, their roles, profiles and groups.

What belongs here: those tables. What does not: who works in sales (`company/commercial/staff.py`).

The dirt in it: users who left stay, inactive; half of these have no role any more.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import tools_since
from dagster_open_platform_local.company.commercial.staff import ROLES
from dagster_open_platform_local.company.fivetran.salesforce.few import Rows, few, moment, one_id, one_user_id
from dagster_open_platform_local.company.fivetran.salesforce.records import (
    ADMINISTRATOR,
    FIVETRAN,
    HUBSPOT,
    OUTREACH,
    PRODUCT_SYNC,
    Crm,
)
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.warehouse.staff import DOMAIN

_SYSTEM_USERS = {
    ADMINISTRATOR: "Administrator",
    PRODUCT_SYNC: "Product Sync",
    HUBSPOT: "HubSpot Integration",
    OUTREACH: "Outreach Integration",
    FIVETRAN: "Fivetran Integration",
}
_TITLES = {
    "MANAGER": "Sales Manager",
    "AE": "Account Executive",
    "SDR": "Sales Development Representative",
    "MARKETING": "Marketing Manager",
    "CSM": "Customer Success Manager",
}
_PROFILES = ("System Administrator", "Standard User", "Marketing User", "Integration User")


def user_tables(crm: Crm) -> dict[str, pa.Table]:
    """The tables of users."""
    queue = {"id": one_id("queue_sobject", 1), "queue_id": one_id("group", 1), "sobject_type": "Lead"}
    rows = {
        "user": [*_people(crm), *_systems(crm)],
        "user_role": _roles(),
        "profile": _profiles(),
        "group": _groups(),
        "group_member": _members(crm),
        "queue_sobject": [queue],
    }
    return few(crm, rows)


def _people(crm: Crm) -> Rows:
    ids = [one_user_id(person.number) for person in crm.people]
    roles = {role: one_id("user_role", 2 + number) for number, role in enumerate(ROLES)}
    no_role = crm.draws("user", np.arange(len(crm.people), dtype=np.int64)).chance("no_role", 0.5)
    rows: Rows = []
    for person in crm.people:
        gone = person.left < NEVER
        last_login = moment(min(person.left, crm.now) - 3600 - person.number * 131 % 86_400)
        rows.append(
            {
                **_user(ids[person.number], person.first_name, person.last_name, person.email),
                "is_active": not gone,
                "title": _TITLES[person.role],
                "department": "Marketing" if person.role == "MARKETING" else "Sales",
                "user_role_id": None if gone and no_role[person.number] else roles[person.role],
                "manager_id": None if person.manager < 0 else ids[person.manager],
                "profile_id": one_id("profile", 3 if person.role == "MARKETING" else 2),
                "employee_number": f"S{person.number:04d}",
                "forecast_enabled": person.role in ("AE", "MANAGER"),
                "created_date": moment(person.hired),
                "last_modified_date": moment(person.left if gone else person.hired),
                "last_login_date": max(last_login, moment(person.hired)),
                "user_permissions_marketing_user": person.role == "MARKETING",
            }
        )
    return rows


def _systems(crm: Crm) -> Rows:
    since = moment(tools_since(crm.settings))
    return [
        {
            **_user(one_id("user", number), None, name, f"salesforce+{number}@{DOMAIN}"),
            "is_active": True,
            "profile_id": one_id("profile", 1 if number == ADMINISTRATOR else 4),
            "created_date": since,
            "last_modified_date": since,
        }
        for number, name in _SYSTEM_USERS.items()
    ]


def _user(id_: str, first_name: str | None, last_name: str, email: str) -> dict[str, Any]:
    name = f"{first_name} {last_name}" if first_name else last_name
    return {
        "id": id_,
        "first_name": first_name,
        "last_name": last_name,
        "name": name,
        "email": email,
        "username": f"{email}.sales",
        "alias": f"{(first_name or last_name)[0]}{last_name[:4]}".lower(),
        "community_nickname": email.partition("@")[0],
        "company_name": "Dagster Labs",
        "user_type": "Standard",
        "time_zone_sid_key": "America/Los_Angeles",
        "locale_sid_key": "en_US",
        "language_locale_key": "en_US",
        "email_encoding_key": "UTF-8",
        "user_permissions_support_user": False,
    }


def _roles() -> Rows:
    top = one_id("user_role", 1)
    names = ((1, "CEO", None), *((2 + number, f"{_TITLES[role]}s", top) for number, role in enumerate(ROLES)))
    return [
        {
            "id": one_id("user_role", number),
            "name": name,
            "developer_name": name.replace(" ", "_"),
            "parent_role_id": parent,
            "opportunity_access_for_account_owner": "Edit",
            "contact_access_for_account_owner": "Edit",
            "case_access_for_account_owner": "Edit",
            "portal_type": "None",
            "may_forecast_manager_share": False,
        }
        for number, name, parent in names
    ]


def _profiles() -> Rows:
    return [
        {
            "id": one_id("profile", number),
            "name": name,
            "user_type": "Standard",
            "permissions_api_enabled": True,
            "permissions_modify_all_data": name == "System Administrator",
            "permissions_view_all_data": name in ("System Administrator", "Integration User"),
        }
        for number, name in enumerate(_PROFILES, start=1)
    ]


def _groups() -> Rows:
    names = ((1, "Inbound Leads", "Queue"), (2, "Sales", "Regular"), (3, "Customer Success", "Regular"))
    return [
        {
            "id": one_id("group", number),
            "name": name,
            "developer_name": name.replace(" ", "_"),
            "type": kind,
            "does_include_bosses": True,
            "does_send_email_to_members": False,
        }
        for number, name, kind in names
    ]


def _members(crm: Crm) -> Rows:
    group_of = {"SDR": 1, "AE": 2, "MANAGER": 2, "CSM": 3}
    return [
        {
            "id": one_id("group_member", person.number + 1),
            "group_id": one_id("group", group_of[person.role]),
            "user_or_group_id": one_user_id(person.number),
        }
        for person in crm.people
        if person.role in group_of and person.left >= NEVER
    ]
