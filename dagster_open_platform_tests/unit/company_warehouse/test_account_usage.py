"""Snowflake's shared views: their columns, who has which role, and that nothing ever disappears."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import ROLES, EnvironmentName
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.company.warehouse.account_usage import account_usage_tables

COMPANY = CompanySettings()
TODAY = date(2026, 11, 24)
KEYS = {
    "users": ("user_id",),
    "roles": ("role_id",),
    "grants_to_users": ("role", "grantee_name", "created_on"),
    "grants_to_roles": ("privilege", "granted_on", "name", "grantee_name"),
    "databases": ("database_id",),
}
CREATED = {"databases": "created"}
GONE = {"databases": "deleted"}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def found() -> dict[str, list[Row]]:
    return {name: rows.to_pylist() for name, rows in account_usage_tables(COMPANY, TODAY).items()}


def by_key(name: str, table: pa.Table) -> dict[tuple[Any, ...], Row]:
    rows = {tuple(row[each] for each in KEYS[name]): row for row in table.to_pylist()}
    assert len(rows) == table.num_rows, name
    return rows


@settings(max_examples=12)
@given(seed=st.integers(0, 50), age=st.integers(0, 200), days=st.integers(0, 60))
def test_nothing_disappears_and_nothing_is_early(seed: int, age: int, days: int) -> None:
    """Rows stay, with the moment at which what they tell of ended; that moment does not change any more."""
    company = CompanySettings(seed=seed)
    start = company.epoch + timedelta(days=age)
    end = start + timedelta(days=days)
    before, after = account_usage_tables(company, start), account_usage_tables(company, end)
    assert before.keys() == KEYS.keys()
    for name, table in after.items():
        old, new = by_key(name, before[name]), by_key(name, table)
        assert old.keys() <= new.keys(), name
        created, gone = CREATED.get(name, "created_on"), GONE.get(name, "deleted_on")
        for key, row in new.items():
            assert row[created] < moment(end)
            assert row[gone] is None or row[created] < row[gone] < moment(end)
            if key in old:
                assert row[created] == old[key][created]
                assert old[key][gone] in (None, row[gone])
            else:
                assert row[created] >= moment(start)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_people_and_services_log_in_in_their_own_ways(found: dict[str, list[Row]]) -> None:
    users = found["users"]
    assert {row["type"] for row in users} == {"PERSON", "SERVICE", "LEGACY_SERVICE"}
    for row in users:
        assert (row["email"] is not None) == row["has_mfa"] == (row["type"] == "PERSON")
        assert row["has_rsa_public_key"] == (row["type"] == "SERVICE")
        assert row["has_password"] == (row["type"] == "LEGACY_SERVICE")
        if row["last_success_login"] is not None:
            assert row["created_on"] < row["last_success_login"] < moment(TODAY)
    assert len({row["name"] for row in users}) == len(users) > 20


def test_some_are_disabled_some_dropped_some_roles_revoked(found: dict[str, list[Row]]) -> None:
    users = {row["name"]: row for row in found["users"]}
    disabled = [row for row in users.values() if row["disabled"]]
    dropped = [row for row in users.values() if row["deleted_on"]]
    assert 0 < len(disabled) < len(users) / 2
    assert all(row["disabled"] for row in dropped)
    revoked = [row for row in found["grants_to_users"] if row["deleted_on"]]
    assert 0 < len(revoked) < len(found["grants_to_users"]) / 2
    for row in found["grants_to_users"]:
        # Who left has nothing any more.
        if users[row["grantee_name"]]["type"] == "PERSON" and users[row["grantee_name"]]["disabled"]:
            assert row["deleted_on"] is not None
    assert [row for row in found["roles"] if row["deleted_on"]]
    assert [row for row in found["grants_to_roles"] if row["deleted_on"]]


def test_grants_are_of_what_there_is(found: dict[str, list[Row]]) -> None:
    roles = {row["name"] for row in found["roles"]}
    databases = {row["database_name"] for row in found["databases"]}
    assert {row["role"] for row in found["grants_to_users"]} <= roles
    assert {row["grantee_name"] for row in found["grants_to_users"]} <= {
        row["name"] for row in found["users"]
    }
    assert {row["grantee_name"] for row in found["grants_to_roles"]} <= roles
    for row in found["grants_to_roles"]:
        if row["granted_on"] != "WAREHOUSE":
            assert row["name"] in {"ROLE": roles, "DATABASE": databases}[row["granted_on"]]


def test_the_platforms_roles_and_databases_are_there(found: dict[str, list[Row]]) -> None:
    roles, users = {row["name"] for row in found["roles"]}, {row["name"] for row in found["users"]}
    for environment in EnvironmentName:
        assert ROLES[environment] is None or ROLES[environment] in roles & users
    living = {row["database_name"] for row in found["databases"] if row["deleted"] is None}
    assert {name.upper() for name in LOGICAL_DATABASES if name != "snowflake"} <= living
    clones = [row for row in found["databases"] if "_CLONE_" in row["database_name"]]
    assert len(clones) > 20
    assert sum(row["deleted"] is None for row in clones) <= 4


def test_columns_are_snowflakes(found: dict[str, list[Row]]) -> None:
    """The first and last columns of each view's documentation, and how many there are."""
    shapes = {name: [*rows[0]] for name, rows in found.items()}
    assert {name: (names[0], names[-1], len(names)) for name, names in shapes.items()} == {
        "users": ("user_id", "schema_id", 33),
        "roles": ("role_id", "owner_role_type", 10),
        "grants_to_users": ("created_on", "granted_by", 6),
        "grants_to_roles": ("created_on", "object_instance", 14),
        "databases": ("database_id", "owner_role_type", 12),
    }
