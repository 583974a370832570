"""Outreach's rows: shape, references, and that they agree with one another and with Salesforce."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.outreach.rows import outreach_rows
from dagster_open_platform_local.company.fivetran.salesforce.rows import salesforce_rows
from dagster_open_platform_local.company.settings import CompanySettings

SETTINGS = CompanySettings()
EARLIER, TODAY = date(2026, 8, 1), date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
COUNTED = ("deliver_count", "bounce_count", "open_count", "click_count", "reply_count", "opt_out_count")

TARGETS = {
    "account": "account",
    "call": "call",
    "call_disposition": "call_disposition",
    "call_purpose": "call_purpose",
    "completer": "users",
    "creator": "users",
    "mailbox": "mailbox",
    "mailing": "mailing",
    "opportunity": "opportunity",
    "opportunity_stage": "opportunity_stage",
    "owner": "users",
    "persona": "persona",
    "profile": "profile",
    "prospect": "prospect",
    "role": "role",
    "ruleset": "ruleset",
    "sequence": "sequence",
    "sequence_state": "sequence_state",
    "sequence_step": "sequence_step",
    "stage": "stage",
    "subject": "prospect",
    "task": "task",
    "task_priority": "task_priority",
    "team": "team",
    "template": "template",
    "updater": "users",
    "user": "users",
    "bounced_stage": "stage",
    "finished_stage": "stage",
    "opted_out_stage": "stage",
    "replied_stage": "stage",
    "started_stage": "stage",
}
"""What `relationship_<name>_id` and `<name>_id` refer to."""


@pytest.fixture(scope="module")
def found() -> Mapping[str, pa.Table]:
    return outreach_rows(SETTINGS, TODAY)


@pytest.fixture(scope="module")
def salesforce() -> Mapping[str, pa.Table]:
    return salesforce_rows(SETTINGS, TODAY)


def test_tables_have_the_layout(found: Mapping[str, pa.Table]) -> None:
    shapes = layouts("outreach")
    assert set(found) <= set(shapes)
    for name, table in found.items():
        shape = shapes[name]
        assert all(field.equals(shape.schema.field(field.name)) for field in table.schema), name
        keys = list(zip(*(table[column].to_pylist() for column in shape.primary_key), strict=True))
        assert len(set(keys)) == len(keys) > 0, name
        assert all(value is not None for key in keys for value in key), name


def test_references_hold(found: Mapping[str, pa.Table]) -> None:
    ids = {name: set(table["id"].to_pylist()) for name, table in found.items() if "id" in table.schema.names}
    checked = 0
    for name, table in found.items():
        for column in table.schema.names:
            target = TARGETS.get(column.removeprefix("relationship_").removesuffix("_id"))
            if target is None or not column.endswith("_id"):
                continue
            assert set(table[column].to_pylist()) - {None} <= ids[target], f"{name}.{column}"
            checked += 1
    assert checked > 50


def test_nothing_happened_in_the_future_or_before_its_beginning(found: Mapping[str, pa.Table]) -> None:
    planned = {"close_date"}
    for name, table in found.items():
        created = table["created_at"].to_pylist() if "created_at" in table.schema.names else []
        for field in table.schema:
            if pa.types.is_timestamp(field.type) and field.name not in planned:
                values = table[field.name].to_pylist()
                assert all(each is None or each < NOW for each in values), f"{name}.{field.name}"
                if field.name == "updated_at":
                    assert all(one <= other for one, other in zip(created, values, strict=True)), name


def test_counters_are_those_of_the_mailings(found: Mapping[str, pa.Table]) -> None:
    mailings = found["mailing"].to_pylist()
    for name, column in (
        ("sequence", "relationship_sequence_id"),
        ("sequence_state", "relationship_sequence_state_id"),
        ("sequence_step", "relationship_sequence_step_id"),
        ("template", "relationship_template_id"),
    ):
        totals: dict[str, Counter[int]] = defaultdict(Counter)
        for row in mailings:
            totals["deliver_count"][row[column]] += row["delivered_at"] is not None
            totals["bounce_count"][row[column]] += row["bounced_at"] is not None
            totals["click_count"][row[column]] += row["click_count"]
            totals["reply_count"][row[column]] += row["replied_at"] is not None
            totals["opt_out_count"][row[column]] += row["unsubscribed_at"] is not None
        for row in found[name].to_pylist():
            for counted, by_id in totals.items():
                assert row[counted] == by_id[row["id"]], (name, counted)
            replies = [row[f"{kind}_reply_count"] for kind in ("positive", "neutral", "negative")]
            assert sum(replies) == row["reply_count"]


def test_a_sequence_ends_with_what_ended_it(found: Mapping[str, pa.Table]) -> None:
    mailings: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in found["mailing"].to_pylist():
        mailings[row["relationship_sequence_state_id"]].append(row)
    steps = {row["id"]: row for row in found["sequence_step"].to_pylist()}
    sequences = {row["id"]: row for row in found["sequence"].to_pylist()}
    seen = Counter()
    for state in found["sequence_state"].to_pylist():
        seen[state["state"]] += 1
        sent = sorted(mailings[state["id"]], key=lambda row: row["scheduled_at"])
        assert (
            steps[state["relationship_sequence_step_id"]]["relationship_sequence_id"]
            == state["relationship_sequence_id"]
        )
        if state["state"] == "bounced":
            assert [row["state"] for row in sent] == ["bounced"]
        if state["replied_at"]:
            assert state["state"] == "finished"
            assert sent[-1]["replied_at"] == state["replied_at"] > sent[-1]["delivered_at"]
        if state["state"] == "opted_out":
            assert sent[-1]["unsubscribed_at"] == state["state_changed_at"]
        if state["state"] == "finished" and not state["replied_at"]:
            last = steps[state["relationship_sequence_step_id"]]["order"]
            assert last == sequences[state["relationship_sequence_id"]]["sequence_step_count"]
    assert set(seen) == {"active", "finished", "paused", "bounced", "opted_out"}


def test_mailings_happen_in_order(found: Mapping[str, pa.Table]) -> None:
    opened = 0
    for row in found["mailing"].to_pylist():
        assert (row["bounced_at"] is None) or (row["delivered_at"] is None)
        order = [row["scheduled_at"], row["delivered_at"], row["opened_at"], row["clicked_at"]]
        happened = [each for each in order if each]
        assert happened == sorted(happened)
        assert row["opened_at"] is None or (row["delivered_at"] and row["open_count"] != 0)
        assert "{{" not in row["subject"]
        opened += row["opened_at"] is not None
    assert 0.3 < opened / found["mailing"].num_rows < 0.6
    assert 0 < found["mailing"]["open_count"].null_count < 0.03 * found["mailing"].num_rows


def test_connections_lead_to_salesforce(
    found: Mapping[str, pa.Table], salesforce: Mapping[str, pa.Table]
) -> None:
    tables = {
        "Account": "account",
        "Lead": "lead",
        "Contact": "contact",
        "Opportunity": "opportunity",
        "User": "user",
    }
    rows = {name: {row["id"]: row for row in salesforce[name].to_pylist()} for name in tables.values()}
    prospects = {row["id"]: row for row in found["prospect"].to_pylist()}
    emails = dict(
        zip(
            found["prospect_email"]["prospect_id"].to_pylist(),
            found["prospect_email"]["email"].to_pylist(),
            strict=True,
        )
    )
    unknown = 0
    for row in found["data_connection"].to_pylist():
        if row["id"] == "-1":
            unknown += 1
            continue
        there = rows[tables[row["type"]]][row["id"]]
        if row["parent_type"] == "prospect":
            assert there["email"] == emails[row["parent_id"]]
            assert there["last_name"] == prospects[row["parent_id"]]["last_name"]
    assert 0 < unknown < 0.02 * len(prospects)
    assert {
        row["parent_id"] for row in found["data_connection"].to_pylist() if row["parent_type"] == "prospect"
    } == set(prospects)
    deals = {row["id"]: row for row in salesforce["opportunity"].to_pylist()}
    opportunities = {row["id"]: row for row in found["opportunity"].to_pylist()}
    for row in found["data_connection"].to_pylist():
        if row["type"] == "Opportunity":
            amount = deals[row["id"]]["amount"]
            assert opportunities[row["parent_id"]]["amount"] == (None if amount is None else int(amount))


def test_what_was_sent_stays(found: Mapping[str, pa.Table]) -> None:
    before, moment = outreach_rows(SETTINGS, EARLIER), datetime(2026, 8, 1, tzinfo=UTC)
    for name in ("mailing", "call", "task", "sequence_state", "event", "prospect", "account", "opportunity"):
        now = {row["id"]: row for row in found[name].to_pylist()}
        changed = 0
        for row in before[name].to_pylist():
            later = now[row["id"]]
            if later == row:
                continue
            assert later["updated_at"] >= moment, (name, row, later)
            changed += 1
        assert changed < before[name].num_rows < len(now), name


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2026, 6, 2), date(2027, 6, 1)])
@pytest.mark.parametrize("scale", [0.001, 0.02])
def test_a_small_company_has_all_tables(scale: float, day: date) -> None:
    made = outreach_rows(CompanySettings(seed=5, scale=scale), day)
    for name, table in made.items():
        shape = layouts("outreach")[name].schema
        assert all(field.equals(shape.field(field.name)) for field in table.schema), name
