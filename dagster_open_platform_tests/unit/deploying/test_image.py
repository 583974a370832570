"""The Dockerfile: its instructions are in an order that works, and what it leaves out is what the PEX leaves out."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.deploying.image import instructions, try_image
from dagster_open_platform_local.deploying.source import deployed_files, ignored_folders

INSTRUCTIONS = instructions()


def position(*words: str) -> int:
    """Where an instruction with these words stands; there is one."""
    (found,) = [
        n for n, line in enumerate(INSTRUCTIONS) if all(word in f"{line.name} {line.text}" for word in words)
    ]
    return found


def test_it_has_two_stages() -> None:
    assert INSTRUCTIONS[0].name == "ARG"
    assert [each.name for each in INSTRUCTIONS].count("FROM") == 2


def test_packages_are_installed_from_the_pins_before_the_code_changes_the_layer() -> None:
    pins, packages = position("COPY", "pyproject.toml"), position("uv sync", "--no-install-project")
    assert pins < packages < position("COPY . .") < position("dbt.manifest", "--target prod")


@pytest.fixture(scope="module")
def deployed() -> list[Path]:
    return deployed_files()


def test_what_is_copied_before_the_code_is_there(deployed: list[Path]) -> None:
    *files, _ = INSTRUCTIONS[position("COPY", "pyproject.toml")].text.split()
    assert {Path(file) for file in files} <= set(deployed)


def test_it_is_not_run_as_root_and_loads_both_code_locations() -> None:
    assert position("USER") < position("validate", "dagster_open_platform.definitions")
    assert position("USER") < position("validate", "dagster_open_platform_eu.definitions")


def test_what_is_deployed_is_the_code_and_neither_tests_nor_the_laptop(deployed: list[Path]) -> None:
    folders = {path.parts[0] for path in deployed if len(path.parts) > 1}
    assert folders == {"dagster_open_platform", "dagster_open_platform_dbt", "dagster_open_platform_eu"}
    named = {path.name for path in deployed if len(path.parts) == 1}
    assert {"pyproject.toml", "Dockerfile", "dagster_cloud.yaml"} <= named
    assert not [path for path in deployed if re.search(r"\.env$|(^|/)\.", str(path))]


def test_a_pattern_that_only_docker_understands_is_refused() -> None:
    assert ignored_folders("# why\ndocs\n.*\n**/__pycache__\n") == [Path("docs")]
    with pytest.raises(DeploymentError, match=r"found \*\.md"):
        ignored_folders("docs\n*.md\n")


SMALL = """
ARG PYTHON=3.11
FROM python AS builder
RUN python -m pip install uv
ENV GREETING=hello
WORKDIR /app
COPY one.txt ./
RUN test "$GREETING" = hello && cat one.txt > /app/two.txt
COPY . .
FROM python
COPY --from=builder /app /app
ENV PATH=/app/bin:$PATH
USER nobody
RUN tool
"""


def test_steps_are_run_in_a_directory_in_place_of_the_image_s(tmp_path: Path) -> None:
    root, image = tmp_path / "root", tmp_path / "image"
    (root / "bin").mkdir(parents=True)
    (root / "Dockerfile").write_text(SMALL)
    (root / ".dockerignore").write_text("docs\n")
    (root / "one.txt").write_text("1")
    (root / "bin" / "tool").write_text(f"#!{sys.executable}\nopen('three.txt', 'w').write('3')\n")
    (root / "bin" / "tool").chmod(0o755)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    told = list(try_image(image, root))
    assert [(image / f"{name}.txt").read_text() for name in ("two", "three")] == ["1", "3"]
    assert told[0] == "left out, only in Docker: python -m pip install uv"
    assert told[-1] == "RUN tool"


def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN echo broken >&2; exit 3\n")
    with pytest.raises(DeploymentError, match=r"exit code 3\):\nbroken"):
        list(try_image(tmp_path / "image", tmp_path))
    (tmp_path / "Dockerfile").write_text("FROM python\nHEALTHCHECK NONE\n")
    with pytest.raises(DeploymentError, match="HEALTHCHECK"):
        instructions(tmp_path)
