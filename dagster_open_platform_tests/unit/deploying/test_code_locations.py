"""`dagster_cloud.yaml`: the code locations, their queues, and by name every variable that they need."""

import importlib
import re
from pathlib import Path

import pytest
import yaml
from dagster_cloud.workspace.config_schema import validate_workspace_location
from dagster_cloud_cli.config.loader import DagsterCloudLocationsConfigLoader

import dagster_open_platform_eu.defs
from dagster_open_platform_local.deploying.variables import heeded, required
from dagster_open_platform_tests.fixtures.deployment import FILES, locations, scalars
from dagster_open_platform_tests.fixtures.repository import ROOT

PLATFORM, EU = "dagster_open_platform", "dagster_open_platform_eu"
EU_DEFS = Path(dagster_open_platform_eu.defs.__file__).parent
REFERENCE = re.compile(r"\$\{\{ (?:secrets|vars)\.(\w+) \}\}|\$\{(\w+):\?\}")
"""To a secret or a variable of GitHub's, or of the shell."""


def variables_of(location: str) -> list[str]:
    """The variables of a code location's containers."""
    k8s = locations()[location]["container_context"]["k8s"]
    server, run = (k8s[f"{kind}_k8s_config"]["container_config"]["env"] for kind in ("server", "run"))
    assert server == run, "a run needs what the code server has"
    return [entry["name"] for entry in server]


@pytest.fixture(scope="module")
def documented() -> set[str]:
    return set(re.findall(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", (ROOT / "docs/environments.md").read_text()))


def test_both_are_there_and_each_agent_accepts_them() -> None:
    assert set(locations()) == {PLATFORM, EU}
    for name, location in locations().items():
        # What is built and where its image lies is for CI, and is taken out before agents see it.
        told = {key: value for key, value in location.items() if key != "build"}
        assert not validate_workspace_location(told), name
        assert hasattr(importlib.import_module(location["code_source"]["module_name"]), "defs")


def test_the_registry_is_filled_in_as_ci_does() -> None:
    loader = DagsterCloudLocationsConfigLoader()
    filled = loader.load_from_template(
        str(ROOT / "dagster_cloud.yaml"), {"registry": "registry.example/images"}
    )
    for found in filled.locations:
        assert found.build
        assert found.build.registry == "registry.example/images"
        # Nothing else of it is a template.
        assert found.container_context == locations()[found.location_name]["container_context"]


def test_the_eu_has_a_queue_and_secrets_of_its_own() -> None:
    assert locations()[EU]["agent_queue"] == "eu"
    assert "agent_queue" not in locations()[PLATFORM]
    secrets = {
        name: {
            value for key, value in scalars(location["container_context"]) if key == "service_account_name"
        }
        for name, location in locations().items()
    }
    assert not secrets[PLATFORM] & secrets[EU]


def test_every_variable_that_is_required_is_named(documented: set[str]) -> None:
    named = set(variables_of(PLATFORM))
    assert required() - named == set(), "add a line to dagster_cloud.yaml for each"
    # No more either: what nothing reads is a secret too many in a container.
    assert named - required() - heeded() - documented == set()


def test_every_variable_that_the_eu_requires_is_named_and_no_other_region_s() -> None:
    named = set(variables_of(EU))
    needed = {
        name
        for path in EU_DEFS.rglob("defs.yaml")
        for document in yaml.safe_load_all(path.read_text())
        for name in (document.get("requirements") or {}).get("env", ())
        if not name.endswith("_DUCKDB_DIR")
    }
    assert needed - named == set()
    assert {name for name in named if "EU" not in name.split("_")} <= needed


@pytest.mark.parametrize("location", [PLATFORM, EU])
def test_each_is_a_reference_to_the_key_of_its_name_in_the_location_s_own_secret(location: str) -> None:
    secret = location.replace("_", "-")
    names = variables_of(location)
    assert names == sorted(set(names))
    k8s = locations()[location]["container_context"]["k8s"]
    for entry in k8s["run_k8s_config"]["container_config"]["env"]:
        key = {"name": secret, "key": entry["name"], "optional": True}
        assert entry == {"name": entry["name"], "value_from": {"secret_key_ref": key}}


@pytest.fixture(scope="module")
def names() -> set[str]:
    return {*required(), *heeded(), *variables_of(PLATFORM), *variables_of(EU)}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_value_of_a_variable_stands_in_a_file(path: Path, names: set[str]) -> None:
    for name, value in scalars(yaml.safe_load((ROOT / path).read_text())):
        if name in names or re.search(r"PASSWORD|TOKEN|SECRET", name, re.IGNORECASE):
            found = REFERENCE.fullmatch(str(value))
            assert found, f"{path} has a value for {name}"
            assert (found[1] or found[2]).endswith(name)


def test_no_value_of_a_variable_stands_in_the_image(names: set[str]) -> None:
    assert set(re.findall(r"\w+", (ROOT / "Dockerfile").read_text())) & names == set()
