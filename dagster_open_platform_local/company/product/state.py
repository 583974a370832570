"""Puts the tables of a database together.

What belongs here: which module makes which table. What does not: their rows.
"""

from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.product.access import access_tables
from dagster_open_platform_local.company.product.accounts import account_tables
from dagster_open_platform_local.company.product.activity import access_activity, user_events_counts
from dagster_open_platform_local.company.product.alerting import alerting_tables
from dagster_open_platform_local.company.product.columns import Columns, assembled
from dagster_open_platform_local.company.product.deployments import (
    catalog_views,
    deployments_table,
    jobs_table,
    serverless_agents,
)
from dagster_open_platform_local.company.product.estate import Estate, estate
from dagster_open_platform_local.company.product.events import event_logs
from dagster_open_platform_local.company.product.locations import repository_locations_data
from dagster_open_platform_local.company.product.runs import run_tables
from dagster_open_platform_local.company.product.tables import tables_of
from dagster_open_platform_local.company.settings import CompanySettings


def product_tables(settings: CompanySettings, database: str, today: date) -> dict[str, pa.Table]:
    """Every table of a database as of 00:00 UTC of a date, each ordered by its primary key.

    Args:
        settings: The company's.
        database: One of `schema.DATABASES`.
        today: The date; nothing of it has happened yet.

    Returns:
        Name to rows, in the order of `tables.tables_of`, in the shape of `ProductTable.arrow_schema`.
    """
    found = estate(settings, today)
    columns: dict[str, Columns] = {}
    if database == "main":
        columns |= {**access_tables(found.directory), **access_activity(found.directory)}
    if database in ("main", "xregion"):
        columns |= account_tables(found.directory, database)
    columns["deployments"] = deployments_table(found, database)
    if database in ("main", "shard1"):
        columns |= _data_plane(found, database)
    return {
        each.name: assembled(each, settings, today, columns.pop(each.name)) for each in tables_of(database)
    }


def _data_plane(found: Estate, database: str) -> dict[str, Columns]:
    return {
        "serverless_agents": serverless_agents(found, database),
        "jobs": jobs_table(found, database),
        "catalog_views": catalog_views(found.directory, database),
        "repository_locations_data": repository_locations_data(found, database),
        **alerting_tables(found, database),
        **run_tables(found, database),
        "event_logs": event_logs(found, database),
        "user_events_counts": user_events_counts(found.directory, database),
    }
