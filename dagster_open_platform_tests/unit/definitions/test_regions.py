"""Two code locations of one Dagster: whose an asset is, and that each is whole by itself."""

from collections.abc import Set
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.conformance.graph import described
from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.lib.definition_checks import InvalidDefinitions, check_definitions
from dagster_open_platform.utils.environment_helpers import Environment, get_database_for_environment
from dagster_open_platform.utils.regions import EU, REGIONS, US, Region
from dagster_open_platform_tests.fixtures.definitions import (
    ENVIRONMENTS,
    LOCAL,
    PROD,
    definitions_in,
    eu_definitions_in,
)


def keys(defs: dg.Definitions) -> Set[dg.AssetKey]:
    """Every key of a code location, those that it only reads among them."""
    return defs.resolve_asset_graph().get_all_asset_keys()


def resource(defs: dg.Definitions, key: str) -> Any:
    return (defs.resources or {})[key]


def test_no_asset_is_of_both() -> None:
    american, european = keys(definitions_in(LOCAL)), keys(eu_definitions_in(LOCAL))
    assert american
    assert european
    assert american & european == set()
    assert {key.path[0] for key in european} == {"eu"}


def test_the_eu_reads_nothing_that_is_not_the_eus_own() -> None:
    graph = eu_definitions_in(LOCAL).resolve_asset_graph()
    external = {key for key in keys(eu_definitions_in(LOCAL)) if key not in graph.materializable_asset_keys}
    assert {tuple(key.path[:2]) for key in external} == {("eu", "postgres")}


def test_the_american_side_knows_what_is_let_out_and_nothing_else_of_the_eu() -> None:
    defs = definitions_in(LOCAL)
    seen = {key.path[-1] for key in keys(defs) if key.path[0] == "snowflake_eu"}
    let_out = {key.path[-1] for key in keys(eu_definitions_in(LOCAL)) if key.path[:2] == ["eu", "outbound"]}
    cloned = {key.path[-1] for key in keys(defs) if "cloud_product_eu" in key.path}
    assert seen == let_out == cloned != set()
    assert {*resource(defs, "warehouse_eu").databases} == {"outbound"}


@pytest.mark.parametrize("environment", ENVIRONMENTS[1:], ids=lambda environment: environment.name.value)
def test_the_eus_graph_is_the_same_in_every_environment(environment: Environment) -> None:
    assert described(eu_definitions_in(environment)) == described(eu_definitions_in(LOCAL))


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda environment: environment.name.value)
def test_a_regions_warehouse_is_its_own(environment: Environment) -> None:
    american = resource(definitions_in(environment), "warehouse")
    european = resource(eu_definitions_in(environment), "warehouse")
    assert type(american) is type(european)
    if environment.engine == "duckdb":
        assert american.directory.env_var_name == "WAREHOUSE_DUCKDB_DIR"
        assert european.directory.env_var_name == "WAREHOUSE_EU_DUCKDB_DIR"
    else:
        assert (american.variables, european.variables) == ("SNOWFLAKE", "SNOWFLAKE_EU")
    assert set(european.written) == {
        get_database_for_environment(name, environment) for name in ("purina", "dwh_reporting", "outbound")
    }


def test_every_asset_of_the_eu_says_what_it_is_and_is_run_by_somebody() -> None:
    defs = eu_definitions_in(LOCAL)
    made = defs.resolve_asset_graph().materializable_asset_keys
    for spec in defs.resolve_all_asset_specs():
        assert spec.owners, spec.key
        assert spec.description, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name not in (None, "default"), spec.key
        assert (spec.automation_condition is not None) == (spec.key in made), spec.key
        assert (spec.freshness_policy is not None) == (spec.key in made), spec.key


def test_the_eus_definitions_are_valid_and_all_of_its_jobs_can_be_made() -> None:
    defs = eu_definitions_in(PROD)
    dg.Definitions.validate_loadable(defs)
    repository = defs.get_repository_def()
    assert {"cloud_product", "outbound", "staging", "source_freshness"} <= set(repository.job_names)


@pytest.mark.parametrize(("region", "key"), [(EU, "sling/x"), (EU, "euro/x"), (US, "eu/x")])
def test_a_key_of_another_region_is_refused_with_its_place(region: Region, key: str) -> None:
    @dg.asset(key=key.split("/"))
    def misplaced() -> None: ...

    with pytest.raises(InvalidDefinitions, match=rf"{Path(__file__).name}:\d+: asset '{key}' is no key of"):
        check_definitions(dg.Definitions(assets=[misplaced]), region)


@pytest.mark.parametrize("region", REGIONS)
def test_a_key_of_the_own_region_is_not(region: Region) -> None:
    @dg.asset(key=[*region.key_prefix, "x"])
    def placed() -> None: ...

    check_definitions(dg.Definitions(assets=[placed]), region)


def test_the_americans_definitions_over_the_eus_folder_are_refused() -> None:
    import dagster_open_platform_eu.defs

    with pytest.raises(InvalidDefinitions, match="eu/ is another region's"):
        build_definitions(environment=LOCAL, defs_module=dagster_open_platform_eu.defs)
