"""The log's tables as of a date.

What belongs here: all of them together. What does not: their rows.
"""

from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.fivetran_log.history import changes, connections, syncs
from dagster_open_platform_local.company.fivetran.fivetran_log.tables_account import account_tables
from dagster_open_platform_local.company.fivetran.fivetran_log.tables_usage import usage_tables
from dagster_open_platform_local.company.settings import CompanySettings


def fivetran_log_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    known = connections()
    found = syncs(settings, today, known)
    made = changes(settings, today, known, found)
    return {
        **account_tables(settings, today, known),
        **usage_tables(settings, today, known, found, made),
    }
