"""All tables of HubSpot together.

What belongs here: which modules make them. What does not: how.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.hubspot.companies import company_tables
from dagster_open_platform_local.company.fivetran.hubspot.contacts import contact_tables
from dagster_open_platform_local.company.fivetran.hubspot.emails import email_tables
from dagster_open_platform_local.company.fivetran.hubspot.engagements import engagement_tables
from dagster_open_platform_local.company.fivetran.hubspot.forms import form_tables
from dagster_open_platform_local.company.fivetran.hubspot.lists import list_tables
from dagster_open_platform_local.company.fivetran.hubspot.plans import plan_tables
from dagster_open_platform_local.company.fivetran.hubspot.portal import portal_tables
from dagster_open_platform_local.company.fivetran.hubspot.sales import deal_tables
from dagster_open_platform_local.company.settings import CompanySettings

_MAKERS = (
    company_tables,
    contact_tables,
    deal_tables,
    email_tables,
    engagement_tables,
    form_tables,
    list_tables,
    plan_tables,
    portal_tables,
)


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    return {name: table for make in _MAKERS for name, table in make(settings, today).items()}
