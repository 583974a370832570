"""What the models that Hightouch sends must hold, computed by plain Python out of the company's own tables.

What belongs here: the models' meaning, written a second time without SQL. What does not: reading the warehouse.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from dagster_open_platform_tests.integration.dbt_product import expected
from dagster_open_platform_tests.integration.dbt_product.expected import Tables, by, utc

Row: TypeAlias = dict[str, Any]

FIRST_DAY = date(2026, 6, 1)
"""Of the runs: whoever signed up earlier may have run something before."""


def models(tables: Tables) -> Mapping[str, list[Row]]:
    """The rows of each model, in no order."""
    organizations = _organizations(tables)
    activity = _activity(tables)
    accounts: dict[str, list[Row]] = defaultdict(list)
    for number, each in organizations.items():
        public, own = {"organization_public_id": each["public_id"]}, {"organization_id": number}
        for model, key, row in (
            ("salesforce_account_arr", public, _arr(each)),
            ("salesforce_account_usage", public, _usage(activity[number])),
            ("salesforce_account_deployments", public, _deployed(tables, number, each)),
            (
                "salesforce_account_lifecycle",
                public,
                _pick(each, "plan region lifecycle canceled_at is_sso_enabled"),
            ),
            ("salesforce_account_health", public, _health(activity[number], each["active_member_count"])),
            ("hubspot_company_plan", own, _plan(each)),
            ("hubspot_company_usage", own, _pick(activity[number], "runs_28d active_users_28d last_run_at")),
            ("hubspot_company_adoption", own, _adoption(each)),
        ):
            if row is not None:
                accounts[model].append({**key, **row})
    return {**accounts, **_contacts(tables, organizations)}


def _pick(row: Mapping[str, Any], names: str) -> Row:
    return {name: row[name] for name in names.split()}


def _organizations(tables: Tables) -> dict[Any, Row]:
    """Those that are not our own."""
    public = {each["id"]: each["public_id"] for each in tables["organizations"]}
    contracts = {each["organization_id"]: each for each in tables["customer_info"]}
    found = {}
    for number, each in expected.organizations(tables).items():
        if each["is_internal"]:
            continue
        lifecycle = "CHURNED" if each["is_canceled"] else "CUSTOMER" if number in contracts else "FREE"
        contract = contracts.get(number)
        found[number] = {**each, "public_id": public[number], "contract": contract, "lifecycle": lifecycle}
    return found


def _revenue(each: Row) -> float | None:
    return None if each["contract"] is None else 12 * (each["monthly_commitment"] or 0.0)


def _arr(each: Row) -> Row | None:
    contract = each["contract"]
    return contract and {
        "annual_recurring_revenue": _revenue(each),
        "currency": contract["currency"],
        "contract_start_date": contract["contract_start"],
        "customer_since_date": utc(contract["created_at"]).date(),
    }


def _plan(each: Row) -> Row:
    contract = each["contract"]
    return {
        "plan": each["plan"],
        "is_current_customer": each["lifecycle"] == "CUSTOMER",
        "annual_recurring_revenue": _revenue(each),
        "currency": contract and contract["currency"],
    }


def _adoption(each: Row) -> Row:
    known = each["first_run_at"] is not None and each["created_at"].date() >= FIRST_DAY
    return {
        "first_run_at": each["first_run_at"],
        "days_to_first_run": (each["first_run_at"] - each["created_at"]).days if known else None,
        **_pick(each, "active_deployment_count active_member_count"),
    }


def _deployed(tables: Tables, number: Any, each: Row) -> Row:
    own = [row for row in tables["deployments"] if row["organization_id"] == number]
    kinds = {row["agent_type"] for row in own}
    return {
        **_pick(each, "deployment_count active_deployment_count"),
        "branch_deployment_count": sum(row["deployment_type"] == "BRANCH" for row in own),
        "agent_type": "MIXED" if len(kinds) > 1 else min(kinds, default=None),
    }


def _activity(tables: Tables) -> Mapping[Any, Row]:
    """Of every organization, also of one that did nothing."""
    runs, events = by(tables["runs"], "organization_id"), by(tables["user_events_counts"], "organization_id")
    last = max(_day(run["created_at"]) for run in tables["runs"])
    last_event = max(row["day"] for row in tables["user_events_counts"] if row["count"] > 0)
    found: dict[Any, Row] = {}
    for organization in tables["organizations"]:
        number = organization["id"]
        ages = [((last - _day(run["created_at"])).days, run["status"]) for run in runs[number]]
        recent = [status for age, status in ages if age < 28]
        found[number] = {
            "runs_28d": len(recent),
            "failed_runs_28d": recent.count("FAILURE"),
            "succeeded": recent.count("SUCCESS"),
            "week": sum(age < 7 for age, _ in ages),
            "week_before": sum(7 <= age < 14 for age, _ in ages),
            "active_users_28d": len(
                {row["user_id"] for row in events[number] if row["count"] > 0 and _age(last_event, row) < 28}
            ),
            "last_run_at": max((utc(run["created_at"]) for run in runs[number]), default=None),
        }
    return found


def _usage(activity: Row) -> Row:
    return _pick(activity, "runs_28d failed_runs_28d active_users_28d last_run_at")


def _health(activity: Row, members: int) -> Row:
    judged = activity["succeeded"] + activity["failed_runs_28d"]
    success = activity["succeeded"] / judged if judged else None
    trend = activity["week"] / activity["week_before"] if activity["week_before"] else None
    goes_on = min(trend, 1.0) if trend is not None else float(activity["week"] > 0)
    takes_part = min(activity["active_users_28d"] / members, 1.0) if members else 0.0
    score = math.floor(40 * (success or 0) + 30 * goes_on + 30 * takes_part + 0.5)
    band = "GREEN" if score >= 70 else "YELLOW" if score >= 40 else "RED"
    return {"health_score": score, "health_band": band, "run_trend": trend, "success_rate": success}


def _contacts(tables: Tables, organizations: Mapping[Any, Row]) -> Mapping[str, list[Row]]:
    memberships = by(tables["users_organizations"], "user_id")
    events = by([row for row in tables["user_events_counts"] if row["count"] > 0], "user_id")
    last = max(row["day"] for row in tables["user_events_counts"] if row["count"] > 0)
    found: dict[str, list[Row]] = defaultdict(list)
    for user in tables["users"]:
        own = [row for row in memberships[user["id"]] if row["organization_id"] in organizations]
        if not own:
            continue
        home = min(own, key=lambda row: _rank(row, organizations))
        organization = organizations[home["organization_id"]]
        key = {"user_id": user["id"], "email": user["email"].strip().lower()}
        recent = [row for row in events[user["id"]] if _age(last, row) < 28]
        activity = {
            "last_active_date": max((row["day"] for row in events[user["id"]]), default=None),
            "active_days_28d": len({row["day"] for row in recent}),
            "event_count_28d": sum(row["count"] for row in recent),
        }
        found["salesforce_contact_activity"].append({**key, **activity})
        found["hubspot_contact_activity"].append({**key, **activity})
        found["hubspot_contact_lifecycle"].append(
            {
                **key,
                "lifecycle": organization["lifecycle"],
                "signed_up_at": utc(user["created_at"]),
                "is_active": user["is_active"],
            }
        )
        found["hubspot_contact_organization"].append(
            {
                **key,
                "organization_name": organization["organization_name"],
                "organization_count": len(own),
                "is_guest": home["is_guest"],
            }
        )
    return found


def _rank(membership: Mapping[str, Any], organizations: Mapping[Any, Row]) -> tuple[Any, ...]:
    left = organizations[membership["organization_id"]]["is_canceled"]
    return (membership["is_guest"], left, membership["created_at"], membership["id"])


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _age(last: date, row: Mapping[str, Any]) -> int:
    found: timedelta = last - row["day"]
    return found.days
