"""Blocks and tables of the documentation say what the code says."""

import re

import dagster as dg
import pytest

from dagster_open_platform.conformance.clauses import CLAUSES
from dagster_open_platform.lib.automation_sensors import RUNNING_BY_DEFAULT
from dagster_open_platform.lib.warehouse.capabilities import CAPABILITIES
from dagster_open_platform.operations.doctor.systems import declared_for, systems_of
from dagster_open_platform.resources import default_resources
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.environment_helpers import (
    EnvironmentName,
    get_database_for_environment,
    get_dbt_target,
    get_role_for_environment,
    get_warehouse_for_environment,
    parse_environment,
)
from dagster_open_platform_tests.fixtures.definitions import LOCAL, PROD, definitions_in, eu_definitions_in
from dagster_open_platform_tests.fixtures.documentation import INLINE, blocks, pages
from dagster_open_platform_tests.fixtures.repository import ROOT
from dagster_open_platform_tests.fixtures.walked import LANGUAGES, PAGES

ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)


def rows(page: str) -> list[list[str]]:
    """The cells of a page's tables."""
    return [[cell.strip() for cell in row.split(" | ")] for row in ROW.findall((ROOT / page).read_text())]


def test_what_looks_like_a_files_content_is_in_that_file() -> None:
    """Blocks of other pages than the walk-throughs, whose blocks are written and run."""
    others = [block for page in pages() if page not in PAGES for block in blocks(page)]
    wrong = [
        str(block)
        for block in others
        if block.language in (*LANGUAGES, "sql")
        and not (block.place and block.content in (ROOT / block.place).read_text())
    ]
    assert wrong == []


def test_the_capabilities_of_the_page_are_those_of_the_engines() -> None:
    expected = [
        [capability.value, *((ways[engine] or "**cannot**") for engine in ("duckdb", "snowflake"))]
        for capability, ways in CAPABILITIES.items()
    ]
    found = rows("docs/snowflake.md")
    assert [row for row in expected if row not in found] == []
    capabilities = {capability.value for capability in CAPABILITIES}
    assert len([row for row in found if row[0] in capabilities]) == len(expected)


def test_each_system_of_the_doctor_is_explained_with_its_variables() -> None:
    systems = systems_of(default_resources(PROD))
    declared = declared_for(systems)
    found = {
        row[0].strip("`"): row[1] for row in rows("docs/from-clone-to-your-company.md") if row[0][:1] == "`"
    }
    assert found.keys() == {system.name for system in systems}
    in_warehouse = [system.name for system in systems if system.in_warehouse]
    assert [name for name in in_warehouse if found[name] != "nothing of its own"] == []
    lacking = {
        system.name: missing
        for system in systems
        if not system.in_warehouse
        and (
            missing := [
                v.name for v in system.variables(declared[system.name]) if v.name not in found[system.name]
            ]
        )
    }
    # It has an id for each sync.
    assert lacking.pop("hightouch") == list(declared["hightouch"].variables)
    assert lacking == {}


def test_the_page_of_tests_has_every_clause() -> None:
    found = {row[0].strip("`") for row in rows("docs/testing.md") if row[0][:1] == "`"}
    assert found >= CLAUSES.keys()
    assert {name for name in found if name.isidentifier()} == CLAUSES.keys()


def test_the_page_of_environments_has_every_variable_of_every_system() -> None:
    text = (ROOT / "docs" / "environments.md").read_text()
    systems = systems_of(default_resources(PROD))
    variables = {each.name for system in systems for each in (*system.needed, *system.optional)}
    # The EU region's are "the same".
    shown = {name.replace("SNOWFLAKE_EU_", "SNOWFLAKE_") for name in variables}
    assert len(shown) > 30
    assert sorted(name for name in shown if f"`{name}`" not in text) == []


def told(value: str | None) -> str:
    return f"`{value}`" if value else "none"


@pytest.mark.parametrize("name", EnvironmentName)
def test_each_environment_is_as_the_page_says(name: EnvironmentName) -> None:
    [[_, where, databases, role, warehouse, target, sensors]] = [
        row for row in rows("docs/environments.md") if row[0] == name.name
    ]
    variables = dict([where.strip("`").split("=")]) if "=" in where else {}
    number = {"DAGSTER_CLOUD_PULL_REQUEST_ID": "42"} if name is EnvironmentName.BRANCH else {}
    environment = parse_environment(variables | number)
    assert environment.name is name
    physical = [get_database_for_environment(each, environment) for each in LOGICAL_DATABASES]
    assert set(databases.replace("<number>", "42").split(", ")) == {told(each) for each in physical}
    assert role == told(get_role_for_environment(environment))
    assert warehouse == told(get_warehouse_for_environment(environment))
    assert target == told(get_dbt_target(environment))
    assert (sensors == "on") == (RUNNING_BY_DEFAULT[name] is dg.DefaultSensorStatus.RUNNING)


def first_cells(header: str) -> dict[str, set[str]]:
    """By page, what stands as code in the first column of the tables that begin with a header."""
    found: dict[str, set[str]] = {}
    for page in pages():
        is_asked = False
        for line in (ROOT / page).read_text().splitlines():
            first = line.strip("|").split(" | ")[0].strip()
            is_asked = line.startswith("|") and (is_asked or first == header)
            if is_asked:
                found.setdefault(str(page), set()).update(INLINE.findall(first))
    return found


def test_checks_and_assets_of_the_pages_are_there() -> None:
    graph = definitions_in(LOCAL).resolve_asset_graph()
    checks = {key.name for key in graph.asset_check_keys}
    # An ending of several: `refunds_…` is as `charges_…` is.
    named = {
        page: {name for name in names if "…" not in name} for page, names in first_cells("check").items()
    }
    assert sum(map(len, named.values())) > 20
    assert {page: names - checks for page, names in named.items() if names - checks} == {}
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assets = first_cells("asset")
    assert assets
    assert {page: names - keys for page, names in assets.items() if names - keys} == {}


def test_readme_counts_the_assets() -> None:
    counted = sum(
        len(defs.resolve_asset_graph().materializable_asset_keys)
        for defs in (definitions_in(LOCAL), eu_definitions_in(LOCAL))
    )
    assert f"{counted} of {counted} are materialized" in (ROOT / "README.md").read_text()
