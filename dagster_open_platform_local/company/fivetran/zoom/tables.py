"""All tables of Zoom together.

What belongs here: which modules make them. What does not: how.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.zoom.accounts import account_tables
from dagster_open_platform_local.company.fivetran.zoom.meetings import meeting_tables
from dagster_open_platform_local.company.fivetran.zoom.polls import poll_tables
from dagster_open_platform_local.company.fivetran.zoom.webinars import webinar_tables
from dagster_open_platform_local.company.settings import CompanySettings


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    return {
        **account_tables(settings, today),
        **meeting_tables(settings, today),
        **webinar_tables(settings, today),
        **poll_tables(settings, today),
    }
