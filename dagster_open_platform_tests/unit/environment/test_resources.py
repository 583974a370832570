"""What stands behind the warehouses' keys in each environment."""

from pathlib import Path

import pytest
import yaml

from dagster_open_platform.lib.warehouse import DuckDBWarehouse, SnowflakeWarehouse
from dagster_open_platform.lib.warehouse.errors import MissingCredentials
from dagster_open_platform.resources import default_resources, outbound_resource, warehouse_resource
from dagster_open_platform.utils.databases import OUTBOUND, REPLICAS
from dagster_open_platform.utils.environment_helpers import (
    Environment,
    EnvironmentName,
    get_database_for_environment,
    get_dbt_target,
)
from dagster_open_platform.utils.regions import EU, REGIONS, Region
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
            assert connection.databases() == []


@pytest.mark.parametrize(
    "environment", [BRANCH, DOGFOOD, PROD], ids=lambda environment: environment.name.value
)
def test_elsewhere_both_regions_are_accounts_with_variables_of_their_own(environment: Environment) -> None:
    for warehouse, prefix in (
        (warehouse_resource(environment), "SNOWFLAKE"),
        (warehouse_resource(environment, EU), "SNOWFLAKE_EU"),
        (outbound_resource(environment, EU), "SNOWFLAKE_EU"),
    ):
        assert isinstance(warehouse, SnowflakeWarehouse)
        with (
            pytest.raises(
                MissingCredentials, match=rf"not set: {prefix}_ACCOUNT, {prefix}_USER, {prefix}_PRIVATE_KEY"
            ),
            warehouse.connect(),
        ):
            pass


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
@pytest.mark.parametrize("name", EnvironmentName)
def test_any_environment_can_be_tried_on_files_under_its_own_names(
    name: EnvironmentName, region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "42" if name is EnvironmentName.BRANCH else None
    environment = Environment(name, pull_request_id=number, chosen_engine="duckdb")
    monkeypatch.setenv("WAREHOUSE_DUCKDB_DIR", str(tmp_path))
    monkeypatch.setenv("DAGSTER_CLOUD_PULL_REQUEST_ID", "42")
    warehouse = warehouse_resource(environment, region)
    assert isinstance(warehouse, DuckDBWarehouse)
    assert warehouse.databases["purina"] == get_database_for_environment("purina", environment)
    assert isinstance(outbound_resource(environment, EU), DuckDBWarehouse)
    # dbt opens the files that the platform writes, and attaches them under the same names.
    profile = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())["dagster_open_platform"]
    target = profile["outputs"][get_dbt_target(environment, region)]
    opened = {
        target["path"].rpartition("/")[2]: None,
        **{each["path"].rpartition("/")[2]: each["alias"] for each in target["attach"]},
    }
    shown = {
        file.replace(NUMBER, "42").removesuffix(".duckdb"): alias and alias.replace(NUMBER, "42")
        for file, alias in opened.items()
    }
    unread = {"snowflake", *REPLICAS, get_database_for_environment(OUTBOUND, environment)}
    assert set(shown) == {*warehouse.databases.values()} - unread
    assert all(alias in (None, name) for name, alias in shown.items())


def test_a_branch_has_clones_of_what_its_region_writes_only() -> None:
    for region in REGIONS:
        assert warehouse_resource(BRANCH, region).databases["purina"] == "purina_clone_42"
    assert warehouse_resource(BRANCH, EU).databases["outbound"] == "outbound_clone_42"
    assert outbound_resource(BRANCH, EU).databases == {"outbound": "outbound"}
    assert outbound_resource(BRANCH, EU).written == []


@pytest.mark.parametrize(
    "environment", [BRANCH, DOGFOOD, PROD], ids=lambda environment: environment.name.value
)
@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_dbt_works_as_the_same_role_on_the_same_virtual_warehouse(
    environment: Environment, region: Region
) -> None:
    profiles = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())
    target = profiles["dagster_open_platform"]["outputs"][get_dbt_target(environment, region)]
    warehouse = warehouse_resource(environment, region)
    assert isinstance(warehouse, SnowflakeWarehouse)
    for setting, default in {
        "role": warehouse.default_role,
        "warehouse": warehouse.default_warehouse,
    }.items():
        assert (
            target[setting]
            == f"{{{{ env_var('{region.variable('SNOWFLAKE', setting.upper())}', '') or '{default}' }}}}"
        )
