"""What an administrator sets up: record types, stages, statuses, currencies, the company's own account.

What belongs here: tables of few rows that hardly change. What does not: users (`users.py`), time (`quarters.py`), what sales enters.
"""

from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.commercial.deals import PROBABILITIES, STAGES, WON
from dagster_open_platform_local.company.fivetran.salesforce.few import Rows, few, one_id
from dagster_open_platform_local.company.fivetran.salesforce.ids import salesforce_ids
from dagster_open_platform_local.company.fivetran.salesforce.records import Crm
from dagster_open_platform_local.company.product.columns import Integers

FORECAST_CATEGORIES = ("Pipeline", "Pipeline", "BestCase", "BestCase", "Forecast", "Closed", "Omitted")
FORECAST_CATEGORY_NAMES = ("Pipeline", "Pipeline", "Best Case", "Best Case", "Commit", "Closed", "Omitted")
"""By stage; the standard ones."""
LEAD_STATUSES = ("New", "Working", "Nurturing", "Unqualified", "Qualified")
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred")
CONTRACT_STATUSES = ("Draft", "Activated", "Expired")
PRIORITIES = ("High", "Normal", "Low")
CURRENCIES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79}
RECORD_TYPES = (
    ("Account", "Prospect_Account", "Prospect Account"),
    ("Account", "Customer_Account", "Customer Account"),
    ("Opportunity", "New_Business", "New Business"),
    ("Opportunity", "Renewal", "Renewal"),
    ("Lead", "Standard_Lead", "Standard Lead"),
)
"""Kind of record, name for programs, name for people."""


def record_type_ids(index: Integers) -> pa.Array:
    """Ids of record types, by their index in `RECORD_TYPES`."""
    return salesforce_ids("record_type", index + 1)


def setup_tables(crm: Crm) -> dict[str, pa.Table]:
    """The tables that an administrator fills, save those of users and of time."""
    leads = [
        {"is_converted": each == "Qualified", **_status(number, each, LEAD_STATUSES[0])}
        for number, each in enumerate(LEAD_STATUSES)
    ]
    tasks = [
        {"is_closed": each == "Completed", **_status(20 + number, each, TASK_STATUSES[0])}
        for number, each in enumerate(TASK_STATUSES)
    ]
    priorities = [
        {"is_high_priority": each == "High", **_status(40 + number, each, "Normal")}
        for number, each in enumerate(PRIORITIES)
    ]
    contracts = [
        {"status_code": each, **_status(60 + number, each, "Draft")}
        for number, each in enumerate(CONTRACT_STATUSES)
    ]
    return few(
        crm,
        {
            "record_type": _record_types(),
            "opportunity_stage": _stages(),
            "lead_status": leads,
            "task_status": tasks,
            "task_priority": priorities,
            "contract_status": contracts,
            "currency_type": _currencies(),
            "organization": [_organization()],
        },
    )


def _record_types() -> Rows:
    return [
        {
            "id": one_id("record_type", number),
            "sobject_type": kind,
            "developer_name": developer_name,
            "name": name,
            "is_active": True,
        }
        for number, (kind, developer_name, name) in enumerate(RECORD_TYPES, start=1)
    ]


def _status(number: int, label: str, default: str) -> dict[str, Any]:
    return {
        "id": one_id("lead_status", 100 + number),
        "api_name": label,
        "master_label": label,
        "is_default": label == default,
        "sort_order": number % 20 + 1,
    }


def _stages() -> Rows:
    return [
        {
            "id": one_id("opportunity_stage", 1 + number),
            "api_name": stage,
            "master_label": stage,
            "default_probability": float(PROBABILITIES[number]),
            "forecast_category": FORECAST_CATEGORIES[number],
            "forecast_category_name": FORECAST_CATEGORY_NAMES[number],
            "is_active": True,
            "is_closed": number >= WON,
            "is_won": number == WON,
            "sort_order": number + 1,
        }
        for number, stage in enumerate(STAGES)
    ]


def _currencies() -> Rows:
    return [
        {
            "id": one_id("currency_type", number),
            "iso_code": code,
            "conversion_rate": rate,
            "decimal_places": 2,
            "is_active": True,
            "is_corporate": code == "USD",
        }
        for number, (code, rate) in enumerate(CURRENCIES.items(), start=1)
    ]


def _organization() -> dict[str, Any]:
    return {
        "id": one_id("organization", 1),
        "name": "Dagster Labs",
        "country": "US",
        "fiscal_year_start_month": 1,
        "instance_name": "NA999",
        "is_read_only": False,
        "is_sandbox": False,
        "language_locale_key": "en_US",
        "default_locale_sid_key": "en_US",
        "organization_type": "Enterprise Edition",
        "time_zone_sid_key": "America/Los_Angeles",
        "uses_start_date_as_fiscal_year_name": False,
    }
