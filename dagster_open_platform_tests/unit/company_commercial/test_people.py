"""Staff, accounts and contacts: who belongs to whom, and what stays what it was."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from dagster_open_platform_local.company.commercial.accounts import CrmAccounts, crm_accounts
from dagster_open_platform_local.company.commercial.campaigns import campaigns
from dagster_open_platform_local.company.commercial.contacts import FIRST_LEAD, CrmContacts, crm_contacts
from dagster_open_platform_local.company.commercial.staff import ROLES, sales_people
from dagster_open_platform_local.company.moments import NEVER, unix_seconds
from dagster_open_platform_local.company.organizations import organizations_table
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import users_table
from dagster_open_platform_local.company.warehouse.staff import DOMAIN

SETTINGS = CompanySettings()
EARLIER, TODAY = date(2026, 8, 1), date(2026, 11, 20)


@pytest.fixture(scope="module")
def accounts() -> CrmAccounts:
    return crm_accounts(SETTINGS, TODAY)


@pytest.fixture(scope="module")
def contacts() -> CrmContacts:
    return crm_contacts(SETTINGS, TODAY)


def test_staff_counts_up_and_only_leaves() -> None:
    before, after = sales_people(SETTINGS, EARLIER), sales_people(SETTINGS, TODAY)
    assert [each.number for each in after] == list(range(len(after)))
    assert {each.role for each in after} == set(ROLES)
    assert len({each.email for each in after}) == len(after)
    assert all(each.email.endswith(f"@{DOMAIN}") for each in after)
    assert len(before) < len(after)
    moment = unix_seconds(EARLIER)
    for old, new in zip(before, after, strict=False):
        assert (old.email, old.role, old.hired) == (new.email, new.role, new.hired)
        assert old.left == (new.left if new.left < moment else NEVER)
    assert any(each.left < NEVER for each in after)


def test_every_organization_that_matters_has_an_account_and_internal_ones_have_none(
    accounts: CrmAccounts,
) -> None:
    organizations = organizations_table(SETTINGS, TODAY).to_pylist()
    users = users_table(SETTINGS, TODAY)["organization_id"].to_pylist()
    paying = {
        number
        for database in ("main", "xregion")
        for number in product_tables(SETTINGS, database, TODAY, ["customer_info"])["customer_info"][
            "organization_id"
        ].to_pylist()
    }
    counts = np.bincount(users, minlength=len(organizations) + 1).tolist()
    known = set(accounts.organization.tolist()) - {0}
    for each in organizations:
        matters = counts[each["id"]] >= 5 or each["plan"] in ("PRO", "ENTERPRISE") or each["id"] in paying
        if each["is_internal"]:
            assert each["id"] not in known
        elif matters:
            assert each["id"] in known
    by_id = {each["id"]: each for each in organizations}
    for i in np.flatnonzero(accounts.organization > 0).tolist():
        organization = by_id[int(accounts.organization[i])]
        assert accounts.public_id[i].as_py() == organization["public_id"]
        assert accounts.domain[i].as_py() == organization["domain"]
        assert (accounts.billed[i] < NEVER) == (organization["id"] in paying)


def test_duplicates_are_of_the_same_organization_and_spelled_otherwise(accounts: CrmAccounts) -> None:
    twice = np.flatnonzero(accounts.duplicate_of >= 0)
    assert 0 < twice.size < 0.03 * (accounts.organization > 0).sum()
    for i, first in zip(twice.tolist(), accounts.duplicate_of[twice].tolist(), strict=True):
        assert accounts.organization[i] == accounts.organization[first] > 0
        assert accounts.created[i] > accounts.created[first]
        assert accounts.name[i] != accounts.name[first]
    once = accounts.organization[(accounts.organization > 0) & (accounts.duplicate_of < 0)]
    assert len(set(once.tolist())) == once.size


def test_prospects_never_have_a_domain_of_an_organization(accounts: CrmAccounts) -> None:
    prospects = accounts.organization == 0
    assert prospects.sum() > 300
    domains = np.array(accounts.domain.to_pylist())
    assert not set(domains[prospects]) & set(organizations_table(SETTINGS, TODAY)["domain"].to_pylist())
    assert all(accounts.public_id.is_null().to_numpy(zero_copy_only=False) == (accounts.organization == 0))


def test_owners_are_there_when_they_get_an_account(accounts: CrmAccounts) -> None:
    people = sales_people(SETTINGS, TODAY)
    for i in range(accounts.number.size):
        owner = people[accounts.owners.owner[i]]
        assert owner.role == "AE"
        assert owner.left == NEVER
        assert owner.hired <= accounts.owners.since[i] or owner.number == 1
    moved = accounts.owners.first != accounts.owners.owner
    assert moved.any()
    assert all(people[number].left < NEVER for number in accounts.owners.first[moved])


def test_accounts_and_contacts_stay_who_they_were(accounts: CrmAccounts, contacts: CrmContacts) -> None:
    before = crm_accounts(SETTINGS, EARLIER)
    place = {number: i for i, number in enumerate(accounts.number.tolist())}
    merged = [number for number in before.number.tolist() if number not in place]
    assert all(number % 2 for number in merged)
    for i, number in enumerate(before.number.tolist()):
        if number in place:
            k = place[number]
            assert before.created[i] == accounts.created[k] < unix_seconds(EARLIER)
            assert before.organization[i] == accounts.organization[k]
            assert before.domain[i] == accounts.domain[k]
            assert before.owners.first[i] == accounts.owners.first[k]
    people, now = crm_contacts(SETTINGS, EARLIER), {n: i for i, n in enumerate(contacts.number.tolist())}
    assert 0 < people.number.size < contacts.number.size
    for i, number in enumerate(people.number.tolist()):
        k = now[number]
        assert people.email[i] == contacts.email[k]
        assert people.created[i] == contacts.created[k]
        assert people.campaign[i] == contacts.campaign[k]
        if people.converted[i] < NEVER:
            assert people.converted[i] == contacts.converted[k]


def test_contacts_are_users_of_their_accounts_and_leads(accounts: CrmAccounts, contacts: CrmContacts) -> None:
    users = users_table(SETTINGS, TODAY)
    emails, organizations = users["email"].to_pylist(), users["organization_id"].to_pylist()
    known = set(accounts.organization.tolist())
    wanted = {number for number, each in enumerate(organizations, start=1) if each in known}
    assert wanted == set(contacts.user.tolist()) - {0}
    for i in np.flatnonzero(~contacts.is_lead).tolist():
        user = int(contacts.user[i])
        assert contacts.email[i].as_py() == emails[user - 1]
        assert accounts.organization[contacts.account[i]] == organizations[user - 1]
        assert contacts.created[i] >= accounts.created[contacts.account[i]]
    leads = np.flatnonzero(contacts.is_lead)
    assert (contacts.number[leads] > FIRST_LEAD).all()
    assert (accounts.organization[contacts.account[leads[contacts.account[leads] >= 0]]] == 0).all()
    assert not {contacts.email[i].as_py().lower() for i in leads.tolist()} & {e.lower() for e in emails}
    # Some filled in two forms.
    assert 0.95 < len({contacts.email[i].as_py().lower() for i in leads.tolist()}) / leads.size < 1
    converted = leads[contacts.converted[leads] < NEVER]
    assert 0.1 < converted.size / leads.size < 0.5
    assert (contacts.account[converted] >= 0).all()
    assert (contacts.converted[converted] > contacts.created[converted]).all()


def test_campaigns_of_leads_ran_on_their_day(contacts: CrmContacts) -> None:
    every = campaigns(SETTINGS)
    leads = np.flatnonzero(contacts.is_lead)
    known = leads[contacts.campaign_index[leads] >= 0]
    assert 0.5 < known.size / leads.size < 0.8
    for i in known.tolist():
        campaign = every[contacts.campaign_index[i]]
        assert campaign.utm_campaign == contacts.campaign[i].as_py()
        assert campaign.runs_on(datetime.fromtimestamp(int(contacts.created[i]), UTC).date())
    assert all(contacts.campaign[i].as_py() == "" for i in leads[contacts.campaign_index[leads] < 0].tolist())
