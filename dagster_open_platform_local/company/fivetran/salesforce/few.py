"""Tables of few rows, which are written as Python rows and not as columns.

What belongs here: ids and moments of single rows, and the stamps that every row has. What does not: the rows.
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.commercial.accounts import tools_since
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids, user_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import ADMINISTRATOR, SCHEMA, Crm

Rows = list[dict[str, Any]]


def one_id(kind: str, number: int) -> str:
    """The id of one record."""
    return salesforce_ids(kind, np.array([number], dtype=np.int64))[0].as_py()


def one_user_id(person: int) -> str:
    """The id of one user, by the number of the person."""
    return user_ids(np.array([person], dtype=np.int64))[0].as_py()


def moment(seconds: int) -> datetime:
    """Unix seconds as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def few(crm: Crm, rows: dict[str, Rows]) -> dict[str, pa.Table]:
    """Tables that an administrator filled when the company began with Salesforce, save where a row says otherwise.

    Args:
        crm: The facts.
        rows: By table.
    """
    administrator, since = one_id("user", ADMINISTRATOR), moment(tools_since(crm.settings))
    stamps = {
        "created_by_id": administrator,
        "created_date": since,
        "last_modified_by_id": administrator,
        "last_modified_date": since,
    }
    found: dict[str, pa.Table] = {}
    for name, each in rows.items():
        shape = layouts(SCHEMA)[name].schema.names
        kept = {column: value for column, value in stamps.items() if column in shape}
        if "system_modstamp" in shape:
            each = [{"system_modstamp": row.get("last_modified_date", since), **row} for row in each]
        found[name] = from_rows(SCHEMA, name, [{**kept, **row} for row in each])
    return found
