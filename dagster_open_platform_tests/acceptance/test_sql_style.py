"""The SQL of the whole dbt project is in the house's style. It takes longer than all other conventions together."""

import subprocess
import sysconfig
from pathlib import Path

from dagster_open_platform_dbt import PROJECT_DIR


def test_sqlfluff_is_content() -> None:
    sqlfluff = Path(sysconfig.get_path("scripts")) / "sqlfluff"
    command = [str(sqlfluff), "lint", "--disable-progress-bar", "."]
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout
