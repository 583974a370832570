"""What stands behind the warehouses' keys in each environment."""

from pathlib import Path

import pytest
import yaml

from dagster_open_platform.lib.warehouse import DuckDBWarehouse, SnowflakeWarehouse
from dagster_open_platform.lib.warehouse.errors import MissingCredentials
from dagster_open_platform.resources import default_resources, warehouse_resource
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    EnvironmentName,
    get_database_for_environment,
    get_dbt_target,
)
from dagster_open_platform_dbt import PROJECT_DIR

LOCAL = Environment(EnvironmentName.LOCAL)
BRANCH = Environment(EnvironmentName.BRANCH, pull_request_id="42")
PROD = Environment(EnvironmentName.PROD)
NUMBER = "{{ env_var('DAGSTER_CLOUD_PULL_REQUEST_ID') }}"
DOGFOOD = Environment(EnvironmentName.DOGFOOD)


def test_a_laptop_has_files_for_both_regions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = default_resources(LOCAL)
    for key, variable in {
        "warehouse": "WAREHOUSE_DUCKDB_DIR",
        "warehouse_eu": "WAREHOUSE_EU_DUCKDB_DIR",
    }.items():
        warehouse = resources[key]
        assert isinstance(warehouse, DuckDBWarehouse)
        with pytest.raises(MissingCredentials, match=variable), warehouse.connect():
            pass
        (tmp_path / key).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / key))
        with warehouse.connect() as connection:
            connection.execute("CREATE TABLE purina.main.t AS SELECT 1 AS n")
        assert (tmp_path / key / "purina.duckdb").is_file()


@pytest.mark.parametrize(
    "environment", [BRANCH, DOGFOOD, PROD], ids=lambda environment: environment.name.value
)
def test_elsewhere_both_regions_are_accounts_with_variables_of_their_own(environment: Environment) -> None:
    for region, prefix in {None: "SNOWFLAKE", "EU": "SNOWFLAKE_EU"}.items():
        warehouse = warehouse_resource(environment, region)
        assert isinstance(warehouse, SnowflakeWarehouse)
        with (
            pytest.raises(
                MissingCredentials, match=rf"not set: {prefix}_ACCOUNT, {prefix}_USER, {prefix}_PRIVATE_KEY"
            ),
            warehouse.connect(),
        ):
            pass


@pytest.mark.parametrize("name", EnvironmentName)
def test_any_environment_can_be_tried_on_files_under_its_own_names(
    name: EnvironmentName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "42" if name is EnvironmentName.BRANCH else None
    environment = Environment(name, pull_request_id=number, chosen_engine="duckdb")
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    monkeypatch.setenv("DAGSTER_CLOUD_PULL_REQUEST_ID", "42")
    warehouse = warehouse_resource(environment)
    assert isinstance(warehouse, DuckDBWarehouse)
    assert warehouse.databases["purina"] == get_database_for_environment("purina", environment)
    assert isinstance(warehouse_resource(environment, "EU"), DuckDBWarehouse)
    # dbt opens the files that the platform writes, and attaches them under the same names.
    profile = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())["dagster_open_platform"]
    target = profile["outputs"][get_dbt_target(environment)]
    opened = {
        target["path"].rpartition("/")[2]: None,
        **{each["path"].rpartition("/")[2]: each["alias"] for each in target["attach"]},
    }
    shown = {
        file.replace(NUMBER, "42").removesuffix(".duckdb"): alias and alias.replace(NUMBER, "42")
        for file, alias in opened.items()
    }
    assert set(shown) == {*warehouse.databases.values()} - {"snowflake"}
    assert all(alias in (None, name) for name, alias in shown.items())


def test_a_branch_has_clones_of_the_platform_s_own_databases_only() -> None:
    assert warehouse_resource(BRANCH).databases["purina"] == "purina_clone_42"
    assert warehouse_resource(BRANCH, "EU").databases["purina"] == "purina"


@pytest.mark.parametrize(
    "environment", [BRANCH, DOGFOOD, PROD], ids=lambda environment: environment.name.value
)
def test_dbt_works_as_the_same_role_on_the_same_virtual_warehouse(environment: Environment) -> None:
    profiles = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())
    target = profiles["dagster_open_platform"]["outputs"][get_dbt_target(environment)]
    warehouse = warehouse_resource(environment)
    assert isinstance(warehouse, SnowflakeWarehouse)
    for setting, default in {
        "role": warehouse.default_role,
        "warehouse": warehouse.default_warehouse,
    }.items():
        assert target[setting] == f"{{{{ env_var('SNOWFLAKE_{setting.upper()}', '') or '{default}' }}}}"
