"""The company in Google Ads.

What belongs here: the rows of the schema `google_ads`. What does not: how often ads were clicked (`advertising/`).

    ids.py        ids of accounts, campaigns, ad groups, ads, keywords
    campaigns.py  accounts, campaigns, budgets, what they aim at
    ads.py        ad groups, ads, keywords
    reports.py    what was seen, clicked and paid for by day

What is in it that a reader stumbles over:

- two accounts, one in dollars, one in euros; `cost_micros` is in millionths of the account's currency, and no column beside it says so;
- history tables have a row a version: campaigns were renamed, paused, ended, and ads got other texts;
- performance max campaigns have no ad groups, so the sum over `ad_group_stats` or `ad_stats` is less than that over `campaign_stats`;
- keyword and term reports have search campaigns only, and terms that few people typed are left out, with their clicks;
- the last two days still have invalid clicks in them, and conversions come to the day of their click until a month later.

Google calls conversions what it can trace; `view_through_conversions` are of people who only saw an ad.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.settings import CompanySettings


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    # Imported here: the list of connectors is read by processes that need no rows.
    from dagster_open_platform_local.company.fivetran.google_ads.ads import ad_tables
    from dagster_open_platform_local.company.fivetran.google_ads.campaigns import campaign_tables
    from dagster_open_platform_local.company.fivetran.google_ads.reports import report_tables

    return {
        **campaign_tables(settings, today),
        **ad_tables(settings, today),
        **report_tables(settings, today),
    }
