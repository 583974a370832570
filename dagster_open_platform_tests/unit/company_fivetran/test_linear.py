"""Linear's rows: references, the story that an issue's history tells, and what they say of GitHub and of customers."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from dagster_open_platform_local.company.commercial.accounts import crm_accounts
from dagster_open_platform_local.company.github_state import github_tables
from dagster_open_platform_local.company.product.texts import ODDITIES
from dagster_open_platform_local.company.warehouse.staff import DOMAIN
from dagster_open_platform_tests.unit.company_fivetran.made import (
    SETTINGS,
    TODAY,
    TOMORROW,
    assert_resolves,
    table,
)

REFERENCES = {
    "attachment.issue_id": "issue",
    "attachment_metadata.attachment_id": "attachment",
    "comment.issue_id": "issue",
    "comment.parent_id": "comment",
    "comment.external_user_id": "external_user",
    "customer_request.customer_id": "customer",
    "customer_request.issue_id": "issue",
    "cycle.team_id": "team",
    "cycle_uncompleted_issue.cycle_id": "cycle",
    "cycle_uncompleted_issue.issue_id": "issue",
    "document.project_id": "project",
    "initiative_to_project.initiative_id": "initiative",
    "initiative_to_project.project_id": "project",
    "issue.assignee_id": "users",
    "issue.creator_id": "users",
    "issue.cycle_id": "cycle",
    "issue.external_user_creator_id": "external_user",
    "issue.parent_id": "issue",
    "issue.project_id": "project",
    "issue.state_id": "workflow_state",
    "issue.team_id": "team",
    "issue_history.actor_id": "users",
    "issue_history.issue_id": "issue",
    "issue_history.from_state_id": "workflow_state",
    "issue_history.to_state_id": "workflow_state",
    "issue_history.to_assignee_id": "users",
    "issue_label.issue_id": "issue",
    "issue_label.label_id": "label",
    "issue_subscriber.issue_id": "issue",
    "issue_subscriber.subscriber_id": "users",
    "label.parent_id": "label",
    "project.lead_id": "users",
    "project.status_id": "project_status",
    "project_member.member_id": "users",
    "project_member.project_id": "project",
    "project_milestone.project_id": "project",
    "project_team.team_id": "team",
    "project_update.project_id": "project",
    "roadmap_to_project.project_id": "project",
    "team.active_cycle_id": "cycle",
    "team.start_workflow_state_id": "workflow_state",
    "team_membership.user_id": "users",
    "workflow_state.team_id": "team",
}


def rows(name: str) -> list[dict[str, Any]]:
    return table("linear", name)


@pytest.mark.parametrize(("reference", "target"), REFERENCES.items())
def test_references_resolve(reference: str, target: str) -> None:
    assert_resolves("linear", reference, target)


def test_an_issue_belongs_to_one_team_throughout() -> None:
    states = {row["id"]: row["team_id"] for row in rows("workflow_state")}
    cycles = {row["id"]: row["team_id"] for row in rows("cycle")}
    keys = {row["id"]: row["key"] for row in rows("team")}
    issues = {row["id"]: row for row in rows("issue")}
    for row in issues.values():
        assert states[row["state_id"]] == row["team_id"]
        assert row["cycle_id"] is None or cycles[row["cycle_id"]] == row["team_id"]
        assert row["parent_id"] is None or issues[row["parent_id"]]["team_id"] == row["team_id"]
        assert row["identifier"] == f"{keys[row['team_id']]}-{row['number']}"


def test_numbers_follow_the_time_and_stay() -> None:
    by_team: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for row in rows("issue"):
        by_team[row["team_id"]].append((row["number"], row["created_at"]))
    for numbered in by_team.values():
        numbered.sort()
        assert len({number for number, _ in numbered}) == len(numbered)
        assert all(earlier <= later for (_, earlier), (_, later) in pairwise(numbered))
    later = {row["id"]: row["identifier"] for row in table("linear", "issue", TOMORROW)}
    named = [(row["identifier"], later[row["id"]]) for row in rows("issue") if row["id"] in later]
    assert len(named) > 2_000
    assert all(today == tomorrow for today, tomorrow in named)


def test_history_leads_to_the_state_that_an_issue_is_in() -> None:
    issues = {row["id"]: row for row in rows("issue")}
    kinds = {row["id"]: row["type"] for row in rows("workflow_state")}
    steps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows("issue_history"):
        assert row["created_at"] >= issues[row["issue_id"]]["created_at"]
        if row["to_state_id"] is not None:
            steps[row["issue_id"]].append(row)
    for issue, story in steps.items():
        story.sort(key=lambda row: row["created_at"])
        assert all(one["to_state_id"] == two["from_state_id"] for one, two in pairwise(story))
        assert story[-1]["to_state_id"] == issues[issue]["state_id"]
    for row in issues.values():
        kind = kinds[row["state_id"]]
        assert (row["completed_at"] is not None) == (kind == "completed")
        assert (row["canceled_at"] is not None) == (kind == "canceled")
        assert row["id"] in steps or kind in ("triage", "backlog", "unstarted")
        assert row["updated_at"] >= row["created_at"]
        assert kind != "started" or row["started_at"] is not None
    # An issue is in each of the eight states of its team, or was.
    names = {row["id"]: row["name"] for row in rows("workflow_state")}
    met = {
        names[row[column]]
        for row in rows("issue_history")
        for column in ("from_state_id", "to_state_id")
        if row[column]
    }
    assert met == set(names.values())


def test_what_comes_from_github_is_there_and_follows_it() -> None:
    there = {row["url"]: row for row in github_tables(SETTINGS, TODAY)["issues"].to_pylist()}
    issues = {row["id"]: row for row in rows("issue")}
    links = [row for row in rows("attachment") if "/issues/" in row["url"]]
    standing = [(there[row["url"]], issues[row["issue_id"]]) for row in links if row["url"] in there]
    assert len(links) > 800
    assert 0.97 * len(links) < len(standing) < len(links)
    assert all(upstream["title"] == issue["title"] for upstream, issue in standing)
    closed = [issue for upstream, issue in standing if upstream["state"] == "CLOSED"]
    followed = [issue for issue in closed if issue["completed_at"] is not None]
    assert 0.93 * len(closed) < len(followed) < len(closed)
    still_open = [
        issue for upstream, issue in standing if upstream["state"] == "OPEN" and not upstream["state_reason"]
    ]
    assert not any(issue["completed_at"] for issue in still_open)


def test_customers_are_the_company_s_and_ask_after_they_paid() -> None:
    accounts = crm_accounts(SETTINGS, TODAY)
    domains = dict(zip(accounts.domain.to_pylist(), accounts.billed.tolist(), strict=True))
    asked = {row["customer_id"]: row["created_at"] for row in rows("customer_request")}
    assert len(rows("customer")) > 100
    for row in rows("customer"):
        (domain,) = row["domains"].strip("[]").replace('"', "").split(",")
        assert domain in domains
        assert row["id"] not in asked or domains[domain] <= asked[row["id"]].timestamp()


def test_users_are_colleagues_and_those_who_left_are_in_no_team() -> None:
    users = {row["id"]: row for row in rows("users")}
    assert all(row["email"].endswith(f"@{DOMAIN}") for row in users.values())
    assert all(users[row["user_id"]]["active"] for row in rows("team_membership"))
    assert {row["active"] for row in users.values()} == {True, False}
    pairs = {(row["team_id"], row["member_id"]) for row in rows("team_member")}
    assert pairs == {(row["team_id"], row["user_id"]) for row in rows("team_membership")}


def test_cycles_follow_one_another() -> None:
    by_team: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows("cycle"):
        by_team[row["team_id"]].append(row)
    for cycles in by_team.values():
        cycles.sort(key=lambda row: row["number"])
        assert [row["number"] for row in cycles] == list(range(1, len(cycles) + 1))
        assert all(one["ends_at"] == two["starts_at"] for one, two in pairwise(cycles))
        assert sum(row["completed_at"] is None for row in cycles) == 3
    active = {row["id"]: row["active_cycle_id"] for row in rows("team") if row["cycle_enabled"]}
    assert active == {team: cycles[-3]["id"] for team, cycles in by_team.items()}


def test_an_issue_that_was_thrown_away_is_gone_later() -> None:
    trashed = {row["id"] for row in rows("issue") if row["trashed"]}
    assert trashed
    assert not trashed & {row["id"] for row in table("linear", "issue", TODAY.replace(month=12, day=12))}


def test_the_dirt_is_there() -> None:
    labels = {row["id"]: row["name"] for row in rows("label")}
    used = [labels[row["label_id"]] for row in rows("issue_label")]
    assert used.count("Bug") > used.count("bug") > 0
    assert {row["body"] for row in rows("comment")} & {*ODDITIES}
    assert any(row["assignee_id"] is None for row in rows("issue"))
