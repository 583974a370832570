"""The rows of each sheet, as its connector loads them.

What belongs here: which sheets there are. What does not: what is in them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.google_sheets.cells import Row, sheet
from dagster_open_platform_local.company.fivetran.google_sheets.finance import (
    arr_targets,
    headcount_plan,
    marketing_budget,
)
from dagster_open_platform_local.company.fivetran.google_sheets.selling import (
    competitor_watchlist,
    event_calendar,
    territory_assignments,
)
from dagster_open_platform_local.company.settings import CompanySettings

_MAKERS: dict[str, Callable[[CompanySettings, date], Iterator[Row]]] = {
    "arr_targets": arr_targets,
    "competitor_watchlist": competitor_watchlist,
    "event_calendar": event_calendar,
    "headcount_plan": headcount_plan,
    "marketing_budget": marketing_budget,
    "territory_assignments": territory_assignments,
}


def rows_of(name: str) -> Callable[[CompanySettings, date], Mapping[str, pa.Table]]:
    """What makes the rows of one sheet, as `Connector.rows` wants it.

    Args:
        name: Of the sheet.
    """
    make = _MAKERS[name]

    def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
        return {name: sheet(name, list(make(settings, today)))}

    return rows


def rows(settings: CompanySettings, today: date) -> Mapping[str, pa.Table]:
    """All rows as of 00:00 UTC of a date, by sheet."""
    return {name: table for name in _MAKERS for name, table in rows_of(name)(settings, today).items()}
