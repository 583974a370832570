"""What the portal is set up with: owners, users, teams, roles, and the properties that objects have.

What belongs here: those tables. What does not: values of properties.

Everybody of sales, customer success and marketing is an owner, and stays one when they leave; the user behind is deleted then. The
properties are those of the layout, with their types.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import tools_since
from dagster_open_platform_local.company.commercial.deals import STAGES as DEAL_STAGES
from dagster_open_platform_local.company.commercial.staff import ROLES, SalesPerson, sales_people
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.hubspot.numbers import (
    PORTAL,
    SCHEMA,
    moment_of,
    owner_ids,
    user_ids,
    uuid_of,
)
from dagster_open_platform_local.company.fivetran.hubspot.stages import STAGES
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.settings import CompanySettings

_TEAMS = {
    "MANAGER": "Management",
    "AE": "Sales",
    "SDR": "Sales development",
    "MARKETING": "Marketing",
    "CSM": "Customer success",
}
_FIRST_TEAM, _FIRST_ROLE = 3_300_100, 190_400
_PREFIX = "property_"
_OBJECTS = (
    "contact",
    "company",
    "deal",
    "ticket",
    "line_item",
    "product",
    "quote",
    "lead",
    "feedback_submission",
)
_FIELD_TYPES = {
    "STRING": ("string", "text"),
    "BOOLEAN": ("bool", "booleancheckbox"),
    "LONG": ("number", "number"),
    "DOUBLE": ("number", "number"),
    "INSTANT": ("datetime", "date"),
}
_OWN = ("organization_id", "organization_public_id", "dagster_plan", "dagster_user_id", "signed_up_at", "contract_start_date",
        "contract_term_months", "utm_campaign", "utm_medium", "utm_source")  # fmt: skip
_OPTIONS = {
    ("contact", "lifecyclestage"): STAGES,
    ("company", "lifecyclestage"): STAGES,
    ("company", "dagster_plan"): ("SOLO", "STARTER", "PRO", "ENTERPRISE"),
    ("deal", "dealtype"): ("newbusiness", "existingbusiness"),
    ("deal", "dealstage"): DEAL_STAGES,
}


def portal_tables(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """The tables of this module as of 00:00 UTC of a date."""
    people = sales_people(settings, today)
    there = [each for each in people if each.left >= NEVER]
    tables = {
        "owner": [_owner(settings, each) for each in people],
        "users": [_user(each) for each in there],
        "owner_team": [
            {"owner_id": owner_ids(each.number), "team_id": team_id(each.role), "is_team_primary": True}
            for each in there
        ],
        "team_user": [
            {
                "user_id": user_ids(each.number),
                "team_id": team_id(role),
                "is_secondary_user": role != each.role,
            }
            for each in there
            # Managers look after sales besides.
            for role in ((each.role, "AE") if each.role == "MANAGER" else (each.role,))
        ],
        "team": [{"id": team_id(role), "name": name} for role, name in _TEAMS.items()],
        "role": [
            {"id": _FIRST_ROLE + place, "name": name, "requires_billing_write": place == 0}
            for place, name in enumerate(("Administrator", "Sales", "Marketing"))
        ],
        "property": [*_properties(settings)],
        "property_option": [
            {
                "hubspot_object": thing,
                "name": name,
                "label": value,
                "value": value,
                "display_order": place,
                "hidden": False,
            }
            for (thing, name), values in _OPTIONS.items()
            for place, value in enumerate(values)
        ],
    }
    return {name: from_rows(SCHEMA, name, rows) for name, rows in tables.items()}


def team_id(role: str) -> int:
    """Of the team of those with a role of `staff.ROLES`."""
    return _FIRST_TEAM + ROLES.index(role)


def _owner(settings: CompanySettings, person: SalesPerson) -> dict[str, object]:
    made = moment_of(max(person.hired, tools_since(settings)))
    gone = person.left < NEVER
    return {
        "owner_id": owner_ids(person.number),
        "active_user_id": None if gone else user_ids(person.number),
        "user_id_including_inactive": user_ids(person.number),
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "is_active": not gone,
        "portal_id": PORTAL,
        "type": "PERSON",
        "created_at": made,
        "updated_at": moment_of(max(person.left, tools_since(settings))) if gone else made,
    }


def _user(person: SalesPerson) -> dict[str, object]:
    role = {"MANAGER": 0, "MARKETING": 2}.get(person.role, 1)
    return {
        "id": user_ids(person.number),
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "primary_team_id": team_id(person.role),
        "role_id": _FIRST_ROLE + role,
        "super_admin": person.number == 0,
        "send_welcome_email": False,
    }


def _properties(settings: CompanySettings) -> list[dict[str, object]]:
    made = moment_of(tools_since(settings))
    rows: list[dict[str, object]] = []
    for thing in _OBJECTS:
        columns = [each for each in layouts(SCHEMA)[thing].columns if each.name.startswith(_PREFIX)]
        for place, column in enumerate(columns):
            name = column.name.removeprefix(_PREFIX)
            kind, field = _FIELD_TYPES[column.type]
            if (thing, name) in _OPTIONS:
                kind, field = "enumeration", "select"
            rows.append(
                {
                    "hubspot_object": thing, "name": name, "label": name.replace("_", " ").capitalize(), "type": kind,
                    "field_type": field, "group_name": f"{thing}information", "hubspot_defined": not _is_own(name),
                    "calculated": name.startswith(("num_", "hs_analytics_", "hs_email_")), "created_at": made,
                    "updated_at": made, "archived": False, "hidden": False, "has_unique_value": name in ("email", "hs_object_id"),
                    "form_field": thing == "contact", "display_order": place, "external_options": False,
                    "_fivetran_id": uuid_of(settings, f"hubspot_properties_{thing}", place).replace("-", ""),
                }
            )  # fmt: skip
    return rows


def _is_own(name: str) -> bool:
    """Whether the company made a property, rather than HubSpot. What the platform writes begins with `dagster_`."""
    return name in _OWN or name.startswith("dagster_")
