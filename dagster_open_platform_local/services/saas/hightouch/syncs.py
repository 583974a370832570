"""The workspace's syncs: the list, and nothing else.

What belongs here: from which model each sync sends what to which field. What does not: how it runs (`runs.py`).

A sync in mode `update` (https://hightouch.com/docs/destinations/salesforce, …/hubspot, "Sync modes") changes records that are there and makes
none: a row without a counterpart is left out. The fields of a record whose row is gone from the model are cleared.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_open_platform_local.services.saas.crm.objects import (
    ACCOUNT,
    COMPANIES,
    CONTACT,
    CONTACTS,
    SALESFORCE,
    CrmObject,
)

DATABASE, SCHEMA = "dwh_reporting", "hightouch"
"""Where the models are."""
SOURCE_ID = "20817"
_DESTINATIONS = {"salesforce": "41036", "hubspot": "41037"}
_FIRST_SYNC, _FIRST_MODEL = 1_041_201, 2_310_501


@dataclass(frozen=True)
class Sync:
    """A sync.

    Args:
        number: Its place in the workspace, from 0.
        slug: Also the name of the model's table.
        key: The model's primary key, by which records are found.
        thing: What kind of records.
        match: The field that holds the key, as Fivetran's column.
        mappings: The fields to be written, as Fivetran's columns, by column of the model.
    """

    number: int
    slug: str
    key: str
    thing: CrmObject
    match: str
    mappings: Mapping[str, str]

    @property
    def id(self) -> str:
        """Hightouch's."""
        return str(_FIRST_SYNC + self.number)

    @property
    def model_id(self) -> str:
        """Hightouch's, of the model."""
        return str(_FIRST_MODEL + self.number)

    @property
    def destination_id(self) -> str:
        """Hightouch's, of the CRM."""
        return _DESTINATIONS[self.thing.vendor]

    @property
    def batch_size(self) -> int:
        """Records in one call of the CRM.

        200: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/, "Update Multiple Records". 100:
        https://developers.hubspot.com/docs/api-reference/crm-companies-v3/guide, "Update companies" in batches.
        """
        return 200 if self.thing.vendor == SALESFORCE else 100

    @property
    def variable(self) -> str:
        """The platform's variable of its id."""
        return f"HIGHTOUCH_{self.slug.upper()}_SYNC_ID"


def _account(number: int, name: str, mappings: Mapping[str, str]) -> Sync:
    slug, key = f"salesforce_account_{name}", "organization_public_id"
    return Sync(number, slug, key, ACCOUNT, "organization_id_c", mappings)


def _company(number: int, name: str, mappings: Mapping[str, str]) -> Sync:
    slug, key = f"hubspot_company_{name}", "organization_id"
    return Sync(number, slug, key, COMPANIES, "property_organization_id", mappings)


def _contact(number: int, name: str, mappings: Mapping[str, str]) -> Sync:
    return Sync(number, f"hubspot_contact_{name}", "user_id", CONTACTS, "property_dagster_user_id", mappings)


SYNCS: tuple[Sync, ...] = (
    _account(
        0,
        "arr",
        {
            "annual_recurring_revenue": "dagster_arr_c",
            "currency": "dagster_currency_c",
            "contract_start_date": "dagster_contract_start_c",
            "customer_since_date": "dagster_customer_since_c",
        },
    ),
    _account(
        1,
        "usage",
        {
            "runs_28d": "dagster_runs_28_d_c",
            "failed_runs_28d": "dagster_failed_runs_28_d_c",
            "active_users_28d": "dagster_active_users_28_d_c",
            "last_run_at": "dagster_last_run_at_c",
        },
    ),
    _account(
        2,
        "deployments",
        {
            "deployment_count": "dagster_deployments_c",
            "active_deployment_count": "dagster_active_deployments_c",
            "branch_deployment_count": "dagster_branch_deployments_c",
            "agent_type": "dagster_agent_type_c",
        },
    ),
    _account(
        3,
        "lifecycle",
        {
            "plan": "dagster_plan_c",
            "region": "dagster_region_c",
            "lifecycle": "dagster_lifecycle_c",
            "canceled_at": "dagster_canceled_at_c",
            "is_sso_enabled": "dagster_sso_c",
        },
    ),
    _account(
        4,
        "health",
        {
            "health_score": "dagster_health_score_c",
            "health_band": "dagster_health_band_c",
            "run_trend": "dagster_run_trend_c",
            "success_rate": "dagster_success_rate_c",
        },
    ),
    Sync(
        5,
        "salesforce_contact_activity",
        "user_id",
        CONTACT,
        "user_id_c",
        {
            "last_active_date": "dagster_last_active_c",
            "active_days_28d": "dagster_active_days_28_d_c",
            "event_count_28d": "dagster_events_28_d_c",
        },
    ),
    _company(
        6,
        "plan",
        {
            "plan": "property_dagster_product_plan",
            "is_current_customer": "property_dagster_is_customer",
            "annual_recurring_revenue": "property_dagster_arr",
            "currency": "property_dagster_arr_currency",
        },
    ),
    _company(
        7,
        "usage",
        {
            "runs_28d": "property_dagster_runs_28d",
            "active_users_28d": "property_dagster_active_users_28d",
            "last_run_at": "property_dagster_last_run_at",
        },
    ),
    _company(
        8,
        "adoption",
        {
            "first_run_at": "property_dagster_first_run_at",
            "days_to_first_run": "property_dagster_days_to_first_run",
            "active_deployment_count": "property_dagster_active_deployments",
            "active_member_count": "property_dagster_active_members",
        },
    ),
    _contact(
        9,
        "activity",
        {
            "last_active_date": "property_dagster_last_active",
            "active_days_28d": "property_dagster_active_days_28d",
            "event_count_28d": "property_dagster_events_28d",
        },
    ),
    _contact(
        10,
        "lifecycle",
        {
            "lifecycle": "property_dagster_lifecycle",
            "signed_up_at": "property_dagster_user_signed_up_at",
            "is_active": "property_dagster_user_is_active",
        },
    ),
    _contact(
        11,
        "organization",
        {
            "organization_name": "property_dagster_organization_name",
            "organization_count": "property_dagster_organization_count",
            "is_guest": "property_dagster_is_guest",
        },
    ),
)
