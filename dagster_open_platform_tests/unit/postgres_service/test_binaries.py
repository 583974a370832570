"""Where the programs are, and who runs them."""

import os
import subprocess
from pathlib import Path

import pytest

from dagster_open_platform_local.services.postgres.binaries import (
    MAJOR_VERSION,
    Account,
    Binaries,
    find_binaries,
    server_account,
)
from dagster_open_platform_local.services.postgres.errors import PostgresServiceError
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.state import LocalState


def test_a_user_runs_the_server_without_ado() -> None:
    account = server_account(1000, "/usr/bin/setpriv")
    assert account == Account()
    assert Binaries(Path("/pg/bin"), account).command("postgres", "-D", "/data") == [
        *("/pg/bin/postgres", "-D", "/data"),
    ]


def test_root_has_it_run_by_somebody_else() -> None:
    account = server_account(0, "/usr/bin/setpriv")
    command = Binaries(Path("/pg/bin"), account).command("postgres", "-D", "/data")
    assert command[0] == "/usr/bin/setpriv"
    assert command[-3:] == ["/pg/bin/postgres", "-D", "/data"]
    assert account.uid not in (0, None)
    assert {f"--reuid={account.uid}", f"--regid={account.uid}", "--clear-groups"} <= set(command)


def test_root_without_a_way_to_be_somebody_else_is_told_so() -> None:
    with pytest.raises(
        PostgresServiceError, match=r"refuses to run as root.*another user, or install util-linux"
    ):
        server_account(0, None)


def test_what_an_account_owns_stays_this_processes_if_it_is_the_account(tmp_path: Path) -> None:
    Account().own(tmp_path)
    assert tmp_path.stat().st_uid == os.geteuid()


def test_the_installed_programs_are_of_the_version_that_is_meant() -> None:
    binaries = find_binaries()
    assert {"initdb", "postgres"} <= {path.name for path in binaries.directory.iterdir()}
    said = subprocess.run(
        [str(binaries.directory / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith(f"postgres (PostgreSQL) {MAJOR_VERSION}.")


@pytest.mark.parametrize(
    "name",
    [
        *("CLOUD_PRODUCT_MAIN", "CLOUD_PRODUCT_SHARD1", "CLOUD_PRODUCT_XREGION", "PRODUCT_REPORTING"),
        *("PGHOST", "PGPASSWORD", "PGSERVICE", "PGOPTIONS", "SLING_HOME_DIR", "SLING_LOADED_AT_COLUMN"),
    ],
)
def test_nothing_of_another_database_leaks_into_a_stack(tmp_path: Path, name: str) -> None:
    environment = base_environment(LocalState(tmp_path), {name: "elsewhere", "PATH": "/bin"})
    assert name not in environment
    assert environment["PATH"] == "/bin"
