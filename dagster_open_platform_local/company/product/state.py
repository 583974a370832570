"""Puts the tables of a database together.

What belongs here: which module makes which table. What does not: their rows.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.product.access import access_tables
from dagster_open_platform_local.company.product.accounts import account_tables
from dagster_open_platform_local.company.product.activity import (
    audit_log,
    onboarding_checklist,
    session_tokens,
    user_events_counts,
)
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


@dataclass(frozen=True)
class _Maker:
    """What makes the rows of some tables at once, given the estate and the database."""

    tables: frozenset[str]
    make: Callable[[Estate, str], dict[str, Columns]]


def _several(names: str, make: Callable[[Estate, str], dict[str, Columns]]) -> _Maker:
    return _Maker(frozenset(names.split()), make)


def _one(name: str, make: Callable[[Estate, str], Columns]) -> _Maker:
    return _Maker(frozenset([name]), lambda found, database: {name: make(found, database)})


_MAKERS = (
    _several(
        "permissions users_permissions teams teams_users teams_permissions",
        lambda found, database: access_tables(found.directory, database),
    ),
    _one("session_tokens", lambda found, database: session_tokens(found.directory, database)),
    _one("onboarding_checklist", lambda found, database: onboarding_checklist(found.directory, database)),
    _one("audit_log", lambda found, database: audit_log(found.directory, database)),
    _several(
        "organizations users users_organizations customer_info",
        lambda found, database: account_tables(found.directory, database),
    ),
    _one("deployments", deployments_table),
    _one("serverless_agents", serverless_agents),
    _one("jobs", jobs_table),
    _one("catalog_views", lambda found, database: catalog_views(found.directory, database)),
    _one("repository_locations_data", repository_locations_data),
    _several("alert_policies alerts notifications", alerting_tables),
    _several("runs run_tags", run_tables),
    _one("event_logs", event_logs),
    _one("user_events_counts", lambda found, database: user_events_counts(found.directory, database)),
)


def product_tables(
    settings: CompanySettings, database: str, today: date, names: Collection[str] | None = None
) -> dict[str, pa.Table]:
    """Every table of a database as of 00:00 UTC of a date, each ordered by its primary key.

    Args:
        settings: The company's.
        database: One of `schema.DATABASES`.
        today: The date; nothing of it has happened yet.
        names: Of the tables that are wanted; None: all. Making a few of the small ones takes a tenth of the time.

    Returns:
        Name to rows, in the order of `tables.tables_of`, in the shape of `ProductTable.arrow_schema`.
    """
    declared = [each for each in tables_of(database) if names is None or each.name in names]
    wanted = {each.name for each in declared}
    found = estate(settings, today)
    columns: dict[str, Columns] = {}
    for maker in _MAKERS:
        if wanted & maker.tables:
            columns |= maker.make(found, database)
    return {each.name: assembled(each, settings, today, columns[each.name]) for each in declared}
