"""The company in Reddit's ads.

What belongs here: the rows of the schema `reddit_ads`. What does not: how often ads were clicked (`advertising/`).

    campaigns.py  the account, campaigns, ad groups, ads, posts
    reports.py    what was seen, clicked and paid for by day, and which conversions Reddit claims

What is in it that a reader stumbles over:

- `spend` and `total_value` are in millionths of a dollar, `cpc` and `ecpm` in dollars;
- tables of what is shown have no history: a campaign that was renamed never had another name, as far as they say;
- conversions come by window: those within a week are among those within a month, so whoever adds the columns counts twice;
- reports by country leave a tenth of the clicks to no country at all, and have none of those who only saw an ad.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.settings import CompanySettings


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    # Imported here: the list of connectors is read by processes that need no rows.
    from dagster_open_platform_local.company.fivetran.reddit_ads.campaigns import campaign_tables
    from dagster_open_platform_local.company.fivetran.reddit_ads.reports import report_tables

    return {**campaign_tables(settings, today), **report_tables(settings, today)}
