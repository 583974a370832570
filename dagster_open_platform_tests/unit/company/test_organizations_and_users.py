"""Organizations and users: keys that hold, and rows that stay what they were."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from dagster_open_platform_local.company.github_state import github_tables
from dagster_open_platform_local.company.organizations import ORGANIZATIONS, PLANS, organizations_table
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.users import USERS, users_table

SETTINGS = CompanySettings()
EARLIER, TODAY = date(2026, 8, 1), date(2026, 11, 20)


@pytest.fixture(scope="module")
def organizations() -> pa.Table:
    return organizations_table(SETTINGS, TODAY)


@pytest.fixture(scope="module")
def users() -> pa.Table:
    return users_table(SETTINGS, TODAY)


def test_schemas(organizations: pa.Table, users: pa.Table) -> None:
    assert organizations.schema.equals(ORGANIZATIONS)
    assert users.schema.equals(USERS)


def test_every_user_belongs_to_an_organization_that_was_there_first(
    organizations: pa.Table, users: pa.Table
) -> None:
    created = dict(zip(organizations["id"].to_pylist(), organizations["created_at"].to_pylist(), strict=True))
    for user in users.to_pylist():
        assert created[user["organization_id"]] < user["created_at"] < datetime(2026, 11, 20, tzinfo=UTC)
    # The founders' sign-up is the organization's: each has one, unless it is a minute old.
    assert len(set(users["organization_id"].to_pylist())) >= organizations.num_rows - 1


def test_ids_count_up_with_time(organizations: pa.Table, users: pa.Table) -> None:
    for table in (organizations, users):
        assert table["id"].to_pylist() == list(range(1, table.num_rows + 1))
        created = table["created_at"].to_pylist()
        assert created == sorted(created)


def test_rows_stay_what_they_were(organizations: pa.Table, users: pa.Table) -> None:
    fixed = [
        "id",
        "public_id",
        "name",
        "domain",
        "country",
        "employee_count",
        "is_internal",
        "created_at",
        "region",
    ]
    before = organizations_table(SETTINGS, EARLIER)
    assert 0 < before.num_rows < organizations.num_rows
    assert organizations.slice(0, before.num_rows).select(fixed).equals(before.select(fixed))
    fixed = [
        "id",
        "organization_id",
        "first_name",
        "last_name",
        "email",
        "github_login",
        "role",
        "created_at",
    ]
    people = users_table(SETTINGS, EARLIER)
    assert 0 < people.num_rows < users.num_rows
    assert users.slice(0, people.num_rows).select(fixed).equals(people.select(fixed))


def test_a_changed_row_has_a_new_time_of_change(organizations: pa.Table) -> None:
    before = organizations_table(SETTINGS, EARLIER).to_pylist()
    changed = [(old, new) for old, new in zip(before, organizations.to_pylist(), strict=False) if old != new]
    assert changed
    moment = datetime(2026, 8, 1, tzinfo=UTC)
    assert all(old["updated_at"] < moment <= new["updated_at"] for old, new in changed)


def test_plans_countries_and_addresses(organizations: pa.Table, users: pa.Table) -> None:
    assert set(organizations["plan"].to_pylist()) == set(PLANS)
    assert organizations["country"].null_count > 0
    assert organizations["canceled_at"].null_count < organizations.num_rows
    domains = organizations["domain"].to_pylist()
    assert len(set(domains)) < len(domains)
    emails = [str(email) for email in users["email"].to_pylist()]
    assert len({email.lower() for email in emails}) == len(emails)
    assert any(email.isupper() for email in emails)
    # RFC 2606 keeps these names from belonging to anybody.
    assert all(".example." in email.lower() or email.lower().endswith(".example.org") for email in emails)


def test_some_users_are_authors_on_github(users: pa.Table) -> None:
    tables = github_tables(SETTINGS, TODAY)
    authors = {*tables["issues"]["author"].to_pylist(), *tables["comments"]["author"].to_pylist()}
    logins = [login for login in users["github_login"].to_pylist() if login]
    assert len(set(logins)) == len(logins)
    assert len(authors & set(logins)) > 100
    assert users["github_login"].null_count > users.num_rows / 2
