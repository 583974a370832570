"""All tables of Outreach that have rows.

What belongs here: which module makes which. What does not: the rows.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.outreach.facts import facts
from dagster_open_platform_local.company.fivetran.outreach.messages import message_tables
from dagster_open_platform_local.company.fivetran.outreach.opportunities import opportunity_tables
from dagster_open_platform_local.company.fivetran.outreach.prospects import prospect_tables
from dagster_open_platform_local.company.fivetran.outreach.sequences import sequence_tables
from dagster_open_platform_local.company.fivetran.outreach.users import user_tables
from dagster_open_platform_local.company.settings import CompanySettings


def outreach_rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """Every row that Outreach has as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    known = facts(settings, today)
    return {
        **user_tables(known),
        **prospect_tables(known),
        **sequence_tables(known),
        **message_tables(known),
        **opportunity_tables(known),
    }
