"""Linear's tables as of a date.

What belongs here: all of them together. What does not: their rows.
"""

from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.linear.tables_issues import issue_tables
from dagster_open_platform_local.company.fivetran.linear.tables_projects import project_tables
from dagster_open_platform_local.company.fivetran.linear.tables_setup import setup_tables
from dagster_open_platform_local.company.fivetran.linear.tables_talk import comments, talk_tables
from dagster_open_platform_local.company.fivetran.linear.view import view
from dagster_open_platform_local.company.settings import CompanySettings


def linear_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found = view(settings, today)
    said = comments(found)
    return {
        **setup_tables(found),
        **issue_tables(found, said.last(found.issues.first.size)),
        **talk_tables(found, said),
        **project_tables(found),
    }
