"""The account at Google Analytics, its property, and what it counts.

What belongs here: the tables without a date. What does not: reports (`reports.py`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.fivetran.advertising.tables import moment
from dagster_open_platform_local.company.fivetran.assembly import from_rows
from dagster_open_platform_local.company.fivetran.google_ads.ids import ACCOUNT_IDS
from dagster_open_platform_local.company.fivetran.google_analytics_4.traffic import KEY_EVENTS
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.staff import DOMAIN

PROPERTY = "properties/331188420"
_ACCOUNT = "accounts/228114107"
_DIMENSIONS = (("plan", "USER", "Plan"), ("doc_version", "EVENT", "Version of the documentation"))


def property_tables(settings: CompanySettings) -> dict[str, pa.Table]:
    """What was set up before the company's first report, and has not changed since."""
    made = moment(settings.epoch - timedelta(days=930), 8 * 3600)
    times = {"create_time": made, "update_time": made}
    found: dict[str, list[dict[str, Any]]] = {
        "accounts": [{"name": _ACCOUNT, "display_name": "Dagster Labs", "region_code": "US", **times}],
        "properties": [_property(times)],
        "conversion_events": [
            {
                "name": f"{PROPERTY}/conversionEvents/{4_410_220 + number}",
                "create_time": made,
                "custom": name == "sign_up",
                "deletable": True,
                "event_name": name,
            }
            for number, name in enumerate(KEY_EVENTS)
        ],
        "custom_dimensions": [
            {
                "name": f"{PROPERTY}/customDimensions/{7_110_300 + number}",
                "display_name": text,
                "parameter_name": name,
                "scope": scope,
                "disallow_ads_personalization": False,
            }
            for number, (name, scope, text) in enumerate(_DIMENSIONS)
        ],
        "google_ads_links": [
            {
                "name": f"{PROPERTY}/googleAdsLinks/{9_220_110 + number}",
                "ads_personalization_enabled": True,
                "can_manage_clients": False,
                "creator_email_address": f"analytics@{DOMAIN}",
                "customer_id": str(customer),
                **times,
            }
            for number, customer in enumerate(ACCOUNT_IDS.values())
        ],
    }
    return {name: from_rows("google_analytics_4", name, rows) for name, rows in found.items()}


def _property(times: Mapping[str, datetime]) -> dict[str, Any]:
    return {
        "name": PROPERTY,
        "account": _ACCOUNT,
        "currency_code": "USD",
        "display_name": "Site and documentation",
        "industry_category": "TECHNOLOGY",
        "parent": _ACCOUNT,
        "property_type": "PROPERTY_TYPE_ORDINARY",
        "service_level": "GOOGLE_ANALYTICS_STANDARD",
        "time_zone": "Etc/UTC",
        **times,
    }
