"""The commands that renew the state of Fivetran's connectors, as processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.stack.ports import free_port

SECRET = "not-a-secret-of-anybody-0123456789"


def run(module: str, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FIVETRAN_", "COMPANY_"))
    }
    return subprocess.run(
        [sys.executable, "-m", module, *words],
        env={**kept, **variables},
        cwd=REPOSITORY_ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_local_one_asks_the_emulated_account_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run(
        "dagster_open_platform_local",
        "refresh-state",
        "--check",
        DOP_LOCAL_DIR=str(tmp_path / "state"),
        TMPDIR=str(tmp_path),
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout == "dagster_open_platform/defs/fivetran/components/state.json is as Fivetran has it.\n"
    assert list(tmp_path.iterdir()) == []


def test_an_account_that_cannot_be_reached_is_told_in_a_line_without_its_key() -> None:
    done = run(
        "dagster_open_platform.lib.fivetran.refresh",
        FIVETRAN_API_URL=f"http://127.0.0.1:{free_port()}",
        FIVETRAN_ACCOUNT_ID="acme",
        FIVETRAN_API_KEY="key-0123456789",
        FIVETRAN_API_SECRET=SECRET,
    )
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("Fivetran dropped or refused the connection")
    assert SECRET not in line
    assert "key-0123456789" not in line


def test_a_variable_that_is_missing_is_told_in_a_line() -> None:
    done = run("dagster_open_platform.lib.fivetran.refresh", "--check")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no account_id of the Fivetran account: set FIVETRAN_ACCOUNT_ID.\n"
