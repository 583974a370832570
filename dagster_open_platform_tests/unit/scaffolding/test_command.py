"""`dg scaffold`, run as people run it, in a copy of the project."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dagster_open_platform
from dagster_open_platform.utils.source_code import REPOSITORY_ROOT

PACKAGE = Path(dagster_open_platform.__file__).parent
DG = str(Path(sys.executable).with_name("dg"))
TIMEOUT = 120


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what `dg` needs of the project: without instances, which nobody here loads."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(REPOSITORY_ROOT / "pyproject.toml", root)
    shutil.copytree(PACKAGE, root / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__", "defs"))
    (root / PACKAGE.name / "defs").mkdir()
    (root / PACKAGE.name / "defs" / "__init__.py").touch()
    return root


def environment(project: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(project),
        "DAGSTER_DG_CLI_DISABLE_TELEMETRY": "1",
        "COLUMNS": "400",
    }


def dg(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DG, *arguments],
        cwd=project,
        env=environment(project),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_a_new_component_is_listed_at_once(project: Path) -> None:
    made = dg(project, "scaffold", "component", "AcmeComponent")
    assert made.returncode == 0, made.stderr
    listed = dg(project, "list", "components", "--json")
    assert listed.returncode == 0, listed.stderr
    keys = {each["key"] for each in json.loads(listed.stdout)["items"]}
    assert {"dagster_open_platform.lib.AcmeComponent", "dagster_open_platform.lib.ScheduleComponent"} <= keys


def test_what_is_missing_is_asked_for_in_a_terminal(project: Path) -> None:
    """A wrong answer is asked for again."""
    parent, child = pty.openpty()
    os.write(parent, b"acme/Invoices\nacme/invoices\nOne row per invoice.\n")
    told = subprocess.run(
        [DG, "scaffold", "defs", "dagster_open_platform.lib.ExecutableComponent", "acme/invoices"],
        cwd=project,
        env=environment(project),
        stdin=child,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "found 'acme/Invoices'; expected an asset key" in told.stderr
    written = (project / PACKAGE.name / "defs/acme/components/invoices/defs.yaml").read_text()
    assert "key: acme/invoices" in written
    assert "description: One row per invoice." in written
