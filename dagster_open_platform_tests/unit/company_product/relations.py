"""Which column refers to which table, and how rows are compared.

What belongs here: what the tests know of the tables, independent of how they are made.
"""

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from dagster_open_platform_local.company.product.schema import DATABASES
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings

Row = dict[str, Any]
State = dict[str, dict[str, pa.Table]]
"""Database to table to rows."""

REFERENCES: dict[str, dict[str, str]] = {
    "users_organizations": {"user_id": "users.id", "organization_id": "organizations.id"},
    "customer_info": {"organization_id": "organizations.id"},
    "permissions": {"organization_id": "organizations.id"},
    "users_permissions": {"user_id": "users.id", "permission_id": "permissions.id"},
    "teams": {"organization_id": "organizations.id"},
    "teams_users": {"team_id": "teams.id", "user_id": "users.id", "added_by": "users.id"},
    "teams_permissions": {"team_id": "teams.id", "permission_id": "permissions.id"},
    "session_tokens": {"user_id": "users.id", "organization_id": "organizations.id"},
    "onboarding_checklist": {"organization_id": "organizations.id", "completed_by": "users.id"},
    "audit_log": {"organization_id": "organizations.id", "user_id": "users.id"},
    "deployments": {"organization_id": "organizations.id", "parent_deployment_id": "deployments.id"},
    "serverless_agents": {"organization_id": "organizations.id", "deployment_id": "deployments.id"},
    "jobs": {
        "organization_id": "organizations.id",
        "deployment_id": "deployments.id",
        "location_id": "repository_locations_data.id",
    },
    "alert_policies": {"organization_id": "organizations.id", "deployment_id": "deployments.id"},
    "alerts": {
        "organization_id": "organizations.id",
        "deployment_id": "deployments.id",
        "alert_policy_id": "alert_policies.id",
        "run_id": "runs.run_id",
    },
    "notifications": {"organization_id": "organizations.id", "alert_id": "alerts.id"},
    "catalog_views": {"organization_id": "organizations.id", "created_by": "users.id"},
    "repository_locations_data": {"organization_id": "organizations.id", "deployment_id": "deployments.id"},
    "runs": {"organization_id": "organizations.id", "deployment_id": "deployments.id", "job_id": "jobs.id"},
    "run_tags": {"organization_id": "organizations.id", "run_id": "runs.run_id"},
    "event_logs": {"organization_id": "organizations.id", "run_id": "runs.run_id"},
    "user_events_counts": {"organization_id": "organizations.id", "user_id": "users.id"},
}
"""Column to the column it refers to. What is not on a shard is in the directory that belongs to it."""

DIRECTORY_OF = {"main": "main", "shard1": "main", "xregion": "xregion"}


def state(settings: CompanySettings, today: date) -> State:
    """All tables of all databases."""
    return {database: product_tables(settings, database, today) for database in DATABASES}


def moment(day: date) -> datetime:
    """00:00 of a day, without a time zone."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - UTC, as all here


def by_key(table: pa.Table, key: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    """Rows by their primary key."""
    return {tuple(row[name] for name in key): row for row in table.to_pylist()}
