"""`pytest --conforms` as another project uses it."""

import subprocess
import sys
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.conformance.counted import project
from dagster_open_platform_tests.fixtures.repository import ROOT

PROJECT = """
[tool.dg.project]
root_module = "project_{breaks}"
defs_module = "project_{breaks}"
"""
COMPONENT = "dagster_open_platform_tests.fixtures.conformance.counted.CountedComponent"


def tried(directory: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", *options],
        cwd=directory,
        env={"PATH": "", "PYTHONPATH": f"{directory}:{ROOT}", "HOME": str(directory)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A project of its own, with a component that keeps too little."""
    project(tmp_path, "is_idempotent")
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(breaks="is_idempotent"))
    (tmp_path / "test_other.py").write_text("def test_other(): raise AssertionError")
    return tmp_path


def test_every_clause_of_every_instance_is_tried(directory: Path) -> None:
    done = tried(directory, "--conforms", COMPONENT)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "passed" in done.stdout
    assert "counted/defs.yaml[0] does not keep is_idempotent" in done.stdout
    assert "Traceback" not in done.stdout
    assert "test_other" not in done.stdout


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (f"{COMPONENT}s", f"There is no {COMPONENT}s."),
        ("dagster.Component", "--conforms dagster.Component: there are no instances."),
    ],
)
def test_a_wrong_name_is_told(name: str, told: str, directory: Path) -> None:
    done = tried(directory, "--conforms", name)
    assert done.returncode == 4, done.stdout
    assert told in done.stdout + done.stderr


def test_a_world_can_be_given(directory: Path) -> None:
    (directory / "worlds.py").write_text("def empty(directory):\n    raise RuntimeError('the given world')\n")
    done = tried(
        directory,
        "--conforms",
        "project_is_idempotent",
        "--conformance-world",
        "worlds:empty",
        "-k",
        "idempotent",
    )
    assert done.returncode == 1, done.stdout
    assert "the given world" in done.stdout
