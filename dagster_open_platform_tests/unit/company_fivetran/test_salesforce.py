"""Salesforce's rows: shape, references, and that they agree with the product."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.salesforce.ids import PREFIXES
from dagster_open_platform_local.company.fivetran.salesforce.rows import salesforce_rows
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import users_table

SETTINGS = CompanySettings()
EARLIER, TODAY = date(2026, 8, 1), date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)

REFERENCES = {
    "account": {"owner_id": "user", "master_record_id": "account", "record_type_id": "record_type"},
    "account_history": {"account_id": "account", "created_by_id": "user"},
    "campaign": {"owner_id": "user"},
    "campaign_member": {
        "campaign_id": "campaign",
        "lead_id": "lead",
        "contact_id": "contact",
        "account_id": "account",
    },
    "campaign_member_status": {"campaign_id": "campaign"},
    "contact": {"account_id": "account", "owner_id": "user", "created_by_id": "user"},
    "contact_history": {"contact_id": "contact"},
    "contract": {"account_id": "account", "opportunity_c": "opportunity", "owner_id": "user"},
    "event": {"account_id": "account", "owner_id": "user"},
    "event_relation": {"event_id": "event"},
    "forecasting_quota": {"quota_owner_id": "user", "period_id": "period"},
    "group_member": {"group_id": "group", "user_or_group_id": "user"},
    "lead": {
        "owner_id": "user",
        "converted_account_id": "account",
        "converted_contact_id": "contact",
        "converted_opportunity_id": "opportunity",
        "record_type_id": "record_type",
    },
    "lead_history": {"lead_id": "lead"},
    "opportunity": {
        "account_id": "account",
        "campaign_id": "campaign",
        "contact_id": "contact",
        "contract_id": "contract",
        "owner_id": "user",
        "record_type_id": "record_type",
    },
    "opportunity_contact_role": {"opportunity_id": "opportunity", "contact_id": "contact"},
    "opportunity_field_history": {"opportunity_id": "opportunity", "created_by_id": "user"},
    "opportunity_history": {"opportunity_id": "opportunity", "created_by_id": "user"},
    "opportunity_line_item": {
        "opportunity_id": "opportunity",
        "product_2_id": "product_2",
        "pricebook_entry_id": "pricebook_entry",
    },
    "pricebook_entry": {"product_2_id": "product_2", "pricebook_2_id": "pricebook_2"},
    "queue_sobject": {"queue_id": "group"},
    "task": {"account_id": "account", "owner_id": "user", "created_by_id": "user"},
    "user": {"manager_id": "user", "profile_id": "profile", "user_role_id": "user_role"},
    "user_role": {"parent_role_id": "user_role"},
}
"""Column to the table whose id it holds."""
POLYMORPHIC = {
    "task": ("who_id", "what_id"),
    "event": ("who_id", "what_id"),
    "event_relation": ("relation_id",),
}


@pytest.fixture(scope="module")
def found() -> Mapping[str, pa.Table]:
    return salesforce_rows(SETTINGS, TODAY)


def test_tables_have_the_layout(found: Mapping[str, pa.Table]) -> None:
    shapes = layouts("salesforce")
    assert len(shapes) > 70
    for name, table in found.items():
        shape = shapes[name].schema
        assert all(field.equals(shape.field(field.name)) for field in table.schema), name
        ids = table["id"].to_pylist()
        assert len({each.lower() for each in ids}) == len(ids) > 0, name
        assert {each[:3] for each in ids} == {PREFIXES[name]}, name


def test_references_hold(found: Mapping[str, pa.Table]) -> None:
    ids = {name: set(table["id"].to_pylist()) for name, table in found.items()}
    for name, columns in REFERENCES.items():
        for column, target in columns.items():
            values = set(found[name][column].to_pylist()) - {None}
            assert values, f"{name}.{column}"
            assert values <= ids[target], f"{name}.{column}"
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for name in ("account", "contact", "lead", "opportunity"):
        by_prefix[PREFIXES[name]] |= ids[name]
    for name, columns in POLYMORPHIC.items():
        for column in columns:
            for value in set(found[name][column].to_pylist()) - {None}:
                assert value in by_prefix[value[:3]], f"{name}.{column}"


def test_nothing_was_made_or_changed_in_the_future(found: Mapping[str, pa.Table]) -> None:
    for name, table in found.items():
        for column in ("created_date", "last_modified_date", "system_modstamp", "last_login_date"):
            if column in table.schema.names:
                assert all(each is None or each < NOW for each in table[column].to_pylist()), (
                    f"{name}.{column}"
                )
        if {"created_date", "last_modified_date"} <= set(table.schema.names):
            rows = zip(
                table["created_date"].to_pylist(), table["last_modified_date"].to_pylist(), strict=True
            )
            assert all(created <= modified for created, modified in rows), name


def test_accounts_name_their_organizations(found: Mapping[str, pa.Table]) -> None:
    organizations = {row["public_id"]: row for row in organizations_table(SETTINGS, TODAY).to_pylist()}
    accounts = found["account"].to_pylist()
    named = [row for row in accounts if row["organization_id_c"] and not row["is_deleted"]]
    wrong = [row for row in named if row["organization_id_c"] not in organizations]
    assert 0 < len(wrong) < 0.01 * len(named)
    for row in named:
        if row not in wrong:
            assert row["domain_c"] == organizations[row["organization_id_c"]]["domain"]
            assert row["plan_c"] == organizations[row["organization_id_c"]]["plan"]
    prospects = [row for row in accounts if row["organization_id_c"] is None]
    assert len(prospects) > 100
    assert all(row["type"] == "Prospect" and row["plan_c"] is None for row in prospects)
    customers = {
        row["organization_id"]
        for database in ("main", "xregion")
        for row in product_tables(SETTINGS, database, TODAY, ["customer_info"])["customer_info"].to_pylist()
    }
    for row in named:
        if row not in wrong:
            paid = organizations[row["organization_id_c"]]["id"] in customers
            assert paid == (row["type"] in ("Customer", "Former Customer"))


@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0, 2.0])
def test_never_is_a_hundredth_of_the_organizations_mistyped(scale: float) -> None:
    settings = CompanySettings(seed=3, scale=scale)
    known = set(organizations_table(settings, TODAY)["public_id"].to_pylist())
    accounts = salesforce_rows(settings, TODAY)["account"].to_pylist()
    named = [
        row["organization_id_c"] for row in accounts if row["organization_id_c"] and not row["is_deleted"]
    ]
    assert sum(each not in known for each in named) < 0.01 * len(named)


def test_merged_accounts_point_to_the_one_that_is_left(found: Mapping[str, pa.Table]) -> None:
    accounts = {row["id"]: row for row in found["account"].to_pylist()}
    merged = [row for row in accounts.values() if row["is_deleted"]]
    assert merged
    for row in merged:
        survivor = accounts[row["master_record_id"]]
        assert not survivor["is_deleted"]
        assert survivor["domain_c"] == row["domain_c"]
        assert survivor["created_date"] < row["created_date"] < row["last_modified_date"]
    assert all(row["master_record_id"] is None for row in accounts.values() if not row["is_deleted"])


def test_contacts_are_users_of_the_product(found: Mapping[str, pa.Table]) -> None:
    users = {str(row["id"]): row for row in users_table(SETTINGS, TODAY).to_pylist()}
    contacts = found["contact"].to_pylist()
    from_product = [row for row in contacts if row["user_id_c"]]
    assert 0.5 < len(from_product) / len(contacts) < 1
    for row in from_product:
        assert row["email"] == users[row["user_id_c"]]["email"]
        assert row["last_name"] == users[row["user_id_c"]]["last_name"]
    assert any(row["is_deleted"] for row in contacts)
    assert sum(row["is_deleted"] for row in contacts) < 0.03 * len(contacts)


def test_leads_end_where_their_status_says(found: Mapping[str, pa.Table]) -> None:
    history: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found["lead_history"].to_pylist():
        history[row["lead_id"]].append(row)
    statuses = set()
    for lead in found["lead"].to_pylist():
        changes = sorted(history[lead["id"]], key=lambda row: row["created_date"])
        statuses.add(lead["status"])
        assert changes[0]["field"] == "created"
        assert changes[0]["created_date"] == lead["created_date"]
        converted = [row for row in changes if row["field"] == "leadConverted"]
        assert bool(converted) == lead["is_converted"] == (lead["status"] == "Qualified")
        assert (lead["converted_contact_id"] is not None) == lead["is_converted"]
        steps = [row for row in changes if row["field"] == "Status"]
        assert all(one["new_value"] == other["old_value"] for one, other in pairwise(steps))
        if not converted:
            assert (steps[-1]["new_value"] if steps else "New") == lead["status"]
    assert statuses == {"New", "Working", "Nurturing", "Unqualified", "Qualified"}


def test_deals_agree_with_their_parts(found: Mapping[str, pa.Table]) -> None:
    lines: dict[str, Decimal] = defaultdict(Decimal)
    for row in found["opportunity_line_item"].to_pylist():
        lines[row["opportunity_id"]] += Decimal(str(row["total_price"]))
    history: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found["opportunity_history"].to_pylist():
        history[row["opportunity_id"]].append(row)
    contracts = {row["opportunity_c"]: row for row in found["contract"].to_pylist()}
    for deal in found["opportunity"].to_pylist():
        if deal["amount"] is None:
            assert deal["id"] not in lines
        else:
            assert lines[deal["id"]] == Decimal(str(deal["amount"]))
        steps = sorted(history[deal["id"]], key=lambda row: row["id"][6:15])
        assert [row["created_date"] for row in steps] == sorted(row["created_date"] for row in steps)
        assert (steps[-1]["stage_name"], steps[-1]["amount"]) == (deal["stage_name"], deal["amount"])
        assert steps[-1]["valid_to_date"] is None
        for one, other in pairwise(steps):
            assert one["valid_to_date"] == other["created_date"]
            assert one["stage_name"] == other["from_opportunity_stage_name"]
        assert (deal["contract_id"] is not None) == deal["is_won"] == (deal["id"] in contracts)
        if deal["is_won"]:
            contract = contracts[deal["id"]]
            assert contract["start_date"] == deal["close_date"]
            assert contract["end_date"] == deal["close_date"] + timedelta(days=364)
        assert deal["fiscal"] == f"{deal['close_date'].year} {(deal['close_date'].month + 2) // 3}"


def test_what_was_entered_stays(found: Mapping[str, pa.Table]) -> None:
    """Rows of histories never change; other rows that changed say so, save in what Salesforce works out by itself."""
    worked_out = {"last_activity_date", "last_viewed_date", "last_referenced_date"}
    bounced = {"email_bounced_date", "email_bounced_reason", "is_email_bounced"}
    before, moment = salesforce_rows(SETTINGS, EARLIER), datetime(2026, 8, 1, tzinfo=UTC)
    for name in ("account_history", "contact_history", "lead_history"):
        now = {row["id"]: row for row in found[name].to_pylist()}
        assert all(now[row["id"]] == row for row in before[name].to_pylist()), name
        assert len(now) > before[name].num_rows
    for name in (
        "account",
        "contact",
        "lead",
        "opportunity",
        "contract",
        "campaign",
        "opportunity_line_item",
    ):
        now = {row["id"]: row for row in found[name].to_pylist()}
        changed = 0
        for row in before[name].to_pylist():
            later = now[row["id"]]
            if later["last_modified_date"] >= moment:
                changed += 1
                continue
            for column, value in row.items():
                assert later[column] == value or column in worked_out | bounced, (name, column)
        assert 0 < changed < before[name].num_rows, name


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2026, 6, 2), date(2027, 6, 1)])
@pytest.mark.parametrize("scale", [0.001, 0.02])
def test_a_small_company_has_all_tables(scale: float, day: date) -> None:
    made = salesforce_rows(CompanySettings(seed=5, scale=scale), day)
    for name, table in made.items():
        shape = layouts("salesforce")[name].schema
        assert all(field.equals(shape.field(field.name)) for field in table.schema), name
