"""The company in Microsoft Advertising, which Fivetran still calls Bing Ads.

What belongs here: the rows of the schema `bingads`. What does not: how often ads were clicked (`advertising/`).

    campaigns.py  the account, campaigns, ad groups, ads, keywords, goals
    reports.py    what was seen, clicked and paid for by day

What is in it that a reader stumbles over:

- `spend` is in whole units of `currency_code`, not in millionths;
- campaigns were imported from Google Ads: same texts, other ids, names of their own, one of them renamed later;
- history tables mark no current version;
- goals: sign-ups count as `conversions`; requests for a demo are only in `conversion_performance_daily_report`, by goal, where its
  `all_conversions` has both; in the other reports `all_conversions` adds the sign-ups of those who only saw an ad;
- reports by place have null for the state and city of every tenth click or so.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.settings import CompanySettings


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    # Imported here: the list of connectors is read by processes that need no rows.
    from dagster_open_platform_local.company.fivetran.bingads.campaigns import campaign_tables
    from dagster_open_platform_local.company.fivetran.bingads.reports import report_tables

    return {**campaign_tables(settings, today), **report_tables(settings, today)}
