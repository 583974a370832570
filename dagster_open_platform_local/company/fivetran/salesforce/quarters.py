"""Fiscal quarters, and what is expected of the account executives in them.

What belongs here: `period` and `forecasting_quota`. What does not: what they sold.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.salesforce.few import Rows, few, moment, one_id, one_user_id
from dagster_open_platform_local.company.fivetran.salesforce.records import Crm
from dagster_open_platform_local.company.moments import unix_seconds

_FIRST_QUOTA = 350_000
"""Dollars a quarter."""
_YEARS = 3
"""Before the epoch that there are quarters of."""


def quarter_tables(crm: Crm) -> dict[str, pa.Table]:
    """Both tables."""
    return few(crm, {"period": _periods(crm), "forecasting_quota": _quotas(crm)})


def _quarter_starts(crm: Crm) -> Sequence[date]:
    """The first days of the quarters, the last one that of the next quarter."""
    last = crm.today.year * 4 + (crm.today.month - 1) // 3 + 1
    first = (crm.settings.epoch.year - _YEARS) * 4
    return [date(each // 4, each % 4 * 3 + 1, 1) for each in range(first, last + 1)]


def _periods(crm: Crm) -> Rows:
    starts = _quarter_starts(crm)
    return [
        {
            "id": one_id("period", start.year * 4 + start.month // 3),
            "type": "Quarter",
            "number": start.month // 3 + 1,
            "start_date": start,
            "end_date": (start + timedelta(days=93)).replace(day=1) - timedelta(days=1),
            "is_forecast_period": True,
            "fully_qualified_label": f"FQ{start.month // 3 + 1} FY {start.year}",
        }
        for start in starts
    ]


def _quotas(crm: Crm) -> Rows:
    """A quota of each account executive in every quarter that begins while they are there."""
    rows: Rows = []
    for start in _quarter_starts(crm):
        begins = unix_seconds(start)
        for person in crm.people:
            if person.role != "AE" or not person.hired <= begins < min(person.left, crm.now):
                continue
            # A raise of 2 % a quarter, in steps of a thousand.
            quarters = (begins - person.hired) // (91 * 86_400)
            number = person.number * 1_000 + (start.year - 2020) * 4 + start.month // 3
            rows.append(
                {
                    "id": one_id("forecasting_quota", number),
                    "quota_owner_id": one_user_id(person.number),
                    "quota_amount": float(_FIRST_QUOTA * (100 + 2 * quarters) // 100_000 * 1000),
                    "period_id": one_id("period", start.year * 4 + start.month // 3),
                    "start_date": start,
                    "created_date": moment(begins),
                    "last_modified_date": moment(begins),
                    "is_amount": True,
                    "is_quantity": False,
                }
            )
    return rows
