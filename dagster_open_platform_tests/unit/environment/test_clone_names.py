"""A pull request's databases have one name each, and no other name is taken for one of theirs."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagster_open_platform.utils.clone_names import DatabaseClone, parse_clone_name
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import (
    ROLES,
    WAREHOUSES,
    Environment,
    EnvironmentName,
    InvalidEnvironment,
    get_database_for_environment,
    get_role_for_environment,
    get_warehouse_for_environment,
)

DATABASES = st.sampled_from(LOGICAL_DATABASES)
PULL_REQUESTS = st.text(alphabet="0123456789", min_size=1, max_size=18)
# What people and other tools might call a database, near the pattern and far from it.
NEAR = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            [
                *LOGICAL_DATABASES,
                "_clone_",
                "_CLONE_",
                "7",
                "42",
                "\u0667",
                "\u2166",
                "_",
                "-",
                ".",
                '"',
                "\n",
                " ",
                ";",
                "p",
                "PURINA",
            ]
        ),
        max_size=6,
    ),
)


@given(database=DATABASES, pull_request=PULL_REQUESTS)
def test_a_name_is_made_and_read_by_the_same_rule(database: str, pull_request: str) -> None:
    clone = DatabaseClone(database, pull_request)
    branch = Environment(EnvironmentName.BRANCH, pull_request_id=pull_request)

    assert parse_clone_name(clone.name) == clone
    assert get_database_for_environment(database, branch) == clone.name


@given(name=NEAR | st.text())
@example("purina_clone_7\n")
@example("PURINA_CLONE_7")
@example("purina_clone_7_backup")
@example("my_purina_clone_7")
@example("purina_clone_")
@example("purina")
def test_whatever_is_read_is_exactly_what_is_made(name: str) -> None:
    clone = parse_clone_name(name)

    if clone is None:
        assert not re.search(r"\A(purina|dwh_reporting)_clone_[0123456789]{1,18}\Z", name)
    else:
        assert clone.name == name
        assert clone.database in LOGICAL_DATABASES
        assert name not in LOGICAL_DATABASES


@pytest.mark.parametrize(
    ("database", "pull_request"),
    [
        ("purina", ""),
        ("purina", "4a"),
        ("purina", "\u0667"),
        ("purina", "1" * 19),
        ("purino", "4"),
        ("", "4"),
        ("purina_clone_1", "2"),
    ],
)
def test_there_is_no_clone_of_something_else(database: str, pull_request: str) -> None:
    with pytest.raises(InvalidEnvironment, match="purina, dwh_reporting"):
        DatabaseClone(database, pull_request)


def test_a_role_and_a_warehouse_are_decided_for_every_environment() -> None:
    assert set(ROLES) == set(WAREHOUSES) == set(EnvironmentName)
    branch = Environment(EnvironmentName.BRANCH, pull_request_id="42")
    prod = Environment(EnvironmentName.PROD)
    for of in (get_role_for_environment, get_warehouse_for_environment):
        assert of(Environment(EnvironmentName.LOCAL)) is None
        assert of(branch)
        assert of(prod)
    # What is in a clone belongs to production's role; a pull request's computing is billed apart.
    assert get_role_for_environment(branch) == get_role_for_environment(prod)
    assert get_warehouse_for_environment(branch) != get_warehouse_for_environment(prod)
