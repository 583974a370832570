"""The company in LinkedIn's ads.

What belongs here: the rows of the schema `linkedin_ads`. What does not: how often ads were clicked (`advertising/`).

    campaigns.py  accounts, groups of campaigns, campaigns, creatives, conversions
    reports.py    what was seen, clicked and paid for by day, and by month and country

What is in it that a reader stumbles over:

- LinkedIn's campaign group is what others call a campaign, its campaign what they call an ad group, its creative an ad; the company
  puts one of its campaigns into one of LinkedIn's;
- a campaign in euros costs `cost_in_local_currency` euros and `cost_in_usd` dollars, at a rate that moves from day to day;
- `external_website_conversions` is the sum of those after a click and those after a view; some sign-ups that it claims appear
  at another tool, too;
- history tables mark no current version; some campaigns were renamed;
- reports by the members' country leave out what fewer than three clicked, so they add up to less.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.settings import CompanySettings


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    # Imported here: the list of connectors is read by processes that need no rows.
    from dagster_open_platform_local.company.fivetran.linkedin_ads.campaigns import campaign_tables
    from dagster_open_platform_local.company.fivetran.linkedin_ads.reports import report_tables

    return {**campaign_tables(settings, today), **report_tables(settings, today)}
