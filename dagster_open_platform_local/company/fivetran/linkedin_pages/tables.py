"""LinkedIn's tables as of a date.

What belongs here: all of them together. What does not: their rows.
"""

from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.linkedin_pages.posts import posts
from dagster_open_platform_local.company.fivetran.linkedin_pages.statistics import (
    days_known,
    impressions_by_day,
)
from dagster_open_platform_local.company.fivetran.linkedin_pages.tables_pages import page_tables
from dagster_open_platform_local.company.fivetran.linkedin_pages.tables_posts import post_tables
from dagster_open_platform_local.company.moments import unix_seconds
from dagster_open_platform_local.company.settings import CompanySettings


def linkedin_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    every, days = posts(settings, today), days_known(settings, today)
    seen = impressions_by_day(settings, every, days)
    return {
        **page_tables(settings, every, seen, days),
        **post_tables(settings, every, seen, unix_seconds(today)),
    }
