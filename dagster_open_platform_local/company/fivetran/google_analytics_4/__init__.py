"""The company's site and documentation in Google Analytics 4.

What belongs here: the rows of the schema `google_analytics_4`. What does not: clicks on ads (`advertising/`).

    origins.py     where sessions come from: campaigns by the tags of their links, and everything else
    traffic.py     how many sessions, users and events each origin has on each day
    properties.py  the account, its property, what it counts
    reports.py     the reports by day

What is in it that a reader stumbles over:

- it never adds up with anything else: a sixth of the clicks on ads never becomes a session (blockers, no consent, bounced before the
  page was there), and an eighth of the sign-ups is not seen at all;
- of the sign-ups that a campaign brought, every fifth is taken for a direct visit, since it came later or from another device;
- Google Ads' own names of campaigns do not appear; campaigns carry the tag of their links, also after they were renamed;
- yesterday is not complete, and the day before not quite;
- visitors from conferences and webinars are "Unassigned", since nobody told Google of those media.

Users are summed over the rows of a report as sessions are; the real tool counts somebody who came twice by two ways once.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.settings import CompanySettings


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by table."""
    # Imported here: the list of connectors is read by processes that need no rows.
    from dagster_open_platform_local.company.fivetran.google_analytics_4.properties import property_tables
    from dagster_open_platform_local.company.fivetran.google_analytics_4.reports import report_tables

    return {**property_tables(settings), **report_tables(settings, today)}
