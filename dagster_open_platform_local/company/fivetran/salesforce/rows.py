"""All tables of Salesforce that have rows.

What belongs here: which module makes which. What does not: the rows.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.commercial.campaigns import campaigns_before
from dagster_open_platform_local.company.fivetran.salesforce.accounts import account_tables
from dagster_open_platform_local.company.fivetran.salesforce.activities import activities
from dagster_open_platform_local.company.fivetran.salesforce.campaigns import campaign_ids, campaign_tables
from dagster_open_platform_local.company.fivetran.salesforce.opportunities import opportunity_tables
from dagster_open_platform_local.company.fivetran.salesforce.people import people_tables
from dagster_open_platform_local.company.fivetran.salesforce.products import product_tables
from dagster_open_platform_local.company.fivetran.salesforce.quarters import quarter_tables
from dagster_open_platform_local.company.fivetran.salesforce.records import crm, lead_sources
from dagster_open_platform_local.company.fivetran.salesforce.setup import setup_tables
from dagster_open_platform_local.company.fivetran.salesforce.users import user_tables
from dagster_open_platform_local.company.settings import CompanySettings


def salesforce_rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """Every row that Salesforce has as of 00:00 UTC of a date, by table.

    Args:
        settings: The company's.
        today: The date; nothing of it has happened yet.
    """
    found = crm(settings, today)
    sources = lead_sources(found, [each.channel for each in campaigns_before(settings, today)])
    done = activities(found)
    campaigns = campaign_ids(found, found.contacts.campaign_index)
    return {
        **user_tables(found),
        **setup_tables(found),
        **quarter_tables(found),
        **product_tables(found),
        **campaign_tables(found),
        **account_tables(found, done.by_account),
        **people_tables(found, sources, done.by_person),
        **opportunity_tables(found, sources, campaigns, done.by_deal),
        **done.tables,
    }
