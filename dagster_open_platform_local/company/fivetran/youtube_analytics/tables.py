"""YouTube's tables as of a date.

What belongs here: all of them together. What does not: their rows.
"""

from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.youtube_analytics.tables_channel import channel_tables
from dagster_open_platform_local.company.fivetran.youtube_analytics.tables_reports import report_tables
from dagster_open_platform_local.company.fivetran.youtube_analytics.videos import videos
from dagster_open_platform_local.company.fivetran.youtube_analytics.views import all_views
from dagster_open_platform_local.company.settings import CompanySettings


def youtube_tables(settings: CompanySettings, today: date) -> dict[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found = videos(settings, today)
    views = all_views(settings, today, found)
    return {**channel_tables(settings, today, found, views), **report_tables(settings, found, views)}
