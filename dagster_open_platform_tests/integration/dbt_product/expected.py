"""What the marts must hold, computed by plain Python out of the company's own tables.

What belongs here: the marts' meaning, written a second time without SQL. What does not: reading the warehouse.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from statistics import median
from typing import Any, TypeAlias

from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.landing.product import SCHEMAS

Rows: TypeAlias = Sequence[Mapping[str, Any]]
Tables: TypeAlias = Mapping[str, Rows]

ENDED = ("SUCCESS", "FAILURE", "CANCELED")
DAYS = 28


def all_rows(settings: CompanySettings, today: date) -> Tables:
    """The rows of each table, those of all databases together, with the database as ``shard``."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for database in SCHEMAS:
        for name, table in product_tables(settings, database, today).items():
            found[name] += [{**row, "shard": database} for row in table.to_pylist()]
    return found


def utc(moment: datetime) -> datetime:
    """A moment as the marts write it: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def by(rows: Rows, column: str) -> Mapping[Any, list[Mapping[str, Any]]]:
    """The rows by the value of a column; none for a value that there is not."""
    found = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def seconds(run: Mapping[str, Any]) -> float:
    """How long a run took, to the millisecond."""
    return round(1000 * (run["end_time"] - run["start_time"])) / 1000


def organizations(tables: Tables) -> dict[Any, dict[str, Any]]:
    """``dim_organizations`` by organization: what is counted, and what depends on a condition."""
    active = {user["id"] for user in tables["users"] if user["is_active"]}
    members, deployments, runs, contracts = (
        by(tables[name], "organization_id")
        for name in ("users_organizations", "deployments", "runs", "customer_info")
    )
    found = {}
    for each in tables["organizations"]:
        own, ran = members[each["id"]], [utc(run["created_at"]) for run in runs[each["id"]]]
        canceled = each["canceled_at"] is not None
        [contract] = contracts[each["id"]] or [{}]
        commitment = contract.get("monthly_commitment")
        found[each["id"]] = {
            "organization_name": each["name"],
            "plan": each["plan"],
            "region": {"main": "us", "xregion": "eu"}[each["shard"]],
            "is_internal": each["is_internal"],
            "is_canceled": canceled,
            "is_current_customer": not (canceled or each["is_internal"]),
            "is_sso_enabled": '"sso_enabled": true' in each["settings"],
            "created_at": utc(each["created_at"]),
            "canceled_at": utc(each["canceled_at"]) if canceled else None,
            "member_count": len(own),
            "active_member_count": len([row for row in own if row["user_id"] in active]),
            "guest_count": len([row for row in own if row["is_guest"]]),
            "deployment_count": len(deployments[each["id"]]),
            "active_deployment_count": len(
                [row for row in deployments[each["id"]] if row["status"] == "ACTIVE"]
            ),
            "run_count": len(ran),
            "first_run_at": min(ran, default=None),
            "last_run_at": max(ran, default=None),
            "currency": contract.get("currency"),
            "monthly_commitment": None if canceled or commitment is None else float(commitment),
        }
    return found


def runs(tables: Tables) -> dict[Any, dict[str, Any]]:
    """``fct_runs`` by run."""
    return {
        run["run_id"]: {
            "run_date": run["created_at"].astimezone(UTC).date(),
            "organization_id": run["organization_id"],
            "deployment_id": run["deployment_id"],
            "status": run["status"],
            "is_finished": run["status"] in ENDED,
            "duration_seconds": None if run["end_time"] is None else seconds(run),
            "compute_cost_usd": None if run["compute_cost"] is None else float(run["compute_cost"]),
        }
        for run in tables["runs"]
    }


def users(tables: Tables) -> dict[Any, dict[str, Any]]:
    """``dim_users`` by user."""
    memberships = by(tables["users_organizations"], "user_id")
    days = by(tables["user_events_counts"], "user_id")
    return {
        user["id"]: {
            "email_hash": md5(user["email"].strip().lower().encode(), usedforsecurity=False).hexdigest(),
            "is_active": user["is_active"],
            "organization_count": len(memberships[user["id"]]),
            "first_active_date": min((row["day"] for row in days[user["id"]]), default=None),
            "last_active_date": max((row["day"] for row in days[user["id"]]), default=None),
            "event_count": sum(row["count"] for row in days[user["id"]]),
        }
        for user in tables["users"]
    }


def usage(tables: Tables) -> dict[tuple[date, Any], dict[str, Any]]:
    """``organization_usage_daily`` by day and organization."""
    counts: dict[str, Counter[tuple[date, Any]]] = defaultdict(Counter)
    users: dict[tuple[date, Any], set[Any]] = defaultdict(set)
    for run in tables["runs"]:
        key = (run["created_at"].astimezone(UTC).date(), run["organization_id"])
        counts["run_count"][key] += 1
        counts["failed_run_count"][key] += run["status"] == "FAILURE"
        if run["end_time"] is not None:
            counts["milliseconds"][key] += round(1000 * seconds(run))
        counts["micros"][key] += int((run["compute_cost"] or 0) * 1_000_000)
    for key in event_days(tables):
        counts["run_event_count"][key] += 1
    for row in tables["user_events_counts"]:
        users[row["day"], row["organization_id"]].add(row["user_id"])
        counts["user_event_count"][row["day"], row["organization_id"]] += row["count"]
    keys = {key for counter in counts.values() for key in counter}
    return {
        key: {
            **{name: counts[name][key] for name in ("run_count", "failed_run_count", "run_event_count")},
            "run_seconds": counts["milliseconds"][key] / 1000,
            "compute_cost_usd": counts["micros"][key] / 1_000_000,
            "active_user_count": len(users[key]),
            "user_event_count": counts["user_event_count"][key],
        }
        for key in keys
    }


def event_days(tables: Tables) -> Iterator[tuple[date, Any]]:
    """Day and organization of every event of a run."""
    for event in tables["event_logs"]:
        yield event["timestamp"].astimezone(UTC).date(), event["organization_id"]


def deployments(tables: Tables) -> dict[Any, dict[str, Any]]:
    """``deployment_run_summary`` by deployment."""
    days = {run["run_id"]: run["created_at"].astimezone(UTC).date() for run in tables["runs"]}
    last = max(days.values())
    first = last - timedelta(days=DAYS - 1)
    runs = by(tables["runs"], "deployment_id")
    found = {}
    for each in tables["deployments"]:
        every = runs[each["id"]]
        recent = [run for run in every if days[run["run_id"]] >= first]
        outcomes = Counter(run["status"] for run in recent)
        judged = outcomes["SUCCESS"] + outcomes["FAILURE"]
        durations = [seconds(run) for run in recent if run["status"] in ENDED]
        found[each["id"]] = {
            "organization_id": each["organization_id"],
            "shard": each["shard"],
            "deployment_name": each["name"],
            "is_active": each["status"] == "ACTIVE",
            "first_date": first,
            "last_date": last,
            "run_count": len(recent),
            "succeeded_run_count": outcomes["SUCCESS"],
            "failed_run_count": outcomes["FAILURE"],
            "success_rate": outcomes["SUCCESS"] / judged if judged else None,
            "median_run_seconds": round(median(durations), 6) if durations else None,
            "total_run_count": len(every),
            "last_run_at": max((utc(run["created_at"]) for run in every), default=None),
        }
    return found
