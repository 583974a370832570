"""The walk-through, done: each of its blocks is written where it says, its commands are run, and at the end its graph is there."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.documentation import Block, blocks, documented, run_in, write_block
from dagster_open_platform_tests.fixtures.repository import ROOT, tracked_files

PAGE = Path("docs/adding-a-system.md")
LANGUAGES = ("python", "yaml", "diff")
OWN = (
    "dagster_open_platform",
    "dagster_open_platform_dbt",
    "dagster_open_platform_local",
    "dagster_open_platform_tests",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which the page's blocks are written, in its order."""
    root = tmp_path_factory.mktemp("project")
    for path in tracked_files():
        if path.parts[0] in OWN or len(path.parts) == 1:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, root / path)
    shutil.copytree(PROJECT_DIR / "target", root / PROJECT_DIR.name / "target", dirs_exist_ok=True)
    for block in steps():
        write_block(block, root)
    return root


def steps() -> list[Block]:
    return [block for block in blocks(PAGE) if block.language in LANGUAGES]


def test_the_page_writes_every_kind_of_file() -> None:
    """Else a page without blocks would pass."""
    written = {block.place for block in steps() if block.place}
    assert {"client.py", "assets.py", "defs.yaml", "vendor.py", "test_statuspage.py"} <= {
        p.name for p in written
    }


def test_what_is_written_is_in_the_houses_style(project: Path) -> None:
    written = sorted({str(block.place) for block in steps() if block.place and block.place.suffix == ".py"})
    for command in (("ruff", "check"), ("ruff", "format", "--check")):
        done = run_in((*command, *written), root=project)
        assert done.returncode == 0, done.stdout


def test_the_walk_through_arrives(project: Path) -> None:
    ran: Mapping[str, subprocess.CompletedProcess[str]] = {
        "tests": documented("uv run pytest -q dagster_open_platform_tests/unit/statuspage", root=project),
        "loads": documented("uv run dg check defs", root=project),
        "graph": documented(
            'uv run dg list defs --assets "group:statuspage"', variables={"COLUMNS": "118"}, root=project
        ),
    }
    assert {what: done.stdout + done.stderr for what, done in ran.items() if done.returncode != 0} == {}
    assert "3 passed" in ran["tests"].stdout
    [shown] = [block for block in blocks(PAGE) if block.language == "text"]
    assert shown.text in ran["graph"].stdout


def test_the_copy_is_what_was_run(project: Path) -> None:
    """Else the repository itself would have been tested."""
    code = "import dagster_open_platform.lib.statuspage as found; print(found.__file__)"
    assert Path(run_in(("python", "-c", code), root=project).stdout.strip()).is_relative_to(project)
