"""`pytest --conforms` says of how many clauses there was nothing to try."""

import subprocess
import sys
from pathlib import Path

from dagster_open_platform_tests.fixtures.conformance.counted import project
from dagster_open_platform_tests.fixtures.repository import ROOT

PROJECT = """
[tool.dg.project]
root_module = "project_none"
defs_module = "project_none"
"""
SCHEDULED = """
type: dagster_open_platform.lib.ScheduleComponent
attributes: {name: by_hand, target: "key:counted"}
"""


def test_clauses_about_runs_of_what_has_none(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    folder = tmp_path / "project_none" / "scheduled"
    folder.mkdir()
    (folder / "defs.yaml").write_text(SCHEDULED)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore"),
            *("--conforms", "dagster_open_platform.lib.ScheduleComponent", "-k", "idempotent or secret"),
        ],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": f"{tmp_path}:{ROOT}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conformance: 2 of these had nothing to try: it has nothing that can be run." in done.stdout
