"""Loading is free: no network, no variable, no service, no dbt; the same graph in every environment."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.conformance.graph import described
from dagster_open_platform.definitions import build_definitions
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform_tests.fixtures.definitions import ENVIRONMENTS, LOCAL, definitions_in

LOAD = """
import sys

FORBIDDEN = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.fork"}

def refuse(event, arguments):
    if event in FORBIDDEN:
        raise RuntimeError(f"loading definitions caused {event} {arguments}")

sys.addaudithook(refuse)
import dagster_open_platform.definitions
import dagster_open_platform_eu.definitions

graph = dagster_open_platform.definitions.build_definitions().resolve_asset_graph()
dagster_open_platform_eu.definitions.build_eu_definitions().resolve_asset_graph()
heavy = {"dagster_gcp", "dagster_snowflake", "snowflake.connector", "dbt.cli.main", "google.cloud.bigquery", "duckdb", "metricflow"} & set(sys.modules)
assert not heavy, f"imported while loading: {sorted(heavy)}"
print(len(graph.materializable_asset_keys))
"""


def test_definitions_load_with_an_empty_environment_and_no_network(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert int(loaded.stdout) > 5


def test_what_dagster_loads_is_left_out_of_collections(tmp_path: Path) -> None:
    code = (
        "import gc; from dagster_open_platform.definitions import defs; found = defs();"
        " young = {id(each) for each in gc.get_objects()};"
        " print(len(found.assets), sum(id(asset) in young for asset in found.assets))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert loaded.returncode == 0, loaded.stderr
    assets, collected = map(int, loaded.stdout.split())
    assert assets > 5
    assert collected == 0


@pytest.fixture(scope="module")
def local() -> dg.Definitions:
    return definitions_in(LOCAL)


@pytest.mark.parametrize("environment", ENVIRONMENTS[1:], ids=lambda environment: environment.name.value)
def test_the_graph_is_the_same_in_every_environment(local: dg.Definitions, environment: Environment) -> None:
    assert described(definitions_in(environment)) == described(local)


def test_resources_can_be_replaced_by_key() -> None:
    other = dg.ResourceDefinition.hardcoded_resource("replaced")
    defs = build_definitions(environment=LOCAL, resources={"warehouse": other})
    assert (defs.resources or {})["warehouse"] is other


def test_only_a_laptop_runs_the_steps_of_a_run_in_one_process() -> None:
    found = {environment.name: definitions_in(environment).executor for environment in ENVIRONMENTS}
    assert set(found) == set(EnvironmentName)
    assert found.pop(EnvironmentName.LOCAL) is dg.in_process_executor
    assert {executor.name for executor in found.values() if isinstance(executor, dg.ExecutorDefinition)} == {
        dg.multi_or_in_process_executor.name
    }
    assert len(found) == 3
