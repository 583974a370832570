"""The company's connectors: the list, and nothing else.

What belongs here: one entry a connector, which says how Fivetran knows it and who makes its rows. What does not: layouts and rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.bingads import rows as bingads_rows
from dagster_open_platform_local.company.fivetran.fivetran_log.tables import fivetran_log_tables
from dagster_open_platform_local.company.fivetran.google_ads import rows as google_ads_rows
from dagster_open_platform_local.company.fivetran.google_analytics_4 import rows as google_analytics_rows
from dagster_open_platform_local.company.fivetran.google_sheets.tables import rows_of
from dagster_open_platform_local.company.fivetran.hubspot.tables import rows as hubspot_rows
from dagster_open_platform_local.company.fivetran.incident_io.tables import incident_io_tables
from dagster_open_platform_local.company.fivetran.linear.tables import linear_tables
from dagster_open_platform_local.company.fivetran.linkedin_ads import rows as linkedin_ads_rows
from dagster_open_platform_local.company.fivetran.linkedin_pages.tables import linkedin_tables
from dagster_open_platform_local.company.fivetran.outreach.rows import outreach_rows
from dagster_open_platform_local.company.fivetran.reddit_ads import rows as reddit_ads_rows
from dagster_open_platform_local.company.fivetran.salesforce.rows import salesforce_rows
from dagster_open_platform_local.company.fivetran.youtube_analytics.tables import youtube_tables
from dagster_open_platform_local.company.fivetran.zoom.tables import rows as zoom_rows
from dagster_open_platform_local.company.settings import CompanySettings

Rows = Callable[[CompanySettings, date], Mapping[str, pa.Table]]
"""All rows of a connector's tables as of 00:00 UTC of a date, by table; a table that is left out has none.

A table has columns of its layout's `schema` in any order, with those types; a column that is left out is null. Keys are unique. What
is there on one day and gone on a later one was deleted at the source.
"""


@dataclass(frozen=True)
class Connector:
    """A connector ("connection" in newer texts of Fivetran's).

    Args:
        id: Fivetran's id: two words.
        service: Fivetran's name of the kind of source.
        schema: In the destination; names the layout.
        rows: Its rows.
        sheet: The one table that it loads, where each has a connector of its own (Google Sheets). None: all of the layout.
        disabled: Tables that are not synced.
    """

    id: str
    service: str
    schema: str
    rows: Rows
    sheet: str | None = None
    disabled: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What Fivetran's API calls `schema`: with the table where there is one only."""
        return f"{self.schema}.{self.sheet}" if self.sheet else self.schema


CONNECTORS: tuple[Connector, ...] = (
    Connector("steady_harbor", "salesforce", "salesforce", salesforce_rows),
    Connector("patient_courier", "outreach", "outreach", outreach_rows),
    Connector("tidal_ledger", "linear", "linear", linear_tables),
    Connector("crimson_beacon", "incidentio", "incident_io", incident_io_tables),
    Connector("velvet_projector", "youtube_analytics", "youtube_analytics", youtube_tables),
    Connector("granite_signpost", "linkedin_company_pages", "linkedin_pages", linkedin_tables),
    Connector("amber_auction", "google_ads", "google_ads", google_ads_rows),
    Connector("polished_lanyard", "linkedin", "linkedin_ads", linkedin_ads_rows),
    Connector("upward_ember", "reddit_ads", "reddit_ads", reddit_ads_rows),
    Connector("quiet_lantern", "bingads", "bingads", bingads_rows),
    Connector("curious_footprint", "google_analytics_4", "google_analytics_4", google_analytics_rows),
    Connector("silent_chronicle", "fivetran_log", "fivetran_log", fivetran_log_tables),
    Connector(
        "violet_magnet", "hubspot", "hubspot", hubspot_rows, disabled=frozenset({"contact_merge_audit"})
    ),
    Connector("patient_lectern", "zoom", "zoom", zoom_rows),
    Connector("golden_abacus", "google_sheets", "google_sheets", rows_of("arr_targets"), "arr_targets"),
    Connector(
        "wary_sextant",
        "google_sheets",
        "google_sheets",
        rows_of("competitor_watchlist"),
        "competitor_watchlist",
    ),
    Connector(
        "festive_almanac", "google_sheets", "google_sheets", rows_of("event_calendar"), "event_calendar"
    ),
    Connector(
        "crowded_ladder", "google_sheets", "google_sheets", rows_of("headcount_plan"), "headcount_plan"
    ),
    Connector(
        "frugal_trumpet", "google_sheets", "google_sheets", rows_of("marketing_budget"), "marketing_budget"
    ),
    Connector(
        "distant_meridian",
        "google_sheets",
        "google_sheets",
        rows_of("territory_assignments"),
        "territory_assignments",
    ),
)
