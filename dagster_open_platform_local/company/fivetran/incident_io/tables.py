"""incident.io's tables as of a date.

What belongs here: all of them together, and the rows of what is set up once. What does not: the rows of incidents
(`tables_incidents.py`) and of alerts (`tables_alerts.py`).
"""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.incident_io.tables_alerts import alert_tables
from dagster_open_platform_local.company.fivetran.incident_io.tables_incidents import incident_tables
from dagster_open_platform_local.company.fivetran.incident_io.view import View, view
from dagster_open_platform_local.company.fivetran.incident_io.words import (
    FIELDS,
    MONITORS,
    PARTS,
    ROLES,
    SEVERITIES,
    STATUSES,
    TIMESTAMPS,
    TYPES,
)
from dagster_open_platform_local.company.fivetran.linear.colleagues import MARKETING
from dagster_open_platform_local.company.hashing import Draws
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.settings import CompanySettings

SCHEMA = "incident_io"
Row = dict[str, Any]


def incident_io_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found = view(settings, today)
    return {**_setup(found), **incident_tables(found), **alert_tables(found)}


def _setup(found: View) -> dict[str, pa.Table]:
    begun = datetime.fromtimestamp(found.begun, UTC)
    dated = {"created_at": begun, "updated_at": begun}
    own = found.setup_ids
    rows: dict[str, list[Row]] = {
        **_roles_fields_and_monitors(found, dated),
        "severity": [
            {
                "id": own("severity", i),
                "name": each.name,
                "description": each.description,
                "rank": i + 1,
                **dated,
            }
            for i, each in enumerate(SEVERITIES)
        ],
        "incident_status": [
            {
                "id": own("status", i),
                "name": name,
                "category": kind,
                "description": text,
                "rank": i + 1,
                **dated,
            }
            for i, (name, kind, text) in enumerate(STATUSES)
        ],
        "incident_type": [
            {
                "id": own("type", i),
                "name": each.name,
                "description": each.description,
                "is_default": i == 0,
                "private_incidents_only": False,
                "create_in_triage": "optional",
                **dated,
            }
            for i, each in enumerate(TYPES)
        ],
        "incident_timestamp": [
            {"id": own("timestamp", i), "name": name, "rank": i + 1} for i, name in enumerate(TIMESTAMPS)
        ],
        "users": _users(found),
    }
    return {name: from_rows(SCHEMA, name, made) for name, made in rows.items()}


def _roles_fields_and_monitors(found: View, dated: Row) -> dict[str, list[Row]]:
    own = found.setup_ids
    return {
        "incident_role": [
            {
                "id": own("role", i),
                "name": name,
                "role_type": kind,
                "description": text,
                "instructions": "See the handbook",
                "shortform": short,
                **dated,
            }
            for i, (name, kind, text, short) in enumerate(ROLES)
        ],
        "custom_field": [
            {"id": own("field", i), "name": each.name, "field_type": each.description, **dated}
            for i, each in enumerate(FIELDS)
        ],
        "custom_field_option": [
            {"id": own("option", i), "custom_field_id": own("field", 0), "value": name, "sort_key": i * 10}
            for i, name in enumerate(PARTS)
        ],
        "alert_source": [
            {
                "id": own("monitor", i),
                "name": name,
                "source_type": kind,
                "title_reference": "alert.title",
                "description_reference": "alert.description",
            }
            for i, (name, kind) in enumerate(MONITORS)
        ],
        "alert_route": [{"id": own("route", 0), "name": "Production", "enabled": True}],
    }


def _users(found: View) -> list[Row]:
    """Whoever left is gone."""
    keys = np.array([each.key for each in found.people], dtype=np.int64)
    slack = Draws(found.settings.seed, "slack_users", keys).bits("id").tolist()
    return [
        {
            "id": found.user_ids[i].as_py(),
            "name": each.name,
            "email": each.email,
            "role": "owner" if i < 2 else "administrator" if i < 5 else "responder",
            "slack_user_id": f"U0{slack[i] % 36**8:09d}",
        }
        for i, each in enumerate(found.people)
        if each.left >= NEVER and each.department != MARKETING
    ]
