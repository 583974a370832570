"""HubSpot's rows: shape, references, and that they agree with the product and with Salesforce."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.fivetran.hubspot.tables import rows
from dagster_open_platform_local.company.fivetran.layouts import layouts
from dagster_open_platform_local.company.fivetran.salesforce.rows import salesforce_rows
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import users_table
from dagster_open_platform_tests.unit.company_fivetran.sources import (
    Row,
    assert_history,
    assert_not_later,
    assert_references,
    assert_shape,
    by_key,
)

COMPANY = CompanySettings(seed=11, scale=0.4)
EARLIER, TODAY = date(2026, 8, 20), date(2026, 11, 20)
Tables = Mapping[str, pa.Table]
REFERENCES = (
    "contact.property_hubspot_owner_id -> owner.owner_id",
    "company.property_hubspot_owner_id -> owner.owner_id",
    "contact.property_associatedcompanyid -> company.property_hs_object_id",
    "contact_company.contact_id -> contact.id",
    "contact_company.company_id -> company.id",
    "company_list_member.company_id -> company.id",
    "company_list_member.company_list_id -> company_list.id",
    "contact_list_member.contact_id -> contact.id",
    "contact_list_member.contact_list_id -> contact_list.id",
    "contact_form_submission.form_id -> form.guid",
    "submission_response.conversion_id -> contact_form_submission.conversion_id",
    "company_property_history.company_id -> company.id",
    "deal.owner_id -> owner.owner_id",
    "deal.deal_pipeline_id -> deal_pipeline.pipeline_id",
    "deal.deal_pipeline_stage_id -> deal_pipeline_stage.stage_id",
    "deal_stage.deal_id -> deal.deal_id",
    "deal_stage.value -> deal_pipeline_stage.stage_id",
    "deal_property_history.deal_id -> deal.deal_id",
    "deal_company.deal_id -> deal.deal_id",
    "deal_company.company_id -> company.id",
    "deal_contact.deal_id -> deal.deal_id",
    "deal_contact.contact_id -> contact.id",
    "deal_pipeline_stage.pipeline_id -> deal_pipeline.pipeline_id",
    "engagement_contact.contact_id -> contact.id",
    "engagement_contact.engagement_id -> engagement.id",
    "engagement_company.company_id -> company.id",
    "engagement_deal.deal_id -> deal.deal_id",
    "engagement_call.engagement_id -> engagement.id",
    "engagement_email.property_hubspot_owner_id -> owner.owner_id",
    "engagement_email_to.engagement_id -> engagement_email.engagement_id",
    "engagement_email_cc.engagement_id -> engagement_email.engagement_id",
    "marketing_campaign_asset.campaign_id -> marketing_campaign.id",
    "marketing_email.campaign -> marketing_campaign.id",
    "marketing_event_participant.marketing_event_id -> marketing_event.id",
    "owner.active_user_id -> users.id",
    "owner_team.owner_id -> owner.owner_id",
    "owner_team.team_id -> team.id",
    "team_user.user_id -> users.id",
    "users.role_id -> role.id",
    "contact.property_utm_campaign -> marketing_campaign.property_hs_utm",
)


@pytest.fixture(scope="module")
def hubspot() -> Tables:
    """All rows of today."""
    return rows(COMPANY, TODAY)


@pytest.fixture(scope="module")
def salesforce() -> Tables:
    """Salesforce's of the same day."""
    return salesforce_rows(COMPANY, TODAY)


def test_tables_have_the_layout_and_their_references_hold(hubspot: Tables) -> None:
    assert_shape("hubspot", hubspot)
    assert_references(hubspot, REFERENCES)


def test_what_belongs_to_erased_contacts_stays_but_their_links_go(hubspot: Tables) -> None:
    """Links are among the references that hold."""
    there = set(hubspot["contact"]["id"].to_pylist())
    gone = set(hubspot["contact_property_history"]["contact_id"].to_pylist()) - there
    assert 0 < len(gone) < len(there) * 0.04
    for name in ("contact_form_submission", "marketing_event_participant"):
        assert set(hubspot[name]["contact_id"].to_pylist()) <= there | gone, name
    assert len(set(hubspot["contact"]["property_email"].to_pylist())) == len(there)


def test_nothing_is_of_today_or_later(hubspot: Tables) -> None:
    # Expected closing, meetings and tasks to come, the contract of a renewal, and newsletters that are scheduled.
    planned = ("property_closedate", "property_hs_timestamp", "timestamp", "property_hs_meeting_start_time",
               "property_hs_meeting_end_time")  # fmt: skip
    assert_not_later(hubspot, TODAY, planned)


def test_every_user_is_a_contact_by_their_address_in_small_letters(hubspot: Tables) -> None:
    internal = {each["id"] for each in organizations_table(COMPANY, TODAY).to_pylist() if each["is_internal"]}
    users = [
        each for each in users_table(COMPANY, TODAY).to_pylist() if each["organization_id"] not in internal
    ]
    contacts = {row["property_email"]: row for row in hubspot["contact"].to_pylist()}
    found = [(user, contacts[user["email"].lower()]) for user in users if user["email"].lower() in contacts]
    assert 0.93 < len(found) / len(users) < 1
    assert any(user["email"] != user["email"].lower() for user, _ in found)
    for user, contact in found:
        assert contact["property_dagster_user_id"] == user["id"]
        assert contact["property_organization_id"] == user["organization_id"]
        assert contact["property_lastname"] == user["last_name"]
        assert contact["property_createdate"] >= user["created_at"]
    known = {contact["property_dagster_user_id"] for _, contact in found}
    assert known == {row["property_dagster_user_id"] for row in contacts.values()} - {None}


def test_companies_are_found_by_the_domain_of_their_people(hubspot: Tables) -> None:
    first: dict[str, Row] = {}
    for row in sorted(hubspot["company"].to_pylist(), key=lambda each: each["property_createdate"]):
        first.setdefault(row["property_domain"], row)
    people: Counter[int] = Counter()
    for contact in hubspot["contact"].to_pylist():
        company = first.get(contact["property_email"].rpartition("@")[2])
        assert contact["property_associatedcompanyid"] == (company and company["id"])
        people[company["id"] if company else 0] += 1
    assert people[0], "nobody has a private address"
    for row in hubspot["company"].to_pylist():
        assert row["property_num_associated_contacts"] == people[row["id"]]


def test_organizations_are_companies_but_for_internal_ones(hubspot: Tables) -> None:
    organizations = organizations_table(COMPANY, TODAY).to_pylist()
    domains = {row["property_domain"] for row in hubspot["company"].to_pylist()}
    internal = {each["domain"] for each in organizations if each["is_internal"]}
    others = {each["domain"] for each in organizations if not each["is_internal"]}
    assert others <= domains
    assert not (internal - others) & domains
    plans = {each["public_id"]: each["plan"] for each in organizations}
    for row in hubspot["company"].to_pylist():
        if row["property_organization_public_id"]:
            assert row["property_dagster_plan"] == plans[row["property_organization_public_id"]]


@pytest.mark.parametrize(
    ("column", "table"),
    [
        ("contact.property_salesforcecontactid", "contact"),
        ("contact.property_salesforceleadid", "lead"),
        ("contact.property_salesforceaccountid", "account"),
        ("company.property_salesforceaccountid", "account"),
        ("deal.property_hs_salesforceopportunityid", "opportunity"),
    ],
)
def test_salesforce_knows_every_record(hubspot: Tables, salesforce: Tables, column: str, table: str) -> None:
    source, name = column.split(".")
    used = Counter(each for each in hubspot[source][name].to_pylist() if each is not None)
    assert used
    assert used.keys() <= set(salesforce[table]["id"].to_pylist())
    if column != "contact.property_salesforceaccountid":
        assert max(used.values()) == 1


def test_contacts_and_deals_say_what_salesforce_says(hubspot: Tables, salesforce: Tables) -> None:
    people = {row["id"]: row for row in salesforce["contact"].to_pylist()}
    for row in hubspot["contact"].to_pylist():
        if other := people.get(row["property_salesforcecontactid"]):
            assert (other["email"].lower(), other["last_name"]) == (
                row["property_email"],
                row["property_lastname"],
            )
    sold = {row["id"]: row for row in salesforce["opportunity"].to_pylist()}
    stages = {row["stage_id"]: row["label"] for row in hubspot["deal_pipeline_stage"].to_pylist()}
    for row in hubspot["deal"].to_pylist():
        other = sold[row["property_hs_salesforceopportunityid"]]
        assert stages[row["deal_pipeline_stage_id"]] == other["stage_name"]
        amount = other["amount"]
        assert row["property_amount"] == (None if amount is None else pytest.approx(float(amount), abs=0.006))


def test_won_deals_are_the_contracts_of_the_product(hubspot: Tables) -> None:
    """What a customer pays now is twelve times a month's commitment, won on the day of the contract; 1 % never came here."""
    by_company = {row["deal_id"]: row["company_id"] for row in hubspot["deal_company"].to_pylist()}
    organization = {row["id"]: row["property_organization_id"] for row in hubspot["company"].to_pylist()}
    won = {
        (organization[by_company[deal["deal_id"]]], deal["property_contract_start_date"].date()): deal
        for deal in hubspot["deal"].to_pylist()
        if deal["property_contract_start_date"]
    }
    found = missed = 0
    for database in ("main", "xregion"):
        customers = product_tables(COMPANY, database, TODAY, ["customer_info"])["customer_info"].to_pylist()
        for row in customers:
            if row["contract_start"] is None or not row["monthly_commitment"]:
                continue
            deal = won.get((row["organization_id"], row["contract_start"]))
            missed += deal is None
            if deal is not None:
                found += 1
                assert deal["property_hs_is_closed_won"]
                assert deal["property_amount"] == pytest.approx(
                    float(12 * row["monthly_commitment"]), abs=0.006
                )
    assert found > 20
    assert missed <= found * 0.06


def test_history_leads_to_what_is_now(hubspot: Tables) -> None:
    contacts = {row["id"]: row for row in hubspot["contact"].to_pylist()}
    runs = assert_history(hubspot["contact_property_history"], "contact_id")
    for (contact, name), rows_ in runs.items():
        if contact not in contacts:
            continue
        now = contacts[contact][f"property_{name}"]
        assert rows_[-1]["value"] == (str(now).lower() if isinstance(now, bool) else str(now))
    assert {contact for contact, name in runs if name == "lifecyclestage"} >= contacts.keys()
    assert any(name == "hubspot_owner_id" and len(rows_) > 2 for (_, name), rows_ in runs.items())
    deals = {row["deal_id"]: row for row in hubspot["deal"].to_pylist()}
    amounts = 0
    for (deal, name), rows_ in assert_history(hubspot["deal_property_history"], "deal_id").items():
        if name == "dealstage":
            assert rows_[-1]["value"] == deals[deal]["deal_pipeline_stage_id"]
        if name == "amount":
            amounts += len(rows_) > 1
            assert float(rows_[-1]["value"]) == deals[deal]["property_amount"]
    assert amounts, "no amount was ever corrected"
    assert_history(hubspot["company_property_history"], "company_id")


def test_stays_in_stages_are_the_history_of_the_stage(hubspot: Tables) -> None:
    columns = ["deal_id", "_fivetran_start", "_fivetran_end", "_fivetran_active", "value"]
    stays = Counter(tuple(row.values()) for row in hubspot["deal_stage"].select(columns).to_pylist())
    history = [row for row in hubspot["deal_property_history"].to_pylist() if row["name"] == "dealstage"]
    assert stays == Counter(tuple(row[column] for column in columns) for row in history)


def test_mistyped_contacts_are_merged_into_the_right_ones(hubspot: Tables) -> None:
    contacts = by_key("hubspot", "contact", hubspot["contact"])
    merges = [row for row in contacts.values() if row["property_hs_merged_object_ids"]]
    assert merges
    for row in merges:
        assert (int(row["property_hs_merged_object_ids"]),) not in contacts
    addresses = defaultdict(set)
    for row in contacts.values():
        addresses["".join(sorted(row["property_email"]))].add(row["property_email"])
    assert any(len(each) > 1 for each in addresses.values()), "nobody mistyped their address and stayed so"


def test_properties_are_those_of_the_objects(hubspot: Tables) -> None:
    declared = {(row["hubspot_object"], row["name"]) for row in hubspot["property"].to_pylist()}
    for thing in ("contact", "company", "deal"):
        columns = {
            name.removeprefix("property_")
            for name in hubspot[thing].column_names
            if name.startswith("property_")
        }
        assert columns <= {name for each, name in declared if each == thing}


def test_what_was_is_still_so_three_months_later(hubspot: Tables) -> None:
    """An id means the same thing on every day; what vanishes is marked as deleted, or is a link of a contact that is gone."""
    before = rows(COMPANY, EARLIER)
    unchanged = (
        "property_email",
        "property_createdate",
        "created",
        "created_at",
        "property_hs_createdate",
        "type",
        "value",
    )
    lost: Counter[str] = Counter()
    for name, table in hubspot.items():
        old, new = by_key("hubspot", name, before[name]), by_key("hubspot", name, table)
        lost[name] = len(old.keys() - new.keys())
        assert lost[name] <= len(old) // 20 or layouts("hubspot")[name].keeps_deleted, name
        for key in old.keys() & new.keys():
            for column in unchanged:
                assert new[key].get(column) == old[key].get(column), (name, key, column)
    links = {"contact_company", "deal_contact", "engagement_contact"}
    marked = {name for name in hubspot if layouts("hubspot")[name].keeps_deleted}
    assert {name for name, count in lost.items() if count} <= links | marked
    assert lost["contact"]


def test_tables_that_are_used_have_rows(hubspot: Tables) -> None:
    unused = ("calendar_", "contact_merge", "email_event_suppressed", "engagement_communication", "feedback_", "lead", "line_item",
              "merged_", "product", "quote", "ticket")  # fmt: skip
    rare = {"email_event_forward", "email_event_print", "email_event_spam_report"}
    for name in layouts("hubspot"):
        if name not in rare:
            assert name.startswith(unused) != (name in hubspot and hubspot[name].num_rows > 0), name


def test_deals_come_minutes_after_salesforce_has_them(hubspot: Tables) -> None:
    for row in hubspot["deal"].to_pylist():
        delay: timedelta = row["property_hs_createdate"] - row["property_createdate"]
        assert timedelta(0) < delay < timedelta(hours=1)
        assert isinstance(row["property_closedate"], datetime)
