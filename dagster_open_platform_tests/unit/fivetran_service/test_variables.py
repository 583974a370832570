"""The variables with which the platform finds the service, and those that must not lead it elsewhere."""

from pathlib import Path

import pytest

from dagster_open_platform_local.services.saas.app import saas_app
from dagster_open_platform_local.services.saas.fivetran.credentials import FivetranCredentials
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.stack.services import saas_service
from dagster_open_platform_local.state import LocalState


def test_the_stack_provides_a_fivetran_account(tmp_path: Path) -> None:
    credentials = FivetranCredentials.new()

    service = saas_service(LocalState(tmp_path), {"fivetran": credentials})

    assert (
        service.provides(4711).items()
        >= {
            "FIVETRAN_API_URL": "http://127.0.0.1:4711/fivetran",
            "FIVETRAN_ACCOUNT_ID": "dagster_labs",
            "FIVETRAN_API_KEY": credentials.key,
            "FIVETRAN_API_SECRET": credentials.secret,
        }.items()
    )
    assert FivetranCredentials.of(service.secrets) == credentials
    # Others see a process's arguments.
    command = service.command(4711)
    assert not {credentials.key, credentials.secret} & {*command}
    assert command[-2:] == ["--warehouse", str(tmp_path / "warehouse")]


def test_another_account_of_the_shell_stays_out(tmp_path: Path) -> None:
    names = ("FIVETRAN_API_URL", "FIVETRAN_ACCOUNT_ID", "FIVETRAN_API_KEY", "FIVETRAN_API_SECRET")

    kept = base_environment(LocalState(tmp_path), {**dict.fromkeys(names, "x"), "PATH": "/bin"})

    assert not {*names} & {*kept}


@pytest.mark.parametrize("missing", ["FIVETRAN_EMULATOR_KEY", "FIVETRAN_EMULATOR_SECRET"])
def test_the_process_needs_to_know_the_key(missing: str) -> None:
    given = {"GITHUB_EMULATOR_TOKEN": "x", **FivetranCredentials.new().service_variables}
    del given[missing]
    with pytest.raises(ValueError, match=missing):
        saas_app(Path("nowhere"), Path("nowhere"), given)


def test_a_secret_is_not_shown() -> None:
    credentials = FivetranCredentials.new()
    assert credentials.secret not in repr(credentials)
