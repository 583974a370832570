"""Where each target puts things: the macros against the platform's own map, and one developer against another."""

from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import SourceDefinition

from dagster_open_platform.lib.dbt.targets import ENGINES
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    EnvironmentName,
    get_database_for_environment,
    get_dbt_target,
    get_schema_for_environment,
)
from dagster_open_platform_tests.fixtures.dbt import DELIVERED
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt
from dagster_open_platform_tests.integration.dbt.parsed import copy_of_names


@pytest.fixture(autouse=True)
def _nobodys_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "DAGSTER_CLOUD_PULL_REQUEST_ID",
        "DBT_DEV_DATABASE",
        "DBT_DEV_SCHEMA",
        "DBT_CI_DATABASE",
        "DBT_CI_SCHEMA",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is tested, without tests and queries: a name does not depend on them."""
    return copy_of_names(tmp_path_factory.mktemp("names") / "project")


@pytest.fixture(scope="module")
def known(dbt_local: InProcessDbt) -> dict[str, Manifest]:
    """Targets to what was parsed with them and is the same for all who have them."""
    return {dbt_local.target: dbt_local.manifest}


def places(project: Manifest) -> set[tuple[str, str, str, str]]:
    """Logical and physical database and schema of everything that is built, and of what is read."""
    built = {
        (node.config.database or "", node.config.schema or "", node.database or "", node.schema)
        for node in project.nodes.values()
        if node.resource_type in ("model", "seed", "snapshot")
    }
    return built | {
        (logical_database(source), source.schema, source.database or "", source.schema)
        for source in project.sources.values()
    }


def logical_database(source: SourceDefinition) -> str:
    """The database of a source: what others fill has the same name in every environment."""
    return source.database if source.database in DELIVERED else "purina"


@pytest.mark.parametrize("name", EnvironmentName)
def test_environments_name_things_as_python_does(
    name: EnvironmentName,
    project: Path,
    known: dict[str, Manifest],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = Environment(name, pull_request_id="42" if name is EnvironmentName.BRANCH else None)
    if environment.pull_request_id:
        monkeypatch.setenv("DAGSTER_CLOUD_PULL_REQUEST_ID", environment.pull_request_id)
    target = get_dbt_target(environment)
    if target not in known:
        known[target] = InProcessDbt(tmp_path, target, project).parsed().manifest
    found = places(known[target])
    assert {database for database, *_ in found} == {"purina", "dwh_reporting", *DELIVERED}
    for logical, logical_schema, database, schema in found:
        assert database == get_database_for_environment(logical, environment)
        assert schema == get_schema_for_environment(logical_schema, environment)


@pytest.mark.parametrize("target", ["dev", "personal", "ci"])
def test_people_and_runs_keep_apart(
    target: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_CI_SCHEMA" if target == "ci" else "DBT_DEV_SCHEMA", "ann")
    found = places(InProcessDbt(tmp_path, target, project).parsed().manifest)
    assert ENGINES[target] == "snowflake"
    for logical, logical_schema, database, schema in found:
        if logical in ("purina", *DELIVERED):
            assert (database, schema) == (logical, logical_schema)
        else:
            assert database == ("dwh_ci" if target == "ci" else "dwh_development")
            assert schema == f"ann_{logical_schema}"


def test_a_branch_without_a_pull_request_is_refused(tmp_path: Path) -> None:
    result = InProcessDbt(tmp_path, "branch_deployment").call("parse")
    assert not result.success
    assert "DAGSTER_CLOUD_PULL_REQUEST_ID" in str(result.exception)
