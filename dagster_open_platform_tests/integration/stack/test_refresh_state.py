"""The commands that renew the state of Fivetran's connectors, as processes of their own."""

import os
from pathlib import Path

import pytest

from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.state import LocalState, write_environment
from dagster_open_platform_tests.fixtures.documentation import documented

SECRET = "not-a-secret-of-anybody-0123456789"


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("FIVETRAN_", "COMPANY_"))]:
        monkeypatch.delenv(name)


def test_the_local_one_asks_the_emulated_account_and_leaves_nothing_behind(tmp_path: Path) -> None:
    variables = {"DOP_LOCAL_DIR": str(tmp_path / "state"), "TMPDIR": str(tmp_path)}
    done = documented("uv run just refresh-state --local --check", variables=variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout == "dagster_open_platform/defs/fivetran/components/state.json is as Fivetran has it.\n"
    assert list(tmp_path.iterdir()) == []


def test_an_account_that_cannot_be_reached_is_told_in_a_line_without_its_key() -> None:
    variables = {
        "FIVETRAN_API_URL": f"http://127.0.0.1:{free_port()}",
        "FIVETRAN_ACCOUNT_ID": "acme",
        "FIVETRAN_API_KEY": "key-0123456789",
        "FIVETRAN_API_SECRET": SECRET,
    }
    done = documented("uv run just refresh-state", variables=variables)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("Fivetran dropped or refused the connection")
    assert SECRET not in line
    assert "key-0123456789" not in line


def test_the_local_one_asks_the_account_that_the_person_has_made_live(tmp_path: Path) -> None:
    state = LocalState(tmp_path / "state")
    state.create()
    account = {
        "FIVETRAN_ACCOUNT_ID": "acme",
        "FIVETRAN_API_KEY": "key-0123456789",
        "FIVETRAN_API_SECRET": SECRET,
    }
    write_environment(state.live, {**account, "FIVETRAN_API_URL": f"http://127.0.0.1:{free_port()}"})
    done = documented(
        "uv run just refresh-state --local --check", variables={"DOP_LOCAL_DIR": str(state.root)}
    )
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("Fivetran dropped or refused the connection")
    assert SECRET not in line


def test_a_variable_that_is_missing_is_told_in_a_line() -> None:
    done = documented("uv run just refresh-state --check")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no account_id of the Fivetran account: set FIVETRAN_ACCOUNT_ID.\n"
