"""The Dockerfile: its instructions are in an order that works, and what it leaves out is what the PEX leaves out."""

import re
from pathlib import Path

import pytest

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.source import deployed_files, ignored_folders
from dagster_open_platform_tests.fixtures.repository import ROOT

INSTRUCTIONS = [
    line.split(maxsplit=1)
    for line in (ROOT / "Dockerfile").read_text().splitlines()
    if line and not line.startswith("#")
]


def position(*words: str) -> int:
    """Where an instruction with these words stands; there is one."""
    (found,) = [n for n, line in enumerate(INSTRUCTIONS) if all(word in " ".join(line) for word in words)]
    return found


def test_the_instructions_are_docker_s() -> None:
    assert {name for name, _ in INSTRUCTIONS} <= {"ARG", "FROM", "RUN", "ENV", "WORKDIR", "COPY", "USER"}
    assert INSTRUCTIONS[0][0] == "ARG"


def test_packages_are_installed_from_the_pins_before_the_code_changes_the_layer() -> None:
    pins, packages = position("COPY", "pyproject.toml"), position("uv sync", "--no-install-project")
    assert pins < packages < position("COPY . .") < position("dbt.manifest", "--target prod")


def test_what_is_copied_before_the_code_is_there() -> None:
    *files, _ = INSTRUCTIONS[position("COPY", "pyproject.toml")][1].split()
    assert {Path(file) for file in files} <= set(deployed_files())


def test_it_is_not_run_as_root_and_loads_both_code_locations() -> None:
    assert position("USER") < position("validate", "dagster_open_platform.definitions")
    assert position("USER") < position("validate", "dagster_open_platform_eu.definitions")


def test_what_is_deployed_is_the_code_and_neither_tests_nor_the_laptop() -> None:
    folders = {path.parts[0] for path in deployed_files() if len(path.parts) > 1}
    assert folders == {"dagster_open_platform", "dagster_open_platform_dbt", "dagster_open_platform_eu"}
    named = {path.name for path in deployed_files() if len(path.parts) == 1}
    assert {"pyproject.toml", "Dockerfile", "dagster_cloud.yaml"} <= named
    assert not [path for path in deployed_files() if re.search(r"\.env$|(^|/)\.", str(path))]


def test_a_pattern_that_only_docker_understands_is_refused() -> None:
    assert ignored_folders("# why\ndocs\n.*\n**/__pycache__\n") == [Path("docs")]
    with pytest.raises(DeploymentError, match=r"found \*\.md"):
        ignored_folders("docs\n*.md\n")
