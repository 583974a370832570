"""The environment is read from the variables that Dagster+ sets, or refused."""

import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_open_platform.lib.dbt.targets import engine_of
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import (
    DBT_TARGETS,
    ENGINES,
    Engine,
    Environment,
    EnvironmentName,
    GitSource,
    InvalidEnvironment,
    environment_scope,
    get_database_for_environment,
    get_dbt_target,
    get_environment,
    get_schema_for_environment,
    parse_environment,
)

BRANCH = {"DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "1", "DAGSTER_CLOUD_PULL_REQUEST_ID": "42"}
PROD = {"DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod"}
DOGFOOD = {"DAGSTER_ORGANIZATION": "dogfood"}
EVERY = {
    EnvironmentName.LOCAL: Environment(EnvironmentName.LOCAL),
    EnvironmentName.BRANCH: Environment(EnvironmentName.BRANCH, pull_request_id="42"),
    EnvironmentName.DOGFOOD: Environment(EnvironmentName.DOGFOOD),
    EnvironmentName.PROD: Environment(EnvironmentName.PROD),
}


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, EnvironmentName.LOCAL),
        ({"DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "0"}, EnvironmentName.LOCAL),
        (BRANCH, EnvironmentName.BRANCH),
        ({**BRANCH, "DAGSTER_CLOUD_DEPLOYMENT_NAME": "3f2a9c"}, EnvironmentName.BRANCH),
        (PROD, EnvironmentName.PROD),
        ({**PROD, "DAGSTER_ORGANIZATION": "purina"}, EnvironmentName.PROD),
        (DOGFOOD, EnvironmentName.DOGFOOD),
        ({**DOGFOOD, "DAGSTER_CLOUD_DEPLOYMENT_NAME": "main"}, EnvironmentName.DOGFOOD),
    ],
)
def test_variables_name_an_environment(variables: dict[str, str], name: EnvironmentName) -> None:
    assert parse_environment(variables).name is name


@pytest.mark.parametrize(
    "claims", [pair for size in (2, 3) for pair in itertools.combinations((BRANCH, PROD, DOGFOOD), size)]
)
def test_contradictory_variables_are_named(claims: tuple[dict[str, str], ...]) -> None:
    variables = {name: value for claim in claims for name, value in claim.items()}
    with pytest.raises(InvalidEnvironment) as error:
        parse_environment(variables)
    for claim in claims:
        assert next(iter(claim)) in str(error.value)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "true"}, "'1', '0' or unset"),
        ({"DAGSTER_CLOUD_DEPLOYMENT_NAME": "production"}, "local, branch, dogfood, prod"),
        ({"DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "1"}, "DAGSTER_CLOUD_PULL_REQUEST_ID"),
        ({"DAGSTER_CLOUD_PULL_REQUEST_ID": "42"}, "DAGSTER_CLOUD_PULL_REQUEST_ID"),
        ({**BRANCH, "DAGSTER_CLOUD_PULL_REQUEST_ID": "42; drop"}, "must be a number"),
        ({"WAREHOUSE_ENGINE": "DuckDB"}, "'DuckDB'; valid values: 'duckdb', 'snowflake' or unset"),
        ({"WAREHOUSE_ENGINE": "snowflake"}, "local cannot have; valid values here: 'duckdb' or unset"),
    ],
)
def test_unknown_values_are_refused_with_the_valid_ones(variables: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidEnvironment, match=named):
        parse_environment(variables)


def test_every_map_is_total() -> None:
    for environment in EVERY.values():
        assert get_dbt_target(environment)
        assert get_schema_for_environment("pypi", environment) == "pypi"
        for database in LOGICAL_DATABASES:
            assert get_database_for_environment(database, environment)


@pytest.mark.parametrize("variables", [{}, BRANCH, DOGFOOD, PROD])
@pytest.mark.parametrize("engine", ["", *get_args(Engine)])
def test_an_engine_is_one_that_the_environment_may_have_and_dbt_follows_it(
    variables: dict[str, str], engine: str
) -> None:
    name = parse_environment(variables).name
    if engine and engine not in DBT_TARGETS[name]:
        with pytest.raises(InvalidEnvironment, match="WAREHOUSE_ENGINE"):
            parse_environment({**variables, "WAREHOUSE_ENGINE": engine})
        return
    found = parse_environment({**variables, "WAREHOUSE_ENGINE": engine})
    assert found.engine == (engine or ENGINES[name])
    assert engine_of(get_dbt_target(found)) == found.engine
    # What things are called does not follow it.
    assert get_database_for_environment("purina", found) == get_database_for_environment(
        "purina", EVERY[name]
    )


def test_only_a_branch_has_databases_of_its_own() -> None:
    for name, environment in EVERY.items():
        physical = get_database_for_environment("purina", environment)
        assert physical == ("purina_clone_42" if name is EnvironmentName.BRANCH else "purina")


def test_an_unknown_database_lists_the_known_ones() -> None:
    with pytest.raises(InvalidEnvironment, match="purina, dwh_reporting"):
        get_database_for_environment("purino", EVERY[EnvironmentName.LOCAL])


def test_a_scope_overrides_the_variables_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in BRANCH.items():
        monkeypatch.setenv(name, value)
    with environment_scope(EVERY[EnvironmentName.PROD]):
        assert get_environment() == EVERY[EnvironmentName.PROD]
    assert get_environment() == EVERY[EnvironmentName.BRANCH]


@given(
    url=st.sampled_from(["https://github.com/a/b", "https://github.com/a/b.git", "https://github.com/a/b/"])
)
def test_the_deployed_commit_is_kept(url: str) -> None:
    variables = {**PROD, "DAGSTER_CLOUD_GIT_URL": url, "DAGSTER_CLOUD_GIT_SHA": "abc"}
    assert parse_environment(variables).git == GitSource("https://github.com/a/b", "abc")
    assert parse_environment(PROD).git is None
