"""What a code server is told when a laptop plays Dagster+."""

import subprocess
from pathlib import Path

import pytest
import yaml

from dagster_open_platform.utils.environment_helpers import EnvironmentName, parse_environment
from dagster_open_platform_local.code_locations import AMERICAN, CODE_LOCATIONS, EUROPEAN
from dagster_open_platform_local.stack.cloud import cloud_variables, web_address
from dagster_open_platform_local.stack.errors import StackError
from dagster_open_platform_tests.fixtures.repository import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for words in (
        ("init", "-q"),
        ("remote", "add", "origin", "git@github.com:acme/platform.git"),
        (
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "first",
        ),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def test_each_code_location_thinks_that_it_is_where_it_is_said_to_be(checkout: Path) -> None:
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
    )
    for number, name in ((None, EnvironmentName.PROD), (42, EnvironmentName.BRANCH)):
        told = cloud_variables(checkout, number)
        assert told.keys() == {AMERICAN, EUROPEAN}
        for location, variables in told.items():
            environment = parse_environment(variables)
            assert (environment.name, environment.engine) == (name, "duckdb")
            assert environment.pull_request_id == (None if number is None else str(number))
            assert environment.git is not None
            assert environment.git.url == "https://github.com/acme/platform"
            assert environment.git.revision == head.stdout.strip()
            assert variables["DAGSTER_CLOUD_LOCATION_NAME"] == location.name


def test_what_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no git checkout"):
        cloud_variables(tmp_path, None)


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/acme/platform.git",
        "https://token:x-oauth@github.com/acme/platform",
        "git@github.com:acme/platform.git",
        "ssh://git@github.com/acme/platform.git",
    ],
)
def test_a_remote_is_shown_without_what_opens_it(remote: str) -> None:
    assert web_address(remote) == "https://github.com/acme/platform"


@pytest.mark.parametrize("remote", ["", "/srv/git/platform", "file:///srv/git/platform"])
def test_a_remote_that_nobody_can_look_at_has_an_address_that_nobody_has(remote: str) -> None:
    assert web_address(remote) == "https://git.example.com/company/platform"


def test_the_code_locations_are_those_that_are_deployed() -> None:
    deployed = yaml.safe_load((ROOT / "dagster_cloud.yaml").read_text())["locations"]
    assert {(each["location_name"], each["code_source"]["module_name"]) for each in deployed} == {
        (location.name, location.module) for location in CODE_LOCATIONS
    }
