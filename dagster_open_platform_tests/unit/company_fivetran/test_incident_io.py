"""incident.io's rows: what they say of the product's runs, of the exports and of Linear, and how an incident goes on."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pytest

from dagster_open_platform_local.company.exports.community import activity
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_tests.unit.company_fivetran.made import (
    SETTINGS,
    TODAY,
    TOMORROW,
    assert_resolves,
    table,
)

REFERENCES = {
    "action.incident_id": "incident",
    "alert.alert_source_id": "alert_source",
    "alert_attribute.alert_id": "alert",
    "alert_attribute_value.alert_id": "alert",
    "custom_field_option.custom_field_id": "custom_field",
    "escalation.creator_alert_id": "alert",
    "escalation_event.escalation_id": "escalation",
    "follow_up_incident.incident_id": "incident",
    "incident.incident_status_id": "incident_status",
    "incident.incident_type_id": "incident_type",
    "incident.severity_id": "severity",
    "incident_alert.alert_id": "alert",
    "incident_alert.alert_route_id": "alert_route",
    "incident_alert.incident_id": "incident",
    "incident_attachment.incident_id": "incident",
    "incident_custom_field_entry_value.custom_field_id": "custom_field",
    "incident_custom_field_entry_value.incident_id": "incident",
    "incident_custom_field_entry_value.value_option_id": "custom_field_option",
    "incident_role_assignment.incident_id": "incident",
    "incident_role_assignment.incident_role_id": "incident_role",
    "incident_timestamp_value.incident_timestamp_id": "incident_timestamp",
    "incident_update.incident_id": "incident",
    "incident_update.new_incident_status_id": "incident_status",
    "incident_update.new_severity_id": "severity",
}


def rows(name: str) -> list[dict[str, Any]]:
    return table("incident_io", name)


@pytest.mark.parametrize(("reference", "target"), REFERENCES.items())
def test_references_resolve(reference: str, target: str) -> None:
    assert_resolves("incident_io", reference, target)


def incidents(word: str) -> list[dict[str, Any]]:
    return [row for row in rows("incident") if word in row["name"]]


def test_incidents_of_runs_are_on_days_on_which_more_failed() -> None:
    counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for database in ("main", "shard1"):
        for run in product_tables(SETTINGS, database, TODAY)["runs"].to_pylist():
            if run["end_time"] is not None:
                day = counts[run["updated_at"].date()]
                day[0] += run["status"] == "FAILURE"
                day[1] += 1
    usual = median(failed / ended for failed, ended in counts.values())
    found = incidents("fail far more often")
    assert len(found) >= 8
    for row in found:
        failed, ended = counts[row["created_at"].date()]
        assert failed / ended > 1.2 * usual
        assert f"({failed} runs)" in row["name"]


def test_incidents_of_exports_are_two_days_after_what_they_lack() -> None:
    found = incidents("Slack export")
    assert len(found) >= 8
    for row in found:
        day = row["created_at"].date() - timedelta(days=2)
        first, again = (sum(each["messages"] for each in activity(SETTINGS, day, n)) for n in (1, 2))
        assert row["name"] == f"Slack export lacks {again - first} messages"


def test_incidents_are_numbered_in_the_order_of_their_reports_for_good() -> None:
    found = sorted(rows("incident"), key=lambda row: int(row["reference"][4:]))
    assert [row["reference"] for row in found] == [f"INC-{n}" for n in range(1, len(found) + 1)]
    assert all(one["created_at"] <= two["created_at"] for one, two in pairwise(found))
    later = {row["reference"]: row["id"] for row in table("incident_io", "incident", TOMORROW)}
    assert all(later[row["reference"]] == row["id"] for row in found)


def test_updates_lead_to_the_status_and_the_severity() -> None:
    ranks = {row["id"]: row["rank"] for row in rows("incident_status")}
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows("incident_update"), key=lambda row: row["created_at"]):
        told[row["incident_id"]].append(row)
    corrected = 0
    for row in rows("incident"):
        story = told[row["id"]]
        statuses = [each["new_incident_status_id"] for each in story if each["new_incident_status_id"]]
        assert statuses[-1] == row["incident_status_id"]
        assert all(ranks[one] < ranks[two] for one, two in pairwise(statuses))
        severities = [each["new_severity_id"] for each in story if each["new_severity_id"]]
        corrected += len(severities) - 1
        assert row["severity_id"] in (None, severities[-1])
        assert row["updated_at"] == story[-1]["created_at"]
    assert corrected > 0


def test_moments_of_an_incident_are_in_order() -> None:
    ranks = {row["id"]: row["rank"] for row in rows("incident_timestamp")}
    moments: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for row in rows("incident_timestamp_value"):
        moments[row["incident_id"]].append((ranks[row["incident_timestamp_id"]], row["value"]))
    for found in moments.values():
        found.sort()
        assert all(one <= two for (_, one), (_, two) in pairwise(found))


def test_follow_ups_are_issues_in_linear_and_end_there_too() -> None:
    issues = {row["identifier"]: row for row in table("linear", "issue")}
    titles = {(row["incident_id"], row["title"]): row for row in rows("follow_up_incident")}
    numbers = {row["id"]: row["reference"][4:] for row in rows("incident")}
    links = {
        row["issue_id"]: row["url"] for row in table("linear", "attachment") if "incident.io" in row["url"]
    }
    attached = rows("incident_attachment")
    assert len(attached) > 20
    for row in attached:
        follow_up = titles[row["incident_id"], row["resource_title"]]
        issue = issues.get(row["resource_external_id"])
        if issue is None:
            # Thrown away in Linear, where nobody looks for it any more.
            continue
        assert issue["title"] == row["resource_title"]
        assert links[issue["id"]].endswith(f"/{numbers[row['incident_id']]}")
        if issue["completed_at"] is not None:
            assert follow_up["status"] == "completed"
            assert follow_up["completed_at"] <= issue["completed_at"]
    named = {row["external_issue_reference_issue_name"] for row in rows("incident")} - {None}
    assert named <= {row["resource_external_id"] for row in attached}


def test_most_alerts_become_nothing_and_those_of_monitors_an_incident() -> None:
    ours = {row["alert_id"] for row in rows("incident_alert")}
    assert 0 < len(ours) < 0.2 * len(rows("alert"))
    by_monitor = {row["id"] for row in rows("incident") if row["creator_user_id"] is None}
    assert by_monitor == {row["incident_id"] for row in rows("incident_alert")}


def test_who_left_is_gone_and_still_named() -> None:
    there = {row["id"] for row in rows("users")}
    leads = {row["action_assignee_id"] for row in rows("incident_role_assignment")}
    assert leads & there
    emails = [row["email"] for row in rows("users")]
    assert len(set(emails)) == len(emails)
