"""What the company's tools say of the same campaigns, people and customers."""

import re
from typing import Any

import pytest

from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_tests.unit.company_fivetran.made import SETTINGS, TODAY, rows, table

CAMPAIGNS = {
    "salesforce.campaign.name": "salesforce",
    "google_ads.campaign_history.name": "google",
    "linkedin_ads.campaign_history.name": "linkedin",
    "reddit_ads.campaign.name": "reddit",
    "bingads.campaign_history.name": "bing",
}
"""Where a tool names campaigns, and the channel of those that it may know."""
SOURCES = (
    "salesforce.contact.utm_campaign_c",
    "salesforce.lead.utm_campaign_c",
    "salesforce.campaign.utm_campaign_c",
)
"""Columns with the tag of a campaign in links."""
PRIVATE = "mail.example.org"
_TOP = ("com", "io", "ai", "co", "dev", "net")


def values(column: str) -> set[Any]:
    connector, name, field = column.split(".")
    return set(rows(connector)[name][field].to_pylist()) - {None}


@pytest.mark.parametrize(("column", "channel"), CAMPAIGNS.items())
def test_campaigns_that_a_tool_names_are_the_company_s(column: str, channel: str) -> None:
    begun = [
        each for each in campaigns(SETTINGS) if each.start < TODAY and channel in (each.channel, "salesforce")
    ]
    names = {each.name for each in begun} | {each.former_name for each in begun}
    found = values(column)
    assert found
    assert found <= names


@pytest.mark.parametrize("column", SOURCES)
def test_tags_in_links_are_those_of_campaigns(column: str) -> None:
    found = values(column)
    assert len(found) > 10
    assert found <= {each.utm_campaign for each in campaigns(SETTINGS)}


def test_analytics_sees_tags_of_campaigns_that_had_begun() -> None:
    starts = {each.utm_campaign: each.start for each in campaigns(SETTINGS)}
    seen = 0
    for row in table("google_analytics_4", "session_source_medium_campaign"):
        name = row["session_campaign_name"]
        if name is None or name.startswith("("):
            continue
        start = (
            starts[name]
            if name in starts
            else next(each.start for each in campaigns(SETTINGS) if name in (each.name, each.former_name))
        )
        assert row["date"] >= start, name
        seen += 1
    assert seen > 1_000


def _domain(text: str) -> str:
    return re.sub(r"^(https?://)?(www\.)?", "", text.lower()).rstrip("/")


def test_contacts_write_from_the_domain_of_their_account() -> None:
    sites = {row["id"]: _domain(row["website"]) for row in table("salesforce", "account") if row["website"]}
    same = strange = private = 0
    for row in table("salesforce", "contact"):
        if row["email"] is None or row["account_id"] not in sites:
            continue
        domain = row["email"].lower().partition("@")[2]
        if domain == PRIVATE:
            private += 1
        elif domain == sites[row["account_id"]]:
            same += 1
        else:
            strange += 1
    assert same > 2_500
    assert private < 0.15 * same
    assert strange < 0.01 * same


def test_accounts_of_customers_are_organizations() -> None:
    public = dict(
        zip(
            *(organizations_table(SETTINGS, TODAY)[name].to_pylist() for name in ("public_id", "domain")),
            strict=True,
        )
    )
    (column,) = {name for name in rows("salesforce")["account"].column_names if name == "organization_id_c"}
    known = [row for row in table("salesforce", "account") if row[column]]
    agree = [row for row in known if row["website"] and public.get(row[column]) == _domain(row["website"])]
    assert len(known) > 300
    assert len(agree) > 0.9 * len(known)


def test_linear_s_customers_are_salesforce_s_accounts() -> None:
    sites = {_domain(row["website"]) for row in table("salesforce", "account") if row["website"]}
    domains = {row["domains"].strip('[]"') for row in table("linear", "customer")}
    assert len(domains) > 100
    # Salesforce lacks the web site of some.
    assert len(domains & sites) > 0.85 * len(domains)


def test_no_address_leads_anywhere() -> None:
    """Every address of a person is at a domain that nobody can own (RFC 2606, and `example` under the others)."""
    for connector in CONNECTORS:
        for name, found in rows(connector.name).items():
            for field in found.schema:
                if field.name not in ("email", "email_address", "property_email"):
                    continue
                for address in set(found[field.name].drop_null().to_pylist()):
                    domain = address.lower().partition("@")[2]
                    assert domain == "" or "example" in domain.split("."), (connector.name, name, address)
