"""What the documentation tells people to type exists, and CI runs what the README says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_open_platform_tests.fixtures.repository import ROOT, tracked_files

# Beside the interpreter: the environment need not be active.
JUST = str(Path(sys.executable).with_name("just"))
FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
INLINE = re.compile(r"`(uv run just [^`]+)`")


def commands() -> list[str]:
    """Every line of a shell block and every inline `uv run just …` of the Markdown files."""
    found: list[str] = []
    for path in tracked_files():
        if path.suffix == ".md":
            text = (ROOT / path).read_text()
            found += [line for block in FENCE.findall(text) for line in block.splitlines() if line.strip()]
            found += INLINE.findall(text)
    return sorted(set(found))


@pytest.fixture(scope="module")
def recipes() -> set[str]:
    listed = subprocess.run(
        [JUST, "--summary", "--unsorted"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    aliases = re.findall(r"^alias ([\w-]+) :=", (ROOT / "justfile").read_text(), re.MULTILINE)
    return {*listed.stdout.split(), *aliases}


@pytest.mark.parametrize("command", commands())
def test_a_documented_command_exists(command: str, recipes: set[str]) -> None:
    match = re.fullmatch(r"(?:python3 -m pip install uv && )?uv run just ([\w-]+|--list)((?: \S+)*)", command)
    assert match, f"no test knows how to check {command!r}"
    recipe, options = match[1], re.findall(r"--[\w-]+", match[2])
    assert recipe in recipes | {"--list"}
    if options:
        arguments = [sys.executable, "-m", "dagster_open_platform_local", recipe, "--help"]
        help_text = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
        assert [option for option in options if option not in help_text] == []


def test_every_recipe_says_what_it_does() -> None:
    listed = subprocess.run([JUST, "--list"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    recipes = listed.splitlines()[1:]
    assert recipes
    assert [line for line in recipes if "# " not in line] == []


def test_ci_runs_the_readmes_test_command() -> None:
    section = (ROOT / "README.md").read_text().split("## Test it")[1]
    (command, *_) = FENCE.findall(section)
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == command.strip()
